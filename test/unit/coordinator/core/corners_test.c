/* SPDX-License-Identifier: Apache-2.0 */
/* What happens seldom, each with what its user or the other side sees of it. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static void set_ready(struct world *w, const char *name, bool ready)
{
	w_find(w, name)->not_ready = !ready;
	w_tell_node(w, w_find(w, name));
}

static void request(struct wjob *j, const char *name, int64_t milli)
{
	uint32_t n = j->job.spec.requests.n;
	j->requests[n] = (struct res){name, milli};
	j->job.spec.requests = (struct reslist){j->requests, n + 1};
}

static void offers(struct world *w, const char *node, const char *res)
{
	struct wnode *n = w_find(w, node);
	n->alloc[n->nalloc++] = (struct res){res, 8000};
	w_tell_node(w, n);
}

static struct wjob *running(struct world *w, uint32_t nodes, uint32_t parallelism)
{
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", parallelism);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	w_clear(w);
	return j;
}

/* ---- resources ---- */

/* Two devices that nobody has heard of come one after the other. */
static void resources_become_known(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	request(j, "example.com/a", 1000);
	request(j, "example.com/b", 1000);
	w_job(w, j);
	offers(w, "n1", "example.com/b");
	w_wait(w, 2000);
	assert_string_equal(
		w_status(w, j).message,
		"needs 1 node: 0 fit; 1 lacks example.com/a; no node lists "
		"example.com/a: add nodes whose device plugin offers it (Muster makes no "
		"claims of devices)");
	offers(w, "n1", "example.com/a");
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 1);
}

/* A leader before us knew of a device that no node has any more; the kubelet refuses the pod. */
static void a_kubelet_lacks_what_nobody_knows(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	request(j, "example.com/none", 1000);
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	m.requests = j->job.spec.requests;
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, true);
	assert_int_equal(w_orders(w, j), 1);
	m.phase = MEMBER_REFUSED;
	m.reason = "OutOfexample.com/none";
	w_report(w, &m);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 1 refused a member lately "
			    "(OutOfexample.com/none)");
	assert_int_equal(w_status(w, j).failed, 0);
}

/* ---- what is said ---- */

static void a_node_that_is_gone_is_not_counted(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	w_hangup(w, "n2");
	w_node_gone(w, "n2");
	struct wjob *j = w_new_job(w, "a", 1);
	request(j, "cpu", 9000);
	w_job(w, j);
	w_wait(w, 2000);
	assert_string_equal(
		w_status(w, j).message,
		"needs 1 node: 0 fit; 2 lack cpu; add nodes that have more, or lower the requests");
}

/* Its agent has said hello, but not yet what other pods take there. */
static void nothing_is_placed_before_the_room_is_known(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 0);
	w_tell_node(w, w_node(w, "n1"));
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = "n1",
					  .session = w->sessions = 1,
					  .boot_id = "boot",
					  .version = "0.1.0"}};
	w_step(w, &ev);
	w_find(w, "n1")->session = 1;
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 0);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 1 has no "
			    "agent; add nodes, or change what keeps these away");
	w_hello(w, "n1");
	assert_int_equal(w_orders(w, j), 1);
}

/* A reason that only a later version knows is not kept beside what we know. */
static void a_message_of_another_version(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	j->job.status.reason = "FromAnotherTime";
	j->job.status.message = "something that nobody here can say";
	w_restart(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_pods(w, "n1", &m, 1, true);
	w_sync(w);
	w_hello_with(w, "n1", &m, 1);
	w_wait(w, 3000);
	assert_string_equal(w_status(w, j).message, "");
	assert_string_equal(w_status(w, j).reason, "");
}

static void no_more_than_a_hundred_attempts_are_told_of(void **state)
{
	enum { LOST = SUPERSEDED_MAX + 5 };
	struct world *w = w_of(state);
	struct wjob *j = running(w, LOST + 1, 1);
	for (uint32_t i = 1; i <= LOST; i++) {
		const char *node = "";
		w_order(w, j, 0, &node);
		w_tell(w, j, node, 0, i, MEMBER_RUNNING);
		set_ready(w, node, false);
		w_wait(w, 100);
		assert_int_equal(w_order(w, j, 0, NULL)->attempt, i + 1);
	}
	w_wait(w, 40000);
	assert_int_equal(w_status(w, j).nsuperseded, SUPERSEDED_MAX);
	assert_int_equal(w_status(w, j).active, 1);
}

/* ---- ends of attempts ---- */

/* It was ordered, its pod was seen by nobody, and its job orphans: for a while it may still come,
 * then its room is free. */
static void an_orphan_that_nobody_saw(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1), *next = w_new_job(w, "b", 1);
	request(j, "cpu", 3000);
	request(next, "cpu", 3000);
	w_job(w, j);
	w_job(w, next);
	j->job.meta.deleted_ms = w->wall_ms;
	j->job.meta.orphan_finalizer = true;
	w_echo(w, j);
	w_job_gone(w, j);
	w_wait(w, 10000);
	assert_int_equal(w_orders(w, next), 0);
	w_wait(w, 10000);
	assert_int_equal(w_orders(w, next), 1);
}

/* The pod comes when the garbage collector has had its turn, before or after the order is given up
 * (late): it takes its room for as long as its agent tells of it. */
static void orphan_comes(struct world *w, bool late)
{
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1), *next = w_new_job(w, "b", 1);
	request(j, "cpu", 3000);
	request(next, "cpu", 3000);
	w_job(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	j->job.meta.deleted_ms = w->wall_ms;
	j->job.meta.orphan_finalizer = true;
	w_echo(w, j);
	j->job.meta.orphan_finalizer = false; /* a user's is left */
	w_echo(w, j);
	w_wait(w, late ? 20000 : 2000);
	m.phase = MEMBER_NONE; /* its create is still under way */
	w_report(w, &m);
	m.phase = MEMBER_PENDING;
	m.pod_uid = "";
	w_report(w, &m);
	m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	w_report(w, &m);
	w_job(w, next);
	w_wait(w, 100000);
	assert_int_equal(w_orders(w, next), 0);
	assert_false(w_has(w, "delete"));
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, next), 1);
}

static void an_orphan_that_comes(void **state)
{
	orphan_comes(w_of(state), false);
}

static void an_orphan_that_comes_late(void **state)
{
	orphan_comes(w_of(state), true);
}

/* We create the pod, the job goes, and no answer ever comes: at last nothing is waited for. */
static void a_create_that_is_never_answered(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1), *next = w_new_job(w, "b", 1);
	request(j, "cpu", 3000);
	request(next, "cpu", 3000);
	j->job.spec.credentials = true;
	w_job(w, j);
	w_job(w, next);
	assert_true(w_has(w, "create a 0.1 on n1\n"));
	w_job_gone(w, j);
	w_wait(w, 500000);
	assert_int_equal(w_orders(w, next), 0);
	w_wait(w, 200000);
	assert_int_equal(w_orders(w, next), 1);
}

/* Under Wait, an agent out of touch may create what it was told to, unless its node is surely off.
 */
static void off_for_sure(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	struct core_stats s;
	j->job.spec.on_node_loss = LOSS_WAIT;
	w_job(w, j);
	w_hangup(w, "n1");
	w_job_gone(w, j);
	w_wait(w, 60000);
	core_stats(w->core, &s);
	assert_int_equal(s.attempts_open, 1);
	struct wnode *n = w_find(w, "n1");
	n->taints[n->ntaints++] =
		(struct taint){"node.kubernetes.io/out-of-service", "", EFFECT_NO_EXECUTE};
	set_ready(w, "n1", false);
	w_wait(w, 60000);
	core_stats(w->core, &s);
	assert_int_equal(s.attempts_open, 0);
}

/* ---- changes ---- */

/* All of the old ones are gone before any of the new comes; one on a lost node, which may be
 * replaced, is not waited for. */
static void recreate_does_not_wait_for_a_lost_node(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	set_ready(w, "n1", false);
	j->job.spec.update = UPDATE_RECREATE;
	j->job.spec.template_hash = "00000000000000bb";
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-1.1: template changed\n"));
	struct member m = w_member(w, j, "n2", 1, 1, MEMBER_GONE);
	w_report(w, &m);
	w_wait(w, 3000);
	assert_int_equal(w_orders(w, j), 1); /* there is one node for them */
	assert_string_equal(w_order(w, j, 0, NULL)->template_hash, "00000000000000bb");
}

/* Half-way through a rollout the user goes back, and wants all at once: what is being stopped of
 * the old, which is the new again, stops nothing. */
static void back_again_by_recreate(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 3, 3);
	j->job.spec.max_unavailable = 2;
	j->job.spec.template_hash = "00000000000000bb";
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-0.1: template changed\n"));
	assert_true(w_has(w, "delete pod-a-1.1: template changed\n"));
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_GONE);
	w_report(w, &m);
	const char *node = "";
	uint32_t attempt = w_order(w, j, 0, &node)->attempt;
	w_tell(w, j, node, 0, attempt, MEMBER_RUNNING);
	w_clear(w);
	j->job.spec.template_hash = "00000000000000aa";
	j->job.spec.update = UPDATE_RECREATE;
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-0."));
	m = w_member(w, j, node, 0, attempt, MEMBER_GONE);
	w_report(w, &m);
	assert_int_equal(w_orders(w, j), 1); /* those that are going have their nodes still */
	m = w_member(w, j, "n2", 1, 1, MEMBER_GONE);
	w_report(w, &m);
	m = w_member(w, j, "n3", 2, 1, MEMBER_GONE);
	w_report(w, &m);
	w_wait(w, 3000);
	assert_int_equal(w_orders(w, j), 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_string_equal(w_order(w, j, i, NULL)->template_hash, "00000000000000aa");
}

/* A job whose template cannot be read has no text that could be dropped. */
static void without_a_template(void **state)
{
	struct world *w = w_of(state);
	struct core_stats s;
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.template_hash = "";
	j->job.spec.invalid = "spec.template: not an object";
	w_job(w, j);
	w_wait(w, 2000);
	core_stats(w->core, &s);
	assert_int_equal(s.templates, 0);
	w_job_gone(w, j);
	assert_false(w_has(w, "drop"));
}

/* A failure was written, and overwritten by another writer before we had the answer: the try that
 * waited for it goes out all the same, and the number is written again. */
static void a_written_failure_is_overwritten(void **state)
{
	struct world *w = w_of(state);
	struct job_status st;
	const char *rv;
	struct wjob *j = running(w, 1, 1);
	w->no_writes = true;
	w_all(w, j, MEMBER_FAILED);
	assert_true(take_job_status(w->core, "default", "a", &st, &rv));
	assert_int_equal(st.failed, 1);
	w->rvs = 500;
	w_job(w, j); /* without the failure */
	struct core_event ev = {
		.type = CEV_STATUS_WRITTEN,
		.written = {
			.is_job = true, .ns = "default", .name = "a", .uid = j->uid, .rv = "400"}};
	w_step(w, &ev);
	w_wait(w, 30000);
	assert_int_equal(w_orders(w, j), 1);
	w->no_writes = false;
	assert_true(take_job_status(w->core, "default", "a", &st, &rv));
	assert_int_equal(st.failed, 1);
}

/* The admission policy for agents may come, and go again, at any time: until it is bound the
 * coordinator creates the pods. */
static void the_policy_for_agents_comes_and_goes(void **state)
{
	static const struct {
		const char *job, *created;
		bool told, bound;
	} cases[] = {
		{"a", "create a 0.1 on n1\n", false, false},
		{"b", NULL, true, true},
		{"c", "create c 0.1 on n1\n", true, false},
	};
	struct world *w = w_of(state);
	w->cfg.agent_policy = true;
	w_restart(w);
	w_nodes(w, 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct core_event ev = {.type = CEV_AGENTS_BOUND, .bound = cases[i].bound};
		struct wjob *j = w_new_job(w, cases[i].job, 1);
		const char *node;
		if (cases[i].told)
			w_step(w, &ev);
		w_clear(w);
		w_job(w, j);
		assert_int_equal(w_has(w, "create"), cases[i].created != NULL);
		assert_true(!cases[i].created || w_has(w, cases[i].created));
		assert_int_equal(w_order(w, j, 0, &node)->launch, !cases[i].created);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(resources_become_known),
		T(a_kubelet_lacks_what_nobody_knows),
		T(a_node_that_is_gone_is_not_counted),
		T(nothing_is_placed_before_the_room_is_known),
		T(a_message_of_another_version),
		T(no_more_than_a_hundred_attempts_are_told_of),
		T(an_orphan_that_nobody_saw),
		T(an_orphan_that_comes),
		T(an_orphan_that_comes_late),
		T(a_create_that_is_never_answered),
		T(off_for_sure),
		T(recreate_does_not_wait_for_a_lost_node),
		T(back_again_by_recreate),
		T(without_a_template),
		T(a_written_failure_is_overwritten),
		T(the_policy_for_agents_comes_and_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
