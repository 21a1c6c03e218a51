/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts alone: how they are found, what each move of state counts, who has an index's slot. */
#include "coordinator/core/state/attempt.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

enum { MANY = 600, CPU = 1000 };
#define ROOM_CPU (INT64_C(1000) * CPU)
#define ROOM_MEMORY (INT64_C(1000000) * GI)

/* By number and by pod, among many; in both tables for as long as it lives. */
static void found_by_number_and_by_pod(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", MANY), *k = tables_job(c, "b", MANY);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU * 2, ROOM_MEMORY * 2);
	static struct attempt *v[MANY];
	char pod[POD_NAME_BYTES];
	for (uint32_t i = 0; i < MANY; i++)
		v[i] = tables_attempt(c, i % 2 ? j : k, i, n);
	for (uint32_t i = 0; i < MANY; i++) {
		assert_ptr_equal(attempt_find(c, i % 2 ? j : k, i, 1), v[i]);
		assert_null(attempt_find(c, i % 2 ? k : j, i, 1));
		assert_null(attempt_find(c, i % 2 ? j : k, i, 2));
		assert_ptr_equal(attempt_find_pod(c, "default", v[i]->pod), v[i]);
		assert_null(attempt_find_pod(c, "other", v[i]->pod));
	}
	for (uint32_t i = 0; i < MANY; i += 3) {
		memcpy(pod, v[i]->pod, sizeof pod);
		attempt_free(c, v[i]);
		assert_null(attempt_find(c, i % 2 ? j : k, i, 1));
		assert_null(attempt_find_pod(c, "default", pod));
		v[i] = NULL;
	}
	for (uint32_t i = 0; i < MANY; i++) {
		if (v[i])
			assert_ptr_equal(attempt_find_pod(c, "default", v[i]->pod), v[i]);
	}
	assert_int_equal(c->attempts.by_id.n, MANY - MANY / 3);
	assert_int_equal(c->attempts.by_pod.n, MANY - MANY / 3);
}

static int64_t used(const struct core *c, const struct node_record *n)
{
	return res_row(c, n, ROW_USED)[RES_CPU];
}

/* Each path of states: what the job and the node count after it. */
static void every_move_is_counted(void **state)
{
	static const struct {
		const char *name;
		enum attempt_state path[5];
		uint32_t live, ready;
		bool takes_room, started;
	} cases[] = {
		{"ordered", {ATTEMPT_NONE}, 1, 0, true, false},
		{"its pod was seen", {ATTEMPT_PENDING}, 1, 0, true, false},
		{"it runs", {ATTEMPT_PENDING, ATTEMPT_RUNNING}, 1, 1, true, true},
		{"it runs at once", {ATTEMPT_RUNNING}, 1, 1, true, true},
		{"its node is lost", {ATTEMPT_RUNNING, ATTEMPT_LOST}, 1, 0, true, true},
		{"and answers", {ATTEMPT_RUNNING, ATTEMPT_LOST, ATTEMPT_RUNNING}, 1, 1, true, true},
		{"it is stopped", {ATTEMPT_RUNNING, ATTEMPT_STOPPING}, 0, 0, true, true},
		{"it ended", {ATTEMPT_RUNNING, ATTEMPT_ENDED}, 0, 0, false, true},
		{"it ended while it was stopped",
		 {ATTEMPT_STOPPING, ATTEMPT_ENDED},
		 0,
		 0,
		 false,
		 false},
		{"it ended on a lost node", {ATTEMPT_LOST, ATTEMPT_ENDED}, 0, 0, false, false},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		a->ready = true;
		for (size_t k = 0; k < ARRAY_LEN(cases[i].path) && cases[i].path[k]; k++)
			attempt_set_state(c, a, cases[i].path[k]);
		CASE(cases[i].name, job_attempts_live(j) == cases[i].live);
		CASE(cases[i].name, j->members.nready == cases[i].ready);
		CASE(cases[i].name, j->members.count[a->state] == 1);
		CASE(cases[i].name, used(c, n) == (cases[i].takes_room ? CPU : 0));
		CASE(cases[i].name, n->nlive == cases[i].takes_room);
		CASE(cases[i].name, j->life.started == cases[i].started);
		CASE(cases[i].name, j->dirty && n->dirty && a->order_changed);
		attempt_free(c, a);
		CASE(cases[i].name, used(c, n) == 0 && !n->nlive && !j->members.nready);
		job_free(c, j);
	}
}

static void live_from_its_order_until_it_stops(void **state)
{
	static const struct {
		const char *name;
		enum attempt_state to;
		bool live;
	} moves[] = {
		{"without a state", ATTEMPT_NONE, false},
		{"ordered", ATTEMPT_ORDERED, true},
		{"its pod was seen", ATTEMPT_PENDING, true},
		{"it runs", ATTEMPT_RUNNING, true},
		{"its node is lost", ATTEMPT_LOST, true},
		{"it is stopped", ATTEMPT_STOPPING, false},
		{"it ended", ATTEMPT_ENDED, false},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	struct attempt *a = attempt_new(c, tables_job(c, "a", 1), 0, 1, n);
	for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
		attempt_set_state(c, a, moves[i].to);
		CASE(moves[i].name, attempt_live(a) == moves[i].live);
	}
}

/* Room that is given back is news for the queue; a move to another node takes it along. */
static void room_goes_with_the_attempt(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	struct node_record *n2 = tables_node(c, "n2", ROOM_CPU, ROOM_MEMORY);
	struct attempt *a = tables_attempt(c, tables_job(c, "a", 1), 0, n1);
	AUTO(bitset_done) struct bitset on = {0};
	bitset_zero(&c->queue.grown);
	attempt_move(c, a, n2);
	assert_int_equal(used(c, n1), 0);
	assert_int_equal(used(c, n2), CPU);
	assert_true(bitset_has(&c->queue.grown, n1->idx));
	assert_false(bitset_has(&c->queue.grown, n2->idx));
	assert_null(n1->attempts);
	assert_ptr_equal(n2->attempts, a);
	job_nodes(a->job, &on);
	assert_string_equal(tables_names(c, &on), "n2");
}

static void when_an_attempt_may_be_replaced(void **state)
{
	static const struct {
		const char *name;
		enum attempt_state to;
		enum node_loss policy;
		enum loss loss;
		bool missed, replaceable;
	} cases[] = {
		{"not while it runs", ATTEMPT_RUNNING, LOSS_REPLACE, NODE_PRESENT, false, false},
		{"lost, onNodeLoss Replace", ATTEMPT_LOST, LOSS_REPLACE, NODE_DOUBTFUL, true, true},
		{"lost, onNodeLoss Wait", ATTEMPT_LOST, LOSS_WAIT, NODE_DOUBTFUL, true, false},
		{"surely lost, onNodeLoss Wait", ATTEMPT_LOST, LOSS_WAIT, NODE_LOST, true, true},
		{"stopping where the node answers", ATTEMPT_STOPPING, LOSS_REPLACE, NODE_PRESENT,
		 false, false},
		{"stopping on a lost node", ATTEMPT_STOPPING, LOSS_REPLACE, NODE_DOUBTFUL, true,
		 true},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		j->spec.on_loss = cases[i].policy;
		n->verdict.loss = cases[i].loss;
		a->away = cases[i].loss != NODE_PRESENT;
		attempt_set_state(c, a, cases[i].to);
		CASE(cases[i].name, attempt_missed(a) == cases[i].missed);
		CASE(cases[i].name, attempt_replaceable(a) == cases[i].replaceable);
		job_complete_index(j, 0); /* then nobody misses it */
		CASE(cases[i].name, !attempt_missed(a));
		attempt_free(c, a);
		job_free(c, j);
	}
}

/* A replacement that ends without success gives the slot back to the newest of those it was for. */
static void a_lost_one_has_its_slot_back(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *first = tables_attempt(c, j, 0, n);
	attempt_set_state(c, first, ATTEMPT_LOST);
	struct attempt *second = tables_attempt(c, j, 0, n);
	attempt_set_state(c, second, ATTEMPT_LOST);
	struct attempt *third = tables_attempt(c, j, 0, n);
	assert_int_equal(third->id.attempt, 3);
	assert_int_equal(j->members.highest_attempt, 3);
	assert_true(attempt_current(third) && !attempt_current(second));
	attempt_free(c, third);
	assert_true(attempt_current(second) && !attempt_current(first));
	job_complete_index(j, 0);
	attempt_free(c, second);
	assert_null(job_slot(j, 0)->current); /* nobody wants it any more */
}

/* Before all lists are complete the newest pod of an index counts, later the one that came first.
 */
static void which_of_two_adopted_pods_counts(void **state)
{
	static const struct {
		const char *name;
		bool synced;
		uint32_t first, second, current;
		enum member_phase phase; /* of the second */
	} cases[] = {
		{"the newer, while lists come", false, 1, 2, 2, MEMBER_RUNNING},
		{"not the older, while lists come", false, 2, 1, 2, MEMBER_RUNNING},
		{"the first, later", true, 1, 2, 1, MEMBER_RUNNING},
		{"never one that has ended", false, 1, 2, 1, MEMBER_FAILED},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", ROOM_CPU, ROOM_MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct member m = {
			.attempt = cases[i].first, .phase = MEMBER_RUNNING, .pod_uid = "u1"};
		c->synced = cases[i].synced;
		struct attempt *a = attempt_adopt(c, j, n, &m);
		attempt_set_state(c, a, ATTEMPT_RUNNING);
		m.attempt = cases[i].second;
		m.phase = cases[i].phase;
		struct attempt *b = attempt_adopt(c, j, n, &m);
		attempt_set_state(c, b, ATTEMPT_RUNNING);
		CASE(cases[i].name, job_slot(j, 0)->current->id.attempt == cases[i].current);
		CASE(cases[i].name, attempt_seen(a) && !a->confirmed && j->update.rolling);
		CASE(cases[i].name, job_slot(j, 0)->last == 2);
		CASE(cases[i].name, job_members_seen(j) == 1);
		attempt_free(c, a);
		attempt_free(c, b);
		job_free(c, j);
	}
	c->synced = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(found_by_number_and_by_pod),         T(every_move_is_counted),
		T(live_from_its_order_until_it_stops), T(room_goes_with_the_attempt),
		T(when_an_attempt_may_be_replaced),    T(a_lost_one_has_its_slot_back),
		T(which_of_two_adopted_pods_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
