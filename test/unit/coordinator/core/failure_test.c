/* SPDX-License-Identifier: Apache-2.0 */
/* Members that fail, are disrupted, refused, denied; deletion. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* The message ends with the failure of member 0, and says whose log to look at. */
static void expect_failure(const char *message, const char *begin, const struct wjob *j,
			   uint32_t attempt)
{
	char pod[POD_NAME_BYTES], want[256];
	member_pod_name(j->name, j->uid, 0, attempt, pod);
	w_text(want, sizeof want, "%smember 0: exit code 1 (Error); look at the log of pod %s%s",
	       begin, pod, *begin ? "" : "; next try at ");
	assert_true(!strncmp(message, want, strlen(want)));
	assert_int_equal(strlen(message) - strlen(want),
			 *begin ? 0 : strlen("2026-01-02T03:04:05Z"));
}

static void backs_off_then_fails(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	j->job.spec.backoff_limit = 2;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	static const int64_t delay[] = {10000, 20000};
	for (uint32_t i = 0; i < 2; i++) {
		w_tell(w, j, "n1", 0, i + 1, MEMBER_FAILED);
		assert_null(w_order(w, j, 0, NULL));
		assert_true(w_has(w, "note a MemberFailed\n"));
		w_wait(w, delay[i] - 100);
		assert_string_equal(w_status(w, j).reason, "MemberFailed");
		expect_failure(w_status(w, j).message, "", j, i + 1);
		assert_null(w_order(w, j, 0, NULL));
		w_wait(w, 200);
		assert_int_equal(w_order(w, j, 0, NULL)->attempt, i + 2);
		w_tell(w, j, "n1", 0, i + 2, MEMBER_RUNNING);
	}
	w_wait(w, 1100);
	assert_string_equal(w_status(w, j).reason, ""); /* all run again */
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	w_clear(w);
	w_tell(w, j, "n1", 0, 3, MEMBER_FAILED);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(w_cond(&s, "Failed"), "True BackoffLimitExceeded");
	assert_string_equal(s.reason, "BackoffLimitExceeded");
	expect_failure(s.message, "3 attempts failed, backoffLimit is 2; the last was ", j, 3);
	assert_true(w_has(w, "delete pod-a-1.1: job finished\n"));
	assert_true(w_has(w, "note a BackoffLimitExceeded\n"));
	assert_false(w_has(w, "note a MemberFailed\n")); /* once a minute */
	assert_false(w_has(w, "delete pod-a-0"));        /* finished pods stay */
	w_tell(w, j, "n2", 1, 1, MEMBER_GONE);
	w_wait(w, 60000);
	assert_int_equal(w_orders(w, j), 0);
	assert_int_equal(w_status(w, j).failed, 3);
}

static void no_replacement_before_the_count_is_written(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	w->no_writes = true;
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_wait(w, 30000);
	assert_int_equal(w_orders(w, j), 0);
	w->no_writes = false;
	j->marked = true;
	j->due_ms = 0;
	w_wait(w, 100);
	assert_int_equal(w_status(w, j).failed, 1);
	assert_int_equal(w_orders(w, j), 1);
}

/* The first at once, each further one after a longer pause, whatever it is; after a run of a
 * minute, and when the user has changed the job, at once again. */
static void disruption_is_replaced(void **state)
{
	static const enum member_phase how[] = {MEMBER_DISRUPTED, MEMBER_GONE};
	static const int64_t pauses_ms[] = {0, 1000, 2000, 4000, 0, 1000, 0};
	enum { AFTER_LONG_RUN = 4, AFTER_EDIT = 6 };
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.backoff_limit = 0;
	w_job(w, j);
	for (uint32_t i = 0; i < ARRAY_LEN(pauses_ms); i++) {
		const char *node = NULL;
		const struct order *o = w_order(w, j, 0, &node);
		assert_int_equal(o->attempt, i + 1);
		w_tell(w, j, node, 0, i + 1, MEMBER_RUNNING);
		if (i == AFTER_LONG_RUN)
			w_wait(w, 60000);
		w_tell(w, j, node, 0, i + 1, how[i % 2]);
		if (i == AFTER_EDIT) {
			j->job.spec.template_hash = "ffffffffffffffff";
			w_job(w, j);
		}
		if (pauses_ms[i]) {
			w_wait(w, pauses_ms[i] - 100);
			assert_null(w_order(w, j, 0, NULL));
			w_wait(w, 200);
		}
	}
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, ARRAY_LEN(pauses_ms) + 1);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 0);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
}

static void refusal_backs_off_on_that_node(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.backoff_limit = 0;
	w_job(w, j);
	const char *node = NULL;
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n1");
	w_tell(w, j, "n1", 0, 1, MEMBER_REFUSED);
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n2");
	w_tell(w, j, "n2", 0, 2, MEMBER_REFUSED);
	assert_null(w_order(w, j, 0, &node));
	w_wait(w, 2500);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 more node: 0 fit; 2 refused a member lately");
	w_wait(w, 9500);
	assert_non_null(w_order(w, j, 0, &node));
	assert_int_equal(w_status(w, j).failed, 0);
}

/* Each node is asked once, and then the job has failed, with the kubelet's words. */
static void refused_everywhere_for_what_the_pod_is(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	for (uint32_t i = 0; i < 2; i++) {
		struct member m = w_member(w, j, i ? "n2" : "n1", 0, i + 1, MEMBER_REFUSED);
		m.reason = "SysctlForbidden";
		m.message = "forbidden sysctl";
		assert_non_null(w_order(w, j, 0, NULL));
		w_report(w, &m);
	}
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(w_cond(&s, "Failed"), "True PodRefused");
	assert_string_equal(s.message, "each node that the job may use (2) refuses its pods: "
				       "SysctlForbidden: forbidden sysctl; change the template, "
				       "or what the kubelets allow");
	assert_int_equal(s.failed, 0);
	assert_true(w_has(w, "note a MemberRefused\n"));
	assert_true(w_has(w, "note a PodRefused\n"));
}

/* The last ten refused pods of a job are kept. */
static void refused_pods_are_removed(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	for (uint32_t i = 1; i <= 11; i++) {
		w_clear(w);
		w_tell(w, j, "n1", 0, i, MEMBER_REFUSED);
		w_wait(w, 400000);
	}
	assert_true(w_has(w, "delete pod-a-0.1: ended pod removed\n"));
	assert_false(w_has(w, "delete pod-a-0.2"));
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_REFUSED);
	struct core_event ev = w_pod_done(POD_OP_DELETE, &m, RC_TIMEOUT, "");
	w_clear(w);
	w_step(w, &ev);
	w_wait(w, 60000);
	assert_true(w_has(w, "delete pod-a-0.1: ended pod removed\n")); /* again */
	ev = w_pod_done(POD_OP_DELETE, &m, RC_OK, "");
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 600000);
	assert_false(w_has(w, "delete"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 12);
}

static void held_name_uses_the_next_number(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_clear(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_HELD);
	assert_true(w_has(w, "create a 0.1 on n1\n")); /* whose it is, our own try is told */
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_HELD);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_EXISTS, "");
	w_step(w, &ev);
	assert_null(w_order(w, j, 0, NULL));
	w_wait(w, 2500);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

/* The name is that of this very attempt's pod, on a node that was not heard: it is adopted. */
static void held_by_itself_elsewhere_is_adopted(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	const char *node;
	w_job(w, j);
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n1");
	w_tell(w, j, "n1", 0, 1, MEMBER_HELD);
	struct member m = w_member(w, j, "n2", 0, 1, MEMBER_RUNNING);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
	ev.pod.rc = RC_EXISTS;
	w_step(w, &ev);
	w_wait(w, 5000);
	assert_int_equal(w_order(w, j, 0, &node)->attempt, 1);
	assert_string_equal(node, "n2");
}

/* Seed 6331: a member that succeeds before our delete has reached it is not deleted any more: its
 * success counts, its pod stays. */
static void r010_success_before_the_delete(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	j->job.spec.suspend = true;
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-0.1"));
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	struct core_event timeout = w_pod_done(POD_OP_DELETE, &m, RC_TIMEOUT, "");
	w_step(w, &timeout);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_clear(w);
	w_wait(w, 60000);
	assert_false(w_has(w, "delete pod-a-0.1"));
	assert_true(w_has(w, "delete pod-a-1.1"));
	assert_string_equal(w_status(w, j).completed, "0");
}

static void denied_agent_then_coordinator(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_clear(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_DENIED);
	assert_true(w_has(w, "create a 0.1 on n1\n"));
	assert_false(w_order(w, j, 0, NULL)->launch);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
	w_step(w, &ev);
	assert_string_equal(w_order(w, j, 0, NULL)->pod_uid, "pod-a-0.1");
	/* What works is remembered for the template. */
	struct wjob *b = w_new_job(w, "b", 1);
	w_clear(w);
	w_job(w, b);
	assert_true(w_has(w, "create b 0.1 on n2\n"));
}

/* The create keeps failing with 5xx: by the agent's words, and by our own. */
static void a_create_that_keeps_failing_is_told(void **state)
{
	(void)state;
	for (uint32_t by_coordinator = 0; by_coordinator < 2; by_coordinator++) {
		struct world *w;
		w_setup((void **)&w);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		j->job.spec.credentials = by_coordinator;
		w_job(w, j);
		struct member m = w_member(w, j, "n1", 0, 1, MEMBER_NONE);
		m.pod_uid = "";
		m.reason = "InternalError";
		m.message = "webhook is dead";
		struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_SERVER, m.message);
		for (uint32_t i = 0; i < 3; i++) {
			w_wait(w, 3000);
			if (by_coordinator)
				w_step(w, &ev);
			else
				w_report(w, &m);
		}
		w_wait(w, 2000);
		struct job_status s = w_status(w, j);
		assert_string_equal(s.reason, "FailedCreate");
		assert_non_null(strstr(s.message, "webhook is dead"));
		assert_int_equal(s.active, 1); /* it keeps its node: this may heal */
		assert_int_equal(w->notes, 1);
		m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
		w_report(w, &m);
		w_wait(w, 2000);
		assert_string_equal(w_status(w, j).reason, "");
		w_teardown((void **)&w);
	}
}

/* The agent tells again, in a Hello say, what we have taken over: our own create is still out. */
static void denied_again_is_no_news(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_DENIED);
	assert_true(w_told(w, "the coordinator tries"));
	w_tell(w, j, "n1", 0, 1, MEMBER_DENIED);
	assert_false(w_told(w, "member denied"));
	assert_int_equal(w_orders(w, j), 1);
}

static void denied_gang_gives_all_back(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 3);
	j->job.spec.credentials = true;
	w_clear(w);
	w_job(w, j);
	assert_true(w_has(w, "create a 0.1 on n1\n"));
	assert_true(w_has(w, "create a 2.1 on n3\n"));
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
	w_step(w, &ev);
	m = w_member(w, j, "n2", 1, 1, MEMBER_PENDING);
	ev = w_pod_done(POD_OP_CREATE, &m, RC_FORBIDDEN, "exceeded quota: pods=1");
	w_clear(w);
	w_step(w, &ev);
	assert_true(w_has(w, "delete pod-a-0.1: gang not complete\n"));
	assert_true(w_has(w, "note a FailedCreate\n"));
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	m = w_member(w, j, "n3", 2, 1, MEMBER_PENDING);
	ev = w_pod_done(POD_OP_CREATE, &m, RC_FORBIDDEN, "exceeded quota: pods=1");
	w_step(w, &ev);
	w_wait(w, 1500);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_PENDING);
	assert_string_equal(w_cond(&s, "Scheduled"), "False FailedCreate");
	assert_string_equal(s.message,
			    "the API server refuses a pod: exceeded quota: pods=1; remove the "
			    "cause, Muster tries again");
	assert_int_equal(s.failed, 0);
	w_clear(w);
	w_wait(w, 9000);
	assert_true(w_has(w, "create a 0.2 on"));
}

/* A member that was lost before a pod of it was seen does not count as one that came. */
static void denied_gang_of_which_one_was_lost(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 4);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	w_mute(w, "n3", true);
	w_wait(w, 8000);
	assert_int_equal(w_order(w, j, 2, NULL)->attempt, 2);
	w_clear(w);
	w_tell(w, j, "n4", 2, 2, MEMBER_DENIED);
	struct member m = w_member(w, j, "n4", 2, 2, MEMBER_PENDING);
	struct core_event ev =
		w_pod_done(POD_OP_CREATE, &m, RC_FORBIDDEN, "exceeded quota: pods=2");
	w_step(w, &ev);
	assert_true(w_has(w, "delete pod-a-0.1: gang not complete\n"));
	assert_true(w_has(w, "delete pod-a-1.1: gang not complete\n"));
}

/* A leader that was deposed without knowing it hears of the end that another one has counted. */
static void finished_job_counts_no_more(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	j->job.status.state = JOB_FAILED;
	j->job.status.failed = 2;
	w_job(w, j);
	w_nodes(w, 1);
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_pods(w, "n1", &m, 1, false);
	w_pods(w, "n1", NULL, 0, true);
	assert_false(w_told(w, "member failed")); /* who ended the job has logged it */
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 2);
}

static void unanswered_create_is_tried_again(void **state)
{
	struct world *w = w_of(state);
	w->cfg.agent_launch = false;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_TIMEOUT, "");
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 1100);
	w_did(w, "create a 0.1 on n1\n");
	ev = w_pod_done(POD_OP_CREATE, &m, RC_EXISTS, "");
	ev.pod.member = &m;
	w_step(w, &ev);
	assert_string_equal(w_order(w, j, 0, NULL)->pod_uid, "pod-a-0.1");
}

static void deleted_job_stops_at_once(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	w_clear(w);
	w_job_gone(w, j);
	assert_true(w_has(w, "delete pod-a-0.1: job deleted\n"));
	assert_false(w_has(w, "delete pod-a-1.1"));
	assert_false(w_has(w, "drop default/00000000000000aa\n"));
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.members_live, 0);
	assert_true(w_has(w, "drop default/00000000000000aa\n"));
}

static void orphaned_job_leaves_pods(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	j->job.meta.deleted_ms = w->wall_ms;
	j->job.meta.orphan_finalizer = true;
	w_clear(w);
	w_echo(w, j);
	w_job_gone(w, j);
	w_wait(w, 20000);
	assert_false(w_has(w, "delete"));
}

/* A finalizer of its user's keeps the job after the garbage collector has taken its own off. A pod
 * whose create was under way comes then: it is left alone like the others. */
static void orphaned_for_good(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	j->job.meta.deleted_ms = w->wall_ms;
	j->job.meta.orphan_finalizer = true;
	w_echo(w, j);
	j->job.meta.orphan_finalizer = false;
	w_clear(w);
	w_echo(w, j);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	w_wait(w, 20000);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	w_job_gone(w, j);
	w_tell(w, j, "n2", 1, 1, MEMBER_FAILED);
	w_wait(w, 60000);
	assert_false(w_has(w, "delete"));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.members_live, 0);
}

/* Job a is being orphaned on nodes that its members fill; job b, which is returned, wants them. */
static struct wjob *next_to_orphans(struct world *w, struct wjob **ret_orphaned)
{
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2), *next = w_new_job(w, "b", 2);
	j->requests[0] = next->requests[0] = (struct res){"cpu", 4000};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	next->job.spec.requests = (struct reslist){next->requests, 1};
	next->job.spec.min_parallelism = 1;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	j->job.meta.deleted_ms = w->wall_ms;
	j->job.meta.orphan_finalizer = true;
	w_echo(w, j);
	w_job(w, next);
	*ret_orphaned = j;
	return next;
}

/* Until its agent counts it as a stranger's, or has not been heard for 30 s, an orphaned pod takes
 * its room. */
static void orphans_hold_their_room(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j, *next = next_to_orphans(w, &j);
	w_job_gone(w, j);
	assert_int_equal(w_orders(w, next), 0);
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, next), 1);
	w_wait(w, 31000);
	assert_int_equal(w_orders(w, next), 1);
	w_hangup(w, "n2");
	w_wait(w, 61000);
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.attempts_open, 1);
}

/* A garbage collector that is slow, or held up, has an agent report them as members for longer. */
static void orphans_of_a_slow_collector(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j, *next = next_to_orphans(w, &j);
	w_wait(w, 100000);
	assert_int_equal(w_orders(w, next), 0);
	j->job.meta.orphan_finalizer = false; /* it has come to all; a user's finalizer is left */
	w_echo(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	w_tell(w, j, "n2", 1, 1, MEMBER_GONE);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, next), 2);
}

/* The agent comes anew and reports it as a member still; a list lacks it, since it has no owner any
 * more. The next Hello has it among the pods of others. */
static void orphans_and_a_new_session(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j, *next = next_to_orphans(w, &j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_clear(w);
	w_hello_with(w, "n1", &m, 1);
	assert_false(w_has(w, "list n1"));
	w_hangup(w, "n1");
	w_wait(w, 15000);
	assert_true(w_has(w, "list n1\n"));
	w_pods(w, "n1", NULL, 0, true);
	w_hello_with(w, "n1", &m, 1);
	assert_int_equal(w_orders(w, next), 0);
	w_hello(w, "n1");
	assert_int_equal(w_orders(w, next), 1);
}

static void recreated_under_its_name(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *a = w_new_job(w, "a", 1);
	w_job(w, a);
	w_all(w, a, MEMBER_RUNNING);
	struct wjob *b = w_new_job(w, "a", 1);
	w_clear(w);
	w_job(w, b); /* the end of the first one was missed */
	assert_true(w_has(w, "delete pod-a-0.1: job deleted\n"));
	assert_int_equal(w_orders(w, a), 0);
	assert_int_equal(w_orders(w, b), 1);
	w_tell(w, a, "n1", 0, 1, MEMBER_GONE);
	w_all(w, b, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, b).state, JOB_COMPLETED);
}

static void delete_is_repeated_until_it_works(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_job_gone(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	struct core_event ev = w_pod_done(POD_OP_DELETE, &m, RC_SERVER, "");
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 2100);
	assert_true(w_has(w, "delete pod-a-0.1: job deleted\n"));
	ev = w_pod_done(POD_OP_DELETE, &m, RC_NOTFOUND, "");
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 100000);
	assert_false(w_has(w, "delete"));
}

/* An agent that saw neither the pod's coming nor its going tells nothing. */
static void r006_deleted_pod_that_nobody_tells_of(void **state)
{
	struct world *w = w_of(state);
	struct core_stats st;
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_job_gone(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	struct core_event ev = w_pod_done(POD_OP_DELETE, &m, RC_OK, "");
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 50000);
	assert_false(w_has(w, "delete"));
	w_wait(w, 15000);
	assert_true(w_has(w, "delete pod-a-0.1: job deleted\n"));
	ev = w_pod_done(POD_OP_DELETE, &m, RC_NOTFOUND, "");
	w_step(w, &ev);
	core_stats(w->core, &st);
	assert_int_equal(st.members_live, 0);
	w_clear(w);
	w_wait(w, 200000);
	assert_false(w_has(w, "delete"));
}

/* A user's edit reached us before the answer to a slow write of the version before it. */
static void r007_answer_overtaken_by_the_watch(void **state)
{
	struct world *w = w_of(state);
	struct job_status st;
	const char *rv;
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w->rvs = 100;
	w_job(w, j);
	w->no_writes = true;
	w_all(w, j, MEMBER_RUNNING);
	assert_true(take_job_status(w->core, "default", "a", &st, &rv)); /* it goes out */
	w->rvs = 200;
	w_job(w, j);
	struct core_event ev = {
		.type = CEV_STATUS_WRITTEN,
		.written = {
			.is_job = true, .ns = "default", .name = "a", .uid = j->uid, .rv = "150"}};
	w_step(w, &ev);
	assert_true(take_job_status(w->core, "default", "a", &st, &rv));
	assert_string_equal(rv, j->rv);
	assert_string_not_equal(rv, "150");
}

static void image_pull_is_told(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	m.reason = "ErrImagePull";
	m.message = "no such image";
	w_report(w, &m);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, j).message, "member 0: ErrImagePull: no such image; look "
						    "at the Events of pod a-0-jzz6d");
	assert_true(w_has(w, "note a MemberWaiting\n"));
	assert_int_equal(w_status(w, j).state, JOB_PENDING);
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	assert_string_equal(w_status(w, j).message, "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(backs_off_then_fails),
		T(no_replacement_before_the_count_is_written),
		T(disruption_is_replaced),
		T(refusal_backs_off_on_that_node),
		T(held_by_itself_elsewhere_is_adopted),
		T(refused_everywhere_for_what_the_pod_is),
		T(refused_pods_are_removed),
		T(held_name_uses_the_next_number),
		T(r010_success_before_the_delete),
		T(denied_agent_then_coordinator),
		T(a_create_that_keeps_failing_is_told),
		T(denied_again_is_no_news),
		T(denied_gang_gives_all_back),
		T(denied_gang_of_which_one_was_lost),
		T(finished_job_counts_no_more),
		T(unanswered_create_is_tried_again),
		T(deleted_job_stops_at_once),
		T(orphaned_job_leaves_pods),
		T(orphaned_for_good),
		T(orphans_hold_their_room),
		T(orphans_of_a_slow_collector),
		T(orphans_and_a_new_session),
		T(recreated_under_its_name),
		T(delete_is_repeated_until_it_works),
		T(r006_deleted_pod_that_nobody_tells_of),
		T(r007_answer_overtaken_by_the_watch),
		T(image_pull_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
