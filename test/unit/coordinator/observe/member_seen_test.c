/* SPDX-License-Identifier: Apache-2.0 */
/* Reports about orders that have no pod, and about attempts that nobody knows; whose are believed.
 */
#include "coordinator/core/observe/member_seen.h"

#include <string.h>

#include "base/intern.h"
#include "coordinator/core/observe/believed.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

/* What an agent tells of an attempt of the job's index 0 whose pod it has not seen. */
static void tell(struct core *c, struct node_record *n, const struct job_record *j,
		 uint32_t attempt, enum member_phase phase, const char *message)
{
	char pod[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, 0, attempt, pod);
	struct member m = {.ns = j->ns,
			   .job_name = j->name,
			   .job_uid = j->uid,
			   .pod = pod,
			   .attempt = attempt,
			   .phase = phase,
			   .template_hash = intern_str(c->strs, j->spec.template_id),
			   .reason = "InternalError",
			   .message = message};
	member_seen(c, n, &m, false);
}

/* An order's words are those of its create: they count until a pod is seen, and while the attempt
 * is wanted and its agent's to create. */
static void whose_create_fails(void **state)
{
	static const struct {
		const char *name;
		bool seen, stopping, by_coordinator;
		const char *message, *waiting;
	} cases[] = {
		{"an order", false, false, false, "webhook is dead",
		 "InternalError: webhook is dead"},
		{"its create is under way", false, false, false, "", ""},
		{"its pod was seen", true, false, false, "webhook is dead", ""},
		{"it is to stop", false, true, false, "webhook is dead", ""},
		{"the coordinator creates it now", false, false, true, "webhook is dead", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		if (cases[i].seen)
			text_set(&a->pod_uid, "u1");
		if (cases[i].stopping)
			attempt_set_state(c, a, ATTEMPT_STOPPING);
		a->by_coordinator = cases[i].by_coordinator;
		tell(c, n, j, a->id.attempt, MEMBER_NONE, cases[i].message);
		CASE_STR(cases[i].name, a->waiting, cases[i].waiting);
		tables_teardown(&world);
	}
	(void)state;
}

/* A denial that arrives after the pod was seen, from an agent that tells an old story, is none. */
static void a_denial_of_what_runs(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, n);
	text_set(&a->pod_uid, "u1");
	tell(c, n, j, a->id.attempt, MEMBER_DENIED, "forbidden");
	assert_int_equal(a->state, ATTEMPT_ORDERED);
	assert_string_equal(j->told.create_error, "");
}

/* The previous leader has ordered it: it is taken over, but not for a job that was orphaned. */
static void an_unknown_create_under_way(void **state)
{
	for (uint32_t orphan = 0; orphan < 2; orphan++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		j->object.predates_leader = true;
		j->object.orphan = orphan;
		tell(c, n, j, 3, MEMBER_NONE, "");
		assert_int_equal(attempt_find(c, j, 0, 3) != NULL, !orphan);
		tables_teardown(&world);
	}
	(void)state;
}

/* Of an attempt that ended unseen nothing counts but its number, which is not used again. */
static void a_number_that_was_used(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	tell(c, n, j, 5, MEMBER_GONE, "");
	assert_int_equal(job_slot(j, 0)->last, 5);
	assert_int_equal(j->members.highest_attempt, 5);
	tell(c, n, j, 4, MEMBER_GONE, "");
	assert_int_equal(job_slot(j, 0)->last, 5);
	assert_int_equal(j->members.highest_attempt, 5);
	assert_int_equal(j->members.failed, 0);
	assert_null(j->members.attempts);
}

/* What its pod says, told of an attempt that was ordered. */
static void says(struct core *c, struct attempt *a, enum member_phase phase, const char *reason,
		 const char *message)
{
	struct job_record *j = a->job;
	struct member m = {.ns = j->ns,
			   .job_name = j->name,
			   .job_uid = j->uid,
			   .pod = a->pod,
			   .pod_uid = "u1",
			   .node = a->node->name,
			   .attempt = a->id.attempt,
			   .phase = phase,
			   .template_hash = intern_str(c->strs, j->spec.template_id),
			   .reason = reason,
			   .message = message};
	member_seen(c, a->node, &m, true);
}

/* What a container waits for, and what a member that starts is at: the one is wrong, the other not.
 */
static void what_a_pod_waits_for(void **state)
{
	static const struct {
		const char *name;
		enum member_phase phase;
		const char *reason, *message, *waiting, *starting;
		bool preparing;
	} cases[] = {
		{"wrong", MEMBER_PENDING, "ErrImagePull", "container main: no",
		 "ErrImagePull: container main: no", "", false},
		{"wrong while the work runs", MEMBER_RUNNING, "ErrImagePull", "container proxy: no",
		 "ErrImagePull: container proxy: no", "", false},
		{"usual", MEMBER_PENDING, "ContainerCreating", "", "", "", false},
		{"no words", MEMBER_PENDING, "PodInitializing", "", "", "", false},
		{"an init container", MEMBER_PENDING, "PodInitializing", "init container p runs",
		 "", "init container p runs", true},
		{"a sidecar", MEMBER_PENDING, WAIT_SIDECAR, "sidecar l has not started up", "",
		 "sidecar l has not started up", false},
		{"all runs", MEMBER_RUNNING, "", "", "", "", false},
		{"usual beside the work", MEMBER_RUNNING, "ContainerCreating", "no sandbox", "", "",
		 false},
		{"it has ended", MEMBER_FAILED, "Error", "", "", "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		says(c, a, cases[i].phase, cases[i].reason, cases[i].message);
		a = attempt_find(c, j, 0, 1);
		if (a) {
			CASE_STR(cases[i].name, a->waiting, cases[i].waiting);
			CASE_STR(cases[i].name, a->starting, cases[i].starting);
			CASE(cases[i].name, a->preparing == cases[i].preparing);
		}
		CASE(cases[i].name, a != NULL || cases[i].phase == MEMBER_FAILED);
		tables_teardown(&world);
	}
	(void)state;
}

/* Each try of a pull fails in words of its own, which are the same to a user. */
static void words_that_differ_in_numbers(void **state)
{
	static const struct {
		const char *name, *reason, *first, *second;
		bool kept;
	} cases[] = {
		{"another port", "ErrImagePull", "dial 10.0.0.1:41: refused",
		 "dial 10.0.0.1:50321: refused", true},
		{"the same", "ErrImagePull", "no", "no", true},
		{"another cause", "ErrImagePull", "dial 10.0.0.1:41: refused",
		 "dial 10.0.0.1:41: timeout", false},
		{"more words", "ErrImagePull", "no", "not found", false},
		{"fewer words", "ErrImagePull", "not found", "no", false},
		{"numbers that tell", "CreateContainerConfigError", "secret s1", "secret s2",
		 false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		AUTO(buf_done) struct buf want = BUF_INIT(256);
		says(c, a, MEMBER_PENDING, cases[i].reason, cases[i].first);
		says(c, a, MEMBER_PENDING, cases[i].reason, cases[i].second);
		buf_printf(&want, "%s: %s", cases[i].reason,
			   cases[i].kept ? cases[i].first : cases[i].second);
		CASE_STR(cases[i].name, a->waiting, buf_str(&want));
		tables_teardown(&world);
	}
	(void)state;
}

/* Without a proof an agent is believed about the pod that it was the first to tell of, where its
 * attempt is, and about no other pod. */
static void who_is_believed_without_a_proof(void **state)
{
	static const struct {
		const char *name, *seen, *told;
		bool known, there, believed;
	} cases[] = {
		{"nobody knows the attempt", "", "u1", false, true, false},
		{"it is on another node", "u1", "u1", true, false, false},
		{"its first pod", "", "u1", true, true, true},
		{"the pod that was seen", "u1", "u1", true, true, true},
		{"no pod, as of a denial", "u1", "", true, true, true},
		{"no pod, and no word of it", "u1", NULL, true, true, true},
		{"a pod made again under its name", "u1", "u2", true, true, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
		struct node_record *n2 = tables_node(c, "n2", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n1);
		const struct member m = {.pod_uid = cases[i].told, .proven = PROOF_NONE};
		c->cfg.proofs = true;
		text_set(&a->pod_uid, cases[i].seen);
		CASE(cases[i].name,
		     member_believed(c, cases[i].there ? n1 : n2, j, cases[i].known ? a : NULL,
				     &m) == cases[i].believed);
		tables_teardown(&world);
	}
	(void)state;
}

/* A pod of an attempt that nobody knows. */
static void a_pod_is_told(struct core *c, struct node_record *n, const struct job_record *j,
			  uint32_t attempt)
{
	char pod[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, 0, attempt, pod);
	const struct member m = {.ns = j->ns,
				 .job_name = j->name,
				 .job_uid = j->uid,
				 .pod = pod,
				 .pod_uid = "u1",
				 .attempt = attempt,
				 .phase = MEMBER_RUNNING,
				 .proven = PROOF_VALID,
				 .template_hash = intern_str(c->strs, j->spec.template_id)};
	member_seen(c, n, &m, false);
}

/* A proof is good for one pod: where orders are proven, a number that was used comes too late once
 * all objects were seen, and anything else that nobody knows is adopted. */
static void a_number_that_comes_too_late(void **state)
{
	static const struct {
		const char *name;
		bool proofs, synced;
		uint32_t last; /* 0: nothing is known of the index */
		bool adopted;
	} cases[] = {
		{"a number below the last", true, true, 3, false},
		{"the last number", true, true, 2, false},
		{"a number above the last", true, true, 1, true},
		{"an index that had no attempt", true, true, 0, true},
		{"objects are still listed", true, false, 3, true},
		{"orders are not proven", false, true, 3, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		c->cfg.proofs = cases[i].proofs;
		c->synced = cases[i].synced;
		if (cases[i].last)
			job_number_used(j, 0, cases[i].last);
		a_pod_is_told(c, n, j, 2);
		CASE(cases[i].name, (attempt_find(c, j, 0, 2) != NULL) == cases[i].adopted);
		CASE(cases[i].name, n->list.wanted == cases[i].adopted);
		CASE(cases[i].name, n->unproven.claimed != cases[i].adopted);
		tables_teardown(&world);
	}
	(void)state;
}

/* What a list shows without a UID is no pod, and moves no member to another node. */
static void listed_without_a_uid(void **state)
{
	struct core *c = *state;
	struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, n1);
	char pod[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, 0, a->id.attempt, pod);
	struct member m = {.ns = j->ns,
			   .job_name = j->name,
			   .job_uid = j->uid,
			   .pod = pod,
			   .pod_uid = "",
			   .attempt = a->id.attempt,
			   .phase = MEMBER_PENDING,
			   .proven = PROOF_VALID};
	member_seen(c, n2, &m, true);
	assert_ptr_equal(a->node, n1);
	m.pod_uid = "u1";
	member_seen(c, n2, &m, true);
	assert_ptr_equal(a->node, n2);
}

/* Labels that name a member make none of a pod with another name, be its job known or not;
 * and what is gone makes no job known. */
static void a_pod_with_another_name(void **state)
{
	static const struct {
		const char *name, *uid, *pod; /* pod NULL: the member's own name */
		enum member_phase phase;
		bool adopted;
	} cases[] = {
		{"a member", "uid-a", NULL, MEMBER_RUNNING, true},
		{"a pod that only says so", "uid-a", "mine", MEMBER_RUNNING, false},
		{"a member of a job that is not known", "uid-b", NULL, MEMBER_RUNNING, true},
		{"a pod that says so of a job that is not known", "uid-b", "mine", MEMBER_RUNNING,
		 false},
		{"a pod that is gone, of a job that is not known", "uid-b", NULL, MEMBER_GONE,
		 false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		char pod[POD_NAME_BYTES];
		tables_job(c, "a", 1);
		member_pod_name("a", cases[i].uid, 0, 1, pod);
		const struct member m = {.ns = "default",
					 .job_name = "a",
					 .job_uid = cases[i].uid,
					 .pod = cases[i].pod ? cases[i].pod : pod,
					 .pod_uid = "u1",
					 .attempt = 1,
					 .phase = cases[i].phase};
		member_seen(c, n, &m, true);
		CASE(cases[i].name, (n->attempts != NULL) == cases[i].adopted);
		CASE(cases[i].name, cases[i].phase != MEMBER_GONE ||
					    !job_find_same(c, "default", "a", cases[i].uid));
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(whose_create_fails),
		cmocka_unit_test(what_a_pod_waits_for),
		cmocka_unit_test(words_that_differ_in_numbers),
		T(a_denial_of_what_runs),
		cmocka_unit_test(an_unknown_create_under_way),
		T(a_number_that_was_used),
		cmocka_unit_test(who_is_believed_without_a_proof),
		cmocka_unit_test(a_number_that_comes_too_late),
		cmocka_unit_test(a_pod_with_another_name),
		T(listed_without_a_uid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
