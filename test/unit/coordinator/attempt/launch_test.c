/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt begins: its number, and who creates its pod. */
#include "coordinator/core/attempt/launch.h"

#include <string.h>

#include "coordinator/core/attempt/again.h"
#include "coordinator/core/attempt/loss.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void who_creates_the_pod(void **state)
{
	static const struct {
		const char *name;
		bool agents_may, policy, bound, credentials, denied_before, by_coordinator;
	} cases[] = {
		{"the agent, by its order", true, false, false, false, false, false},
		{"the coordinator, where agents may not", false, true, true, false, false, true},
		{"the coordinator, where the pod carries credentials", true, false, false, true,
		 false, true},
		{"the coordinator, where agents were denied it", true, false, false, false, true,
		 true},
		{"the coordinator, while the agents' policy is not bound", true, true, false, false,
		 false, true},
		{"the agent, once it is", true, true, true, false, false, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		request_resolve(c, j->spec.request);
		c->cfg.agent_launch = cases[i].agents_may;
		c->cfg.agent_policy = cases[i].policy;
		c->agents_bound = cases[i].bound;
		j->spec.credentials = cases[i].credentials;
		if (cases[i].denied_before)
			templates_remember(c, j->ns, j->spec.template_id);
		struct attempt *a = attempt_place(c, j, 1, n);
		CASE(cases[i].name, !a->creating && !*tables_did(c));
		CASE(cases[i].name, tickets_next(c) == a);
		attempt_create(c, a);
		CASE(cases[i].name, a->by_coordinator == cases[i].by_coordinator &&
					    a->creating == cases[i].by_coordinator);
		CASE_STR(cases[i].name, tables_did(c),
			 cases[i].by_coordinator ? "POD_CREATE a/1/1 on n1\n" : "");
		/* The answer to a create comes always; to be sure it is asked for again. So is
		 * an order of which nothing is heard. */
		CASE(cases[i].name,
		     heap_next(&c->timers) ==
			     c->now_ms + (cases[i].by_coordinator ? 600000 : TICKET_MS));
		CASE(cases[i].name, a->state == ATTEMPT_ORDERED && a->confirmed);
		CASE(cases[i].name, job_slot(j, 1)->current == a && n->nlive == 1);
		CASE(cases[i].name, res_row(c, n, ROW_USED)[RES_CPU] == 1000);
		CASE(cases[i].name, c->stats.placements == 1);
		tables_teardown(&world);
	}
	(void)state;
}

/* Above every number that was known of the index, or that cannot be known. */
static void no_number_comes_again(void **state)
{
	static const struct {
		const char *name;
		uint32_t last, floor, attempt;
	} cases[] = {
		{"the first", 0, 0, 1},
		{"above the last of the index", 3, 0, 4},
		{"above what a status held", 0, 7, 8},
		{"above both", 9, 7, 10},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		job_slot(j, 0)->last = cases[i].last;
		j->members.attempt_floor = cases[i].floor;
		struct attempt *a = attempt_place(c, j, 0, n);
		CASE(cases[i].name, a->id.attempt == cases[i].attempt);
		CASE(cases[i].name, j->members.highest_attempt == cases[i].attempt);
		tables_job_free(c, j);
	}
}

/* An attempt that is lost gets its index back whenever a successor has ended: its long run is one
 * end, not one more before each successor. If it is found in between, it may be lost once more. */
static void a_loss_counts_once(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *lost = tables_attempt(c, j, 0, tables_node(c, "n2", 4000, MEMORY));
	text_set(&lost->pod_uid, "u1");
	attempt_set_state(c, lost, ATTEMPT_RUNNING);
	j->spec.on_loss = LOSS_REPLACE;
	c->now_ms += 100000;
	for (uint32_t found = 0; found < 2; found++) {
		attempt_lost(c, lost);
		for (uint32_t i = 0; i < 3; i++) {
			struct attempt *a = attempt_place(c, j, 0, n);
			assert_int_equal(job_slot(j, 0)->ends, i + 1);
			assert_int_equal(again_count(c, a, NULL), again_pause(i + 2));
			attempt_free(c, a);
			assert_ptr_equal(job_slot(j, 0)->current, lost);
		}
		attempt_found(c, lost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_creates_the_pod),
		cmocka_unit_test_setup_teardown(no_number_comes_again, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(a_loss_counts_once, tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
