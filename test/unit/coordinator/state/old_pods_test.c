/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that are older than the proofs, alone: which of them agree with a job's stored status. */
#include "coordinator/core/state/old_pods.h"

#include "test/unit/coordinator/state/tables.h"

/* 5 indexes: members run on n1 and n3, one is completed, and of two the status does not say where
 * they are. */
static struct job_record *stored(struct core *c)
{
	static const char *const nodes[] = {"n3", "n1"};
	static const struct job_status st = {
		.attempts = 3, .active_nodes = {nodes, 2}, .completed = "4"};
	struct job_record *j = tables_job(c, "a", 5);
	const struct job_spec spec = {.completions = 5, .parallelism = 5};
	runs_add(&j->members.completed, 4);
	old_pods_keep(j, &st, &spec);
	return j;
}

static void pods_that_agree_with_the_status(void **state)
{
	static const struct {
		const char *name, *node;
		struct member member;
		bool unseen, agrees;
	} cases[] = {
		{"it runs where the status says",
		 "n1",
		 {.index = 0, .attempt = 3, .phase = MEMBER_RUNNING},
		 false,
		 true},
		{"the same, of a job whose object was not seen",
		 "n1",
		 {.index = 0, .attempt = 3, .phase = MEMBER_RUNNING},
		 true,
		 false},
		{"an index that is not wanted any more",
		 "n1",
		 {.index = 5, .attempt = 3, .phase = MEMBER_RUNNING},
		 false,
		 true},
		{"the same, elsewhere",
		 "n2",
		 {.index = 5, .attempt = 4, .phase = MEMBER_PENDING},
		 false,
		 true},
		{"the same, which has ended",
		 "n1",
		 {.index = 5, .attempt = 3, .phase = MEMBER_FAILED},
		 false,
		 false},
		{"an attempt that may have been given since, elsewhere",
		 "n2",
		 {.index = 1, .attempt = 4, .phase = MEMBER_RUNNING},
		 false,
		 true},
		{"an attempt that was not given",
		 "n1",
		 {.index = 0, .attempt = 20, .phase = MEMBER_RUNNING},
		 false,
		 false},
		{"it failed elsewhere",
		 "n2",
		 {.index = 1, .attempt = 3, .phase = MEMBER_FAILED},
		 false,
		 false},
		{"a completed index, elsewhere",
		 "n2",
		 {.index = 4, .attempt = 3, .phase = MEMBER_SUCCEEDED},
		 false,
		 false},
	};
	struct core *c = tables_of(state);
	struct job_record *j = stored(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		j->object.known = !cases[i].unseen;
		CASE(cases[i].name,
		     old_pods_agree(j, cases[i].node, &cases[i].member) == cases[i].agrees);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pods_that_agree_with_the_status, tables_setup,
						tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
