/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt is stopped: what is asked for, how long a pod may still come, what holds room. */
#include "coordinator/core/attempt/stop.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

enum { UNSEEN_MS = 15000, DELETE_ANSWER_MS = 30000, LEFT_MS = 30000 };

static void fire(struct core *c)
{
	c->now_ms = heap_next(&c->timers);
	struct heap_node *t = heap_pop_due(&c->timers, c->now_ms);
	attempt_timer_due(c, OWNER_OF(t, struct attempt, timer));
}

static void what_is_asked_for(void **state)
{
	static const struct {
		const char *name;
		enum attempt_state was;
		bool confirmed, seen;
		enum attempt_state now;
		const char *did;
		int64_t timer_ms;
	} cases[] = {
		{"its pod is deleted", ATTEMPT_RUNNING, true, true, ATTEMPT_STOPPING,
		 "POD_DELETE u1\n", DELETE_ANSWER_MS},
		{"a pod may be made just now", ATTEMPT_ORDERED, true, false, ATTEMPT_STOPPING, "",
		 UNSEEN_MS},
		{"one that only an agent has claimed is left alone", ATTEMPT_RUNNING, false, true,
		 ATTEMPT_RUNNING, "", 0},
		{"it is stopping already", ATTEMPT_STOPPING, true, true, ATTEMPT_STOPPING, "", 0},
		{"it has ended", ATTEMPT_ENDED, true, true, ATTEMPT_ENDED, "", 0},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		a->confirmed = cases[i].confirmed;
		text_set(&a->pod_uid, cases[i].seen ? "u1" : "");
		attempt_set_state(c, a, cases[i].was);
		attempts_stop_all(c, j, "job suspended");
		CASE(cases[i].name, a->state == cases[i].now);
		CASE_STR(cases[i].name, tables_did(c), cases[i].did);
		CASE(cases[i].name,
		     heap_next(&c->timers) ==
			     (cases[i].timer_ms ? c->now_ms + cases[i].timer_ms : INT64_MAX));
		tables_job_free(c, j);
	}
}

/* It stays known until its pod is gone. */
static void a_pod_that_has_ended_is_removed(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, n);
	text_set(&a->pod_uid, "u1");
	a->phase = MEMBER_REFUSED;
	attempt_leave_slot(a);
	attempt_set_state(c, a, ATTEMPT_ENDED);
	attempt_remove(c, a);
	attempt_remove(c, a); /* once */
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
	fire(c); /* not answered */
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
	assert_true(heap_next(&c->timers) > c->now_ms + DELETE_ANSWER_MS);
	assert_int_equal(a->state, ATTEMPT_ENDED);
	assert_int_equal(j->members.nspent, 1);
	attempt_vanished(c, a);
	assert_int_equal(j->members.nspent, 0);
	assert_int_equal(c->stats.disruptions, 0);
}

/* A deletion that is not answered is asked for again, ever more rarely. */
static void a_deletion_is_tried_again(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a =
		tables_attempt(c, tables_job(c, "a", 1), 0, tables_node(c, "n1", 4000, MEMORY));
	text_set(&a->pod_uid, "u1");
	attempt_stop(c, a, "job deleted");
	int64_t wait = 0;
	for (uint32_t i = 0; i < 4; i++) {
		int64_t before = c->now_ms;
		tables_did(c);
		fire(c);
		assert_string_equal(tables_did(c), "POD_DELETE u1\n");
		assert_true(c->now_ms - before > wait);
		wait = c->now_ms - before;
	}
}

/* When no pod was seen, and none can come any more, the attempt was never there. */
static void how_long_a_pod_may_come(void **state)
{
	static const struct {
		const char *name;
		bool creating, wait, connected, sure;
		bool may_come;
	} cases[] = {
		{"its agent has heard of it by now", false, false, true, false, false},
		{"a create of ours is under way", true, false, true, false, true},
		{"under Wait, while its agent hears nothing", false, true, false, false, true},
		{"under Wait, when its agent has heard", false, true, true, false, false},
		{"under Wait, on a node that is surely gone", false, true, false, true, false},
		{"under Replace it is not waited for", false, false, false, false, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		j->spec.on_loss = cases[i].wait ? LOSS_WAIT : LOSS_REPLACE;
		a->creating = a->by_coordinator = cases[i].creating;
		node_set_connected(c, n, cases[i].connected);
		n->verdict.loss = cases[i].sure ? NODE_LOST : NODE_PRESENT;
		attempt_stop(c, a, "job scaled down");
		fire(c);
		CASE(cases[i].name, (j->members.attempts != NULL) == cases[i].may_come);
		CASE(cases[i].name, (heap_next(&c->timers) != INT64_MAX) == cases[i].may_come);
		tables_teardown(&world);
	}
	(void)state;
}

/* An orphaned member is left alone; its room is held for a while, if no agent tells of it. */
static void an_orphan_holds_its_room(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = tables_attempt(c, tables_job(c, "a", 2), 0, n);
	struct attempt *ended = tables_attempt(c, a->job, 1, n);
	attempt_set_state(c, ended, ATTEMPT_ENDED);
	text_set(&a->pod_uid, "u1");
	attempt_orphan(c, ended);
	struct attempt *refused = tables_attempt(c, a->job, 1, n); /* it was to be stopped */
	attempt_set_state(c, refused, ATTEMPT_STOPPING);
	refused->phase = MEMBER_REFUSED;
	attempt_orphan(c, refused);
	attempt_orphan(c, a);
	attempt_orphan(c, a);
	assert_ptr_equal(n->attempts, a);
	assert_null(a->node_next);
	assert_string_equal(tables_did(c), "");
	assert_int_equal(n->nlive, 1);
	n->agent.connected = false;
	fire(c);
	assert_int_equal(n->nlive, 0);
	assert_null(n->attempts);
}

/* Its room is held for longer while its agent tells of it, or while the garbage collector may not
 * have come to its pod. */
static void what_an_orphan_waits_for(void **state)
{
	static const struct {
		const char *name;
		bool orphaning, node, seen, told, silent;
		bool held;
	} cases[] = {
		{"the garbage collector", true, true, true, false, false, true},
		{"the agent, which counts it as a member", false, true, true, true, false, true},
		{"nothing: it has come to all pods", false, true, true, false, false, false},
		{"nothing: the agent is not heard", false, true, true, true, true, false},
		{"nothing: the node is gone, with its pods", true, false, true, true, false, false},
		{"nothing: no pod was seen", true, true, false, true, false, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct attempt *a = tables_attempt(c, tables_job(c, "a", 1), 0, n);
		text_set(&a->pod_uid, cases[i].seen ? "u1" : "");
		attempt_orphan(c, a);
		a->job->object.orphaning = cases[i].orphaning;
		n->kube.exists = cases[i].node;
		n->agent.connected = cases[i].told;
		n->agent.silent = cases[i].silent;
		fire(c);
		CASE(cases[i].name, (n->attempts != NULL) == cases[i].held);
		CASE(cases[i].name,
		     heap_next(&c->timers) == (cases[i].held ? c->now_ms + LEFT_MS : INT64_MAX));
		CASE_STR(cases[i].name, tables_did(c), "");
		tables_teardown(&world);
	}
	(void)state;
}

static void a_vanished_pod_is_a_disruption(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 2);
	struct attempt *a = tables_attempt(c, j, 0, n), *b = tables_attempt(c, j, 1, n);
	attempt_set_state(c, b, ATTEMPT_STOPPING);
	attempt_vanished(c, b); /* as it was to */
	assert_int_equal(j->check.vanished, 0);
	attempt_vanished(c, a);
	assert_int_equal(j->check.vanished, 1);
	assert_int_equal(c->stats.disruptions, 1);
	assert_null(j->members.attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(what_is_asked_for),
		T(a_pod_that_has_ended_is_removed),
		T(a_deletion_is_tried_again),
		cmocka_unit_test(how_long_a_pod_may_come),
		T(an_orphan_holds_its_room),
		cmocka_unit_test(what_an_orphan_waits_for),
		T(a_vanished_pod_is_a_disruption),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
