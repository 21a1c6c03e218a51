/* SPDX-License-Identifier: Apache-2.0 */
/* What agents, lists and answers tell about members in ways that are rare: of other pods, of other
 * numbers, too late, or of nothing. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static struct wjob *running(struct world *w, uint32_t nodes, uint32_t parallelism)
{
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", parallelism);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 3000);
	w_clear(w);
	return j;
}

static uint32_t open_attempts(struct world *w)
{
	struct core_stats s;
	core_stats(w->core, &s);
	return s.attempts_open;
}

static void tell_ready(struct world *w, struct wjob *j, uint32_t index, bool ready)
{
	const char *node;
	const struct order *o = w_order(w, j, index, &node);
	struct member m = w_member(w, j, node, index, o->attempt, MEMBER_RUNNING);
	m.ready = ready;
	w_report(w, &m);
}

static void expect_ready(struct world *w, struct wjob *j, uint32_t active, uint32_t ready)
{
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).active, active);
	assert_int_equal(w_status(w, j).ready, ready);
}

/* A readiness probe says no: status.ready is what says yes now, however members come and go. */
static void ready_is_what_says_so(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 4);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	for (uint32_t i = 0; i < 3; i++)
		tell_ready(w, j, i, false);
	expect_ready(w, j, 3, 0);
	tell_ready(w, j, 0, true);
	tell_ready(w, j, 1, true);
	expect_ready(w, j, 3, 2);
	tell_ready(w, j, 1, false);
	expect_ready(w, j, 3, 1);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	expect_ready(w, j, 2, 1);
	w_tell(w, j, "n3", 2, 1, MEMBER_GONE);
	expect_ready(w, j, 2, 1); /* its replacement is ordered */
	tell_ready(w, j, 2, true);
	expect_ready(w, j, 2, 2);
}

/* kubectl replace --force on a member's pod: what counts now has another UID. */
static void replaced_under_its_name(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	m.pod_uid = "another";
	w_report(w, &m);
	assert_string_equal(w_order(w, j, 0, NULL)->pod_uid, "another");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	m = w_member(w, j, "n1", 0, 1, MEMBER_GONE); /* of the one before */
	w_report(w, &m);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	w_job_gone(w, j);
	assert_true(w_has(w, "delete another: job deleted\n"));
}

static void gone_without_a_uid(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	for (uint32_t attempt = 1; attempt <= 2; attempt++) { /* seen, and never seen */
		struct member m = w_member(w, j, "n1", 0, attempt, MEMBER_GONE);
		m.pod_uid = "";
		w_report(w, &m);
		w_wait(w, 1000);
		assert_int_equal(w_order(w, j, 0, NULL)->attempt, attempt + 1);
	}
	assert_int_equal(w_status(w, j).failed, 0);
}

/* Its pod was seen, so its name is not held and its create was not denied: older words. */
static void refusals_of_what_runs(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	w_tell(w, j, "n1", 0, 1, MEMBER_HELD);
	w_tell(w, j, "n1", 0, 1, MEMBER_DENIED);
	w_wait(w, 20000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	assert_string_equal(w_order(w, j, 0, NULL)->pod_uid, "pod-a-0.1");
	assert_false(w_has(w, "create"));
	assert_false(w_has(w, "FailedCreate"));
}

/* It was to stop anyway: no pod of it comes, and nothing is held for it any more. */
static void refusals_of_what_stops(void **state)
{
	static const enum member_phase phases[] = {MEMBER_HELD, MEMBER_DENIED};
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct world *w;
		w_setup((void **)&w);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		j->job.spec.credentials = i >= 2; /* created by us */
		w_job(w, j);
		j->job.spec.suspend = true;
		w_job(w, j);
		assert_int_equal(open_attempts(w), 1);
		w_tell(w, j, "n1", 0, 1, phases[i % 2]);
		assert_int_equal(open_attempts(w), 0);
		assert_false(w_has(w, "FailedCreate"));
		w_teardown((void **)&w);
	}
}

/* We create it, so what an agent was denied before says nothing. */
static void an_agents_refusal_of_ours(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.credentials = true;
	w_job(w, j);
	w_clear(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_DENIED);
	assert_false(w_has(w, "create"));
	assert_false(w_has(w, "FailedCreate"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
}

/* The list that we read for another reason has one more pod of the index. */
static void a_pod_that_a_list_shows_first(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n1", 0, 7, MEMBER_RUNNING)};
	w_hangup(w, "n1");
	w_wait(w, 20000);
	assert_true(w_has(w, "list n1\n"));
	w_pods(w, "n1", m, 2, true);
	assert_true(w_has(w, "delete pod-a-0.7: superseded\n"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
}

/* Likewise while the index waits for its backoff: it has one that runs, and wants no other. */
static void a_pod_for_a_waiting_index(void **state)
{
	struct world *w = w_of(state);
	w->cfg.retry_base_ms = 60000;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	struct wjob *j = running(w, 2, 1);
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_FAILED),
			     w_member(w, j, "n1", 0, 2, MEMBER_RUNNING)};
	w_hangup(w, "n1");
	w_wait(w, 20000);
	w_pods(w, "n1", m, 2, true);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	w_wait(w, 120000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	assert_int_equal(w_status(w, j).failed, 1);
	assert_false(w_has(w, "delete"));
}

/* No pod of ours is without a node; one that says so is nobody's. */
static void a_pod_without_a_node(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	w_restart(w);
	struct member m = w_member(w, j, "", 0, 1, MEMBER_RUNNING);
	w_pods(w, NULL, &m, 1, true);
	w_sync(w);
	w_hello(w, "n1");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	assert_false(w_has(w, "delete"));
}

/* A number that nobody can have given: taken for used, it would leave none to give. */
static void an_absurd_number(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	w_tell(w, j, "n1", 0, UINT32_MAX - 1, MEMBER_GONE);
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

/* An order under way is no pod, whatever it says. */
static void a_uid_of_what_is_not_there(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	w_tell(w, j, "n2", 0, 2, MEMBER_NONE);
	assert_int_equal(open_attempts(w), 1);
	assert_false(w_has(w, "list"));
}

/* What the coordinator's own create and delete were answered. */
static void refused_for_good_or_for_now(void **state)
{
	static const struct {
		enum rc rc;
		bool final;
	} cases[] = {{RC_FORBIDDEN, true}, {RC_INVALID, true},  {RC_BADREQUEST, true},
		     {RC_TOOBIG, true},    {RC_NOTFOUND, true}, {RC_TIMEOUT, false},
		     {RC_SERVER, false}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w;
		w_setup((void **)&w);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		j->job.spec.credentials = true;
		w_job(w, j);
		struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
		struct core_event ev = w_pod_done(POD_OP_CREATE, &m, cases[i].rc, "words");
		w_clear(w);
		w_step(w, &ev);
		if (w_has(w, "note a FailedCreate") != cases[i].final)
			fail_msg("%s", rc_text(cases[i].rc));
		w_clear(w);
		w_wait(w, 1100);
		if (w_has(w, "create a 0.1 on n1") == cases[i].final)
			fail_msg("%s: again", rc_text(cases[i].rc));
		w_teardown((void **)&w);
	}
}

/* Our create succeeded, or its name is taken, by what is not this attempt. */
static void created_and_somebody_elses(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		struct world *w;
		w_setup((void **)&w);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		j->job.spec.credentials = true;
		w_job(w, j);
		struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING), other = m;
		struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
		other.job_uid = i == 0 ? "another" : m.job_uid;
		other.index = i == 1 ? 3 : m.index;
		other.attempt = i == 2 ? 3 : m.attempt;
		ev.pod.member = i == 3 ? NULL : &other;
		w_clear(w);
		w_step(w, &ev);
		w_wait(w, 3000);
		assert_true(w_has(w, "create a 0.2 on n1"));
		assert_false(w_has(w, "delete"));
		w_teardown((void **)&w);
	}
}

/* Under its UID there is nothing to delete any more. */
static void deleted_under_another_uid(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_job_gone(w, j);
	struct core_event ev = w_pod_done(POD_OP_DELETE, &m, RC_CONFLICT, "");
	w_step(w, &ev);
	assert_int_equal(open_attempts(w), 0);
}

/* The kubelet gives no reason, but the container left a message. */
static void a_failure_in_its_own_words(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_FAILED);
	m.reason = "";
	m.message = "no such file";
	m.exit_code = 2;
	w_report(w, &m);
	w_wait(w, 3000);
	assert_string_equal(
		w_status(w, j).message,
		"member 0: exit code 2: no such file; look at the log of pod a-0-jzz6d; "
		"next try at 2025-06-15T15:06:53Z");
}

/* Which of two opaque versions is newer nobody knows: the answer stands. */
static void a_version_that_is_no_number(void **state)
{
	struct world *w = w_of(state);
	const char *rv;
	struct job_status s;
	w_nodes(w, 1);
	w->no_writes = true;
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	struct core_event ev = {
		.type = CEV_STATUS_WRITTEN,
		.written = {
			.is_job = true, .ns = "default", .name = "a", .uid = j->uid, .rv = "x"}};
	w_step(w, &ev);
	w_all(w, j, MEMBER_RUNNING);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	assert_string_equal(rv, "x"); /* the next write is fenced by it */
	ev.written.rv = "8";
	w_step(w, &ev);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	assert_string_equal(rv, "8");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(ready_is_what_says_so),
		T(replaced_under_its_name),
		T(gone_without_a_uid),
		T(refusals_of_what_runs),
		cmocka_unit_test(refusals_of_what_stops),
		T(an_agents_refusal_of_ours),
		T(a_pod_that_a_list_shows_first),
		T(a_pod_for_a_waiting_index),
		T(a_pod_without_a_node),
		T(an_absurd_number),
		T(a_uid_of_what_is_not_there),
		cmocka_unit_test(refused_for_good_or_for_now),
		cmocka_unit_test(created_and_somebody_elses),
		T(deleted_under_another_uid),
		T(a_failure_in_its_own_words),
		T(a_version_that_is_no_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
