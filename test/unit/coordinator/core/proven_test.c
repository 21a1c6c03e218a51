/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing that was not ordered is counted (docs/design/0010-threat-model.md). The shell says what
 * each proof is worth. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

#include "coordinator/core/state/unproven.h"
#include "test/lib/check.h"

static int setup(void **state)
{
	int rc = w_setup(state);
	struct world *w = w_of(state);
	w->cfg.proofs = true;
	w_restart(w);
	return rc;
}

static struct member said(struct world *w, struct wjob *j, const char *node, uint32_t index,
			  uint32_t attempt, enum member_phase phase, enum member_proof proven)
{
	struct member m = w_member(w, j, node, index, attempt, phase);
	m.proven = proven;
	return m;
}

/* A job of two on n1 and n2; n3 is free. */
static struct wjob *running(struct world *w)
{
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	w_clear(w);
	return j;
}

static uint32_t lists(struct world *w)
{
	uint32_t n = 0;
	for (const char *at = buf_str(&w->did); (at = strstr(at, "list n3\n")); at++)
		n++;
	return n;
}

static void what_nobody_ordered(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w);
	struct core_stats before, after;
	core_stats(w->core, &before);
	for (enum member_phase p = MEMBER_NONE; p < MEMBER_PHASE_N; p++) {
		for (uint32_t k = 0; k < 4; k++) {
			struct member m = said(w, j, "n3", k % 2, 1 + k / 2 * 6, p,
					       k % 2 ? PROOF_NONE : PROOF_WRONG);
			w_report(w, &m);
			m.proven = PROOF_OLD; /* not a word of it in a status */
			w_report(w, &m);
			m.job_uid = "stray";
			w_report(w, &m);
		}
	}
	w_wait(w, 1000);
	core_stats(w->core, &after);
	assert_int_equal(after.job_records, before.job_records);
	assert_int_equal(after.attempts_open, before.attempts_open);
	assert_true(after.unordered_reports > before.unordered_reports);
	assert_int_equal(w_status(w, j).attempts, 1);
	assert_int_equal(w_status(w, j).succeeded, 0);
	assert_int_equal(w_status(w, j).failed, 0);
	assert_int_equal(w_orders(w, j), 2);
	assert_int_equal(lists(w), 1); /* it looks once */
	w_pods(w, "n3", NULL, 0, true);
	struct member m = said(w, j, "n3", 0, 3, MEMBER_RUNNING, PROOF_NONE);
	w_report(w, &m);
	assert_int_equal(lists(w), 1);
	w_wait(w, UNPROVEN_LOOK_MS);
	assert_int_equal(lists(w), 2); /* again, but not at once */
	w_report(w, &m);               /* known by now */
	w_wait(w, UNPROVEN_LOOK_MS * 2);
	assert_int_equal(lists(w), 2);
}

static void a_valid_proof(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.suspend = true;
	w_job(w, j);
	struct member m = said(w, j, "n3", 0, 4, MEMBER_RUNNING, PROOF_VALID);
	w_report(w, &m);
	w_pods(w, "n3", &m, 1, true);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).attempts, 4);
	assert_true(w_has(w, "delete pod-a-0.4"));
}

/* The first pod of an attempt is its pod. */
static void another_pod_of_the_same_name(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w);
	struct member m = said(w, j, "n1", 0, 1, MEMBER_SUCCEEDED, PROOF_NONE);
	m.pod_uid = "again";
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, false);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).succeeded, 0);
	m.proven = PROOF_VALID; /* the proof of the first, on another pod */
	w_report(w, &m);
	assert_int_equal(w_status(w, j).succeeded, 0);
	m.phase = MEMBER_RUNNING;
	struct member other = said(w, j, "n1", 0, 9, MEMBER_GONE, PROOF_NONE);
	w_pods(w, "n1", &m, 1, false);
	w_pods(w, "n1", &other, 1, true);
	w_wait(w, 2000);
	assert_true(w_has(w, "delete again: superseded\n"));
	assert_int_equal(w_status(w, j).attempts, 2); /* the first one is gone */
	assert_int_equal(w_status(w, j).succeeded, 0);
}

/* The proof of an attempt that is over. */
static void a_replay(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w);
	struct member gone = said(w, j, "n1", 0, 1, MEMBER_GONE, PROOF_VALID);
	w_report(w, &gone);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).attempts, 2);
	struct member m = said(w, j, "n1", 0, 1, MEMBER_SUCCEEDED, PROOF_VALID);
	m.pod_uid = "replayed";
	w_clear(w);
	w_report(w, &m);
	w_wait(w, 1000);
	assert_true(w_has(w, "list n1\n"));
	w_pods(w, "n1", &m, 1, false);
	assert_int_equal(w_status(w, j).succeeded, 0);
	m.phase = MEMBER_RUNNING;
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete replayed: superseded\n"));
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).succeeded, 0);
	assert_int_equal(w_status(w, j).active, 2);
}

/* Pods that nobody ordered take room until they are gone. */
static void room_is_taken(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->requests[0] = (struct res){"cpu", 3000};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	struct member m = said(w, j, "n1", 7, 1, MEMBER_RUNNING, PROOF_NONE);
	m.requests = (struct reslist){(struct res[]){{"cpu", 2000}, {"example.com/x", 1000}}, 2};
	w_report(w, &m);
	w_report(w, &m);
	w_job(w, j);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, j), 0);
	m.phase = MEMBER_FAILED;
	w_report(w, &m);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, j), 1);
}

/* What a list or a Hello does not show is gone; an agent tells of many, and 256 are followed. */
static void what_is_not_seen_again(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->requests[0] = (struct res){"cpu", 4000};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	for (uint32_t i = 0; i < UNPROVEN_MAX + 10; i++) {
		char uid[32];
		struct member m = said(w, j, "n1", i, 1, MEMBER_PENDING, PROOF_WRONG);
		w_text(uid, sizeof uid, "uid-%u", i);
		m.pod_uid = uid;
		m.requests = (struct reslist){(struct res[]){{"cpu", 1}}, 1};
		w_report(w, &m);
	}
	w_job(w, j);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, j), 0);
	w_pods(w, "n1", NULL, 0, true); /* it was asked for before most of them came */
	w_wait(w, UNPROVEN_LOOK_MS);
	assert_int_equal(w_orders(w, j), 0);
	w_pods(w, "n1", NULL, 0, true);
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, j), 1);
	struct member m = said(w, j, "n1", 5, 1, MEMBER_PENDING, PROOF_WRONG);
	w_report(w, &m);
	w_hello(w, "n1");
	w_hello_with(w, "n1", &m, 1);
	w_wait(w, 1000);
}

/* A list that a new leader reads first makes no records of nodes for what counts nothing. */
static void no_record_of_a_node(void **state)
{
	struct world *w = w_of(state);
	struct core_stats st;
	struct wjob *j = w_new_job(w, "a", 1);
	struct member m = said(w, j, "made-up", 0, 1, MEMBER_RUNNING, PROOF_NONE);
	w_pods(w, NULL, &m, 1, false);
	core_stats(w->core, &st);
	assert_int_equal(st.node_records, 0);
	m.proven = PROOF_OLD;
	w_pods(w, NULL, &m, 1, true);
	core_stats(w->core, &st);
	assert_int_equal(st.job_records, 0);
}

/* A stored status: 3 of 5 members run, on n1, n2 and n3, and one has succeeded. */
static struct wjob *stored(struct world *w)
{
	static const char *const nodes[] = {"n3", "n1", "n2"};
	struct wjob *j = w_new_job(w, "a", 5);
	for (uint32_t i = 1; i <= 6; i++) {
		char name[32];
		w_text(name, sizeof name, "n%u", i);
		w_node(w, name);
	}
	j->job.spec.min_parallelism = 1;
	j->job.status = (struct job_status){.state = JOB_RUNNING,
					    .start_ms = 1000,
					    .attempts = 3,
					    .active = 4,
					    .active_nodes = {nodes, 3},
					    .succeeded = 1,
					    .completed = "4",
					    .selector = ""};
	w_restart(w);
	return j;
}

static void pods_from_before(void **state)
{
	static const struct {
		const char *name, *node;
		uint32_t index, attempt;
		enum member_phase phase;
		bool member;
	} cases[] = {
		{"it runs where the status says", "n1", 0, 1, MEMBER_RUNNING, true},
		{"the same, ended", "n2", 1, 3, MEMBER_FAILED, true},
		{"an index that is not wanted any more", "n3", 5, 1, MEMBER_RUNNING, true},
		{"an attempt that was not given", "n3", 2, 20, MEMBER_RUNNING, false},
		{"it is completed, and where nobody ran", "n4", 4, 1, MEMBER_SUCCEEDED, false},
		{"it has failed where nobody ran", "n4", 3, 1, MEMBER_FAILED, false},
		{"many more attempts than were given", "n4", 3, 20, MEMBER_PENDING, false},
		{"it is about to run, by one attempt more", "n5", 3, 4, MEMBER_PENDING, true},
		{"the same index, elsewhere", "n6", 3, 1, MEMBER_RUNNING, true},
		{"one more index than there are", "n6", 2, 1, MEMBER_PENDING, false},
	};
	struct world *w = w_of(state);
	struct wjob *j = stored(w);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct core_stats before, after;
		struct member m = said(w, j, cases[i].node, cases[i].index, cases[i].attempt,
				       cases[i].phase, PROOF_OLD);
		bool ended = cases[i].phase >= MEMBER_SUCCEEDED;
		core_stats(w->core, &before);
		w_pods(w, NULL, &m, 1, false);
		core_stats(w->core, &after);
		CASE(cases[i].name, after.attempts_open - before.attempts_open ==
					    (cases[i].member && !ended ? 1 : 0));
	}
	w_clear(w);
	w_sync(w);
	assert_true(w_has(w, "PodsAdopted"));
	assert_true(w_told(w, "pods=5"));
	assert_int_equal(w_status(w, j).succeeded, 1);
	struct member m = said(w, j, "n1", 2, 3, MEMBER_RUNNING, PROOF_OLD);
	struct core_stats before, after;
	core_stats(w->core, &before);
	w_pods(w, "n1", &m, 1, true); /* the time for that is over */
	core_stats(w->core, &after);
	assert_int_equal(before.attempts_open, after.attempts_open);
}

/* The status that the job has is older than its members, or was never written, and they succeeded
 * before this leader came: no index is run again. */
static void ended_untold(void **state)
{
	static const char *const nodes[] = {"n1", "n2"};
	static const struct job_status old[] = {
		{.completed = "", .selector = ""},
		{.state = JOB_RUNNING,
		 .start_ms = 1000,
		 .attempts = 1,
		 .active = 2,
		 .active_nodes = {nodes, 2},
		 .completed = "",
		 .selector = ""},
		{.state = JOB_RUNNING,
		 .start_ms = 1000,
		 .attempts = 1,
		 .active = 1,
		 .active_nodes = {nodes, 1},
		 .completed = "",
		 .selector = ""},
		{.state = JOB_RUNNING,
		 .start_ms = 1000,
		 .attempts = 1,
		 .completed = "no list",
		 .selector = ""},
	};
	struct world *w = w_of(state);
	w_node(w, "n1");
	w_node(w, "n2");
	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		char name[] = {(char)('a' + i), 0};
		struct wjob *j = w_new_job(w, name, 2);
		j->job.status = old[i];
		w_restart(w);
		struct member m[] = {said(w, j, "n1", 0, 1, MEMBER_SUCCEEDED, PROOF_OLD),
				     said(w, j, "n2", 1, 1, MEMBER_SUCCEEDED, PROOF_OLD)};
		w_pods(w, NULL, m, 2, true);
		w_sync(w);
		w_hello(w, "n1");
		w_hello(w, "n2");
		w_wait(w, 60000);
		assert_int_equal(w_status(w, j).succeeded, 2);
		assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
		assert_int_equal(w_orders(w, j), 0);
	}
}

/* A member that is lost is in no list of the status; its node may come back. */
static void lost_untold(void **state)
{
	static const char *const nodes[] = {"n1"};
	struct world *w = w_of(state);
	struct wjob *j = w_new_job(w, "a", 2);
	j->job.spec.on_node_loss = LOSS_WAIT;
	j->job.status = (struct job_status){.state = JOB_RUNNING,
					    .start_ms = 1000,
					    .attempts = 1,
					    .active = 1,
					    .active_nodes = {nodes, 1},
					    .completed = "",
					    .selector = ""};
	w_node(w, "n1");
	w_node(w, "n2");
	w_node(w, "n3");
	w_restart(w);
	struct member m[] = {said(w, j, "n2", 1, 1, MEMBER_RUNNING, PROOF_OLD),
			     said(w, j, "n1", 0, 1, MEMBER_RUNNING, PROOF_OLD)};
	w_pods(w, NULL, m, 2, true);
	w_sync(w);
	w_hello_with(w, "n1", &m[1], 1);
	w_hello(w, "n3");
	w_wait(w, 600000);
	assert_int_equal(w_status(w, j).attempts, 1); /* it waits for n2 */
	w_hello_with(w, "n2", &m[0], 1);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).active, 2);
}

static void one_pod_from_before(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = stored(w);
	struct member m = said(w, j, "n1", 0, 1, MEMBER_RUNNING, PROOF_OLD);
	w_pods(w, NULL, &m, 1, true);
	struct core_event ev = {.type = CEV_SYNCED, .old_pods_come = true};
	w_clear(w);
	w_step(w, &ev);
	assert_true(w_told(w, "pods=1"));
	struct core_stats before, after;
	core_stats(w->core, &before);
	m = said(w, j, "n2", 1, 2, MEMBER_RUNNING, PROOF_OLD); /* its create was under way */
	w_hello_with(w, "n2", &m, 1);
	core_stats(w->core, &after);
	assert_int_equal(before.attempts_open + 1, after.attempts_open);
}

/* Agents that put no proof on pods create none. */
static void older_agents(void **state)
{
	struct world *w = w_of(state);
	w->old_agents = true;
	w_nodes(w, 2);
	w->old_agents = false;
	w_hello(w, "n2");
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	assert_true(w_has(w, "create"));
	assert_int_equal(w_orders(w, j), 2);
	const char *on;
	for (uint32_t i = 0; i < 2; i++) {
		const struct order *o = w_order(w, j, i, &on);
		assert_int_equal(o->launch, str_eq(on, "n2"));
	}
	w->old_agents = true; /* and now the other one is replaced by an older one */
	w_clear(w);
	w_hello(w, "n2");
	assert_true(w_has(w, "create"));
	w_clear(w);
	w_hello(w, "n2");
	assert_false(w_has(w, "create")); /* once */
}

/* A pod that nobody ordered holds the name. */
static void the_name_is_taken(void **state)
{
	struct world *w = w_of(state);
	w->old_agents = true;
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	const char *on;
	assert_non_null(w_order(w, j, 0, &on));
	struct member m =
		said(w, j, str_eq(on, "n1") ? "n2" : "n1", 0, 1, MEMBER_SUCCEEDED, PROOF_WRONG);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
	ev.pod.rc = RC_EXISTS;
	w_step(w, &ev);
	w_wait(w, 3000);
	assert_int_equal(w_status(w, j).succeeded, 0);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	/* The one that is where it was ordered is the answer, whatever its proof. */
	(void)w_order(w, j, 0, &on);
	m = said(w, j, on, 0, 2, MEMBER_RUNNING, PROOF_NONE);
	ev = w_pod_done(POD_OP_CREATE, &m, RC_OK, "");
	w_step(w, &ev);
	w_wait(w, 1000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(what_nobody_ordered),
		T(a_valid_proof),
		T(another_pod_of_the_same_name),
		T(a_replay),
		T(room_is_taken),
		T(what_is_not_seen_again),
		T(no_record_of_a_node),
		T(pods_from_before),
		T(ended_untold),
		T(lost_untold),
		T(one_pod_from_before),
		T(older_agents),
		T(the_name_is_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
