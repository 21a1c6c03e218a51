/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's own creates that fail: what is told of them, and when. */
#include "coordinator/core/observe/ops_ended.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/templates.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void a_create_that_fails_again(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *reason, *message, *waiting;
	} cases[] = {
		{"in the server's words", RC_SERVER, "InternalError", "webhook is dead",
		 "InternalError: webhook is dead"},
		{"without words of a server", RC_TIMEOUT, "", "", "TIMEOUT: deadline exceeded"},
		{"nobody was asked: the connection is new", RC_STALE, "", "", ""},
		{"nobody was asked: the request was taken back", RC_CANCELED, "", "", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		struct core_event ev = {.pod = {.op = POD_OP_CREATE,
						.ns = j->ns,
						.pod = a->pod,
						.rc = cases[i].rc,
						.reason = cases[i].reason,
						.message = cases[i].message}};
		a->by_coordinator = a->creating = true;
		pod_op_ended(c, &ev);
		CASE_STR(cases[i].name, a->waiting, ""); /* once is no news */
		c->now_ms += 1000;
		a->creating = true;
		pod_op_ended(c, &ev);
		CASE_STR(cases[i].name, a->waiting, cases[i].waiting);
		CASE(cases[i].name, heap_next(&c->timers) > c->now_ms); /* it is tried again */
		tables_teardown(&world);
	}
	(void)state;
}

/* What the coordinator could create and an agent could not, no agent is asked for again. */
static void what_was_denied_to_agents_is_remembered(void **state)
{
	for (int denied = 0; denied < 2; denied++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		struct member pod = {.ns = j->ns,
				     .job_name = j->name,
				     .job_uid = j->uid,
				     .pod = a->pod,
				     .pod_uid = "u",
				     .node = "n1",
				     .attempt = a->id.attempt,
				     .phase = MEMBER_PENDING};
		struct core_event ev = {
			.pod = {.op = POD_OP_CREATE, .ns = j->ns, .pod = a->pod, .member = &pod}};
		a->by_coordinator = a->creating = true;
		a->denied = denied;
		pod_op_ended(c, &ev);
		assert_int_equal(templates_by_coordinator(c, j->ns, a->template_id), denied);
		tables_teardown(&world);
	}
	(void)state;
}

/* The label that lists a member in its Services: what was not written is written again, soon. */
static void a_label_that_is_not_written(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		enum attempt_state is;
		bool again;
	} cases[] = {
		{"it is written", RC_OK, ATTEMPT_RUNNING, false},
		{"the pod is gone", RC_NOTFOUND, ATTEMPT_RUNNING, false},
		{"the server does not answer", RC_TIMEOUT, ATTEMPT_RUNNING, true},
		{"the member stops: its deletion has a timer", RC_TIMEOUT, ATTEMPT_STOPPING, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		struct core_event ev = {.pod = {.op = POD_OP_LABEL,
						.ns = j->ns,
						.pod = a->pod,
						.rc = cases[i].rc,
						.message = NULL}};
		text_set(&a->pod_uid, "u1");
		attempt_set_state(c, a, ATTEMPT_RUNNING);
		if (cases[i].is != ATTEMPT_RUNNING)
			attempt_set_state(c, a, cases[i].is);
		pod_op_ended(c, &ev);
		CASE(cases[i].name, (heap_next(&c->timers) != INT64_MAX) == cases[i].again);
		tables_teardown(&world);
	}
	(void)state;
}

/* Of the Services that are there already, only one that leads to other pods is told of. */
static void a_service_that_is_there(void **state)
{
	static const struct {
		const char *name, *owner_kind, *owner_uid, *made_for;
		bool told, again;
	} cases[] = {
		{"the user's", "", "", "", false, false},
		{"another controller's", "Widget", "w", "", false, false},
		{"the job's own", "ComputeJob", "uid-a", "uid-a", false, false},
		{"the job's own, without its owner", "", "", "uid-a", false, false},
		{"of a job that is gone", "ComputeJob", "uid-old", "uid-old", false, true},
		{"left by an orphaning deletion", "", "", "uid-old", true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		const char *own = str_eq(cases[i].made_for, "uid-a") ? j->uid : cases[i].made_for;
		const char *owner =
			str_eq(cases[i].owner_uid, "uid-a") ? j->uid : cases[i].owner_uid;
		struct core_event ev = {.service = {.ns = j->ns,
						    .name = j->name,
						    .uid = j->uid,
						    .rc = RC_EXISTS,
						    .message = "",
						    .owner_kind = cases[i].owner_kind,
						    .owner_uid = owner,
						    .made_for = own}};
		j->dns.stage = DNS_ASKED;
		job_service_ended(c, &ev);
		CASE(cases[i].name, j->dns.told == cases[i].told);
		CASE(cases[i].name, (j->dns.stage == DNS_NONE) == cases[i].again);
		CASE(cases[i].name,
		     (strstr(tables_did(c), "there is one already") != NULL) == cases[i].told);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_create_that_fails_again),
		cmocka_unit_test(a_label_that_is_not_written),
		cmocka_unit_test(what_was_denied_to_agents_is_remembered),
		cmocka_unit_test(a_service_that_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
