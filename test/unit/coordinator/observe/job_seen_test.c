/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs as the watch, and a live GET, show them. */
#include "coordinator/core/observe/job_seen.h"

#include <string.h>

#include "coordinator/core/observe/admission_seen.h"
#include "coordinator/core/state/admitted.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static struct job a_job(void)
{
	return (struct job){.meta = {.ns = "default",
				     .name = "a",
				     .uid = "uid-1",
				     .rv = "10",
				     .generation = 1,
				     .created_ms = 5000},
			    .spec = {.parallelism = 4,
				     .min_parallelism = 4,
				     .active_deadline_s = -1,
				     .ttl_s = -1,
				     .template_hash = "0123456789abcdef"}};
}

static void a_new_job(void **state)
{
	struct core *c = tables_of(state);
	struct job v = a_job();
	job_seen(c, &v);
	struct job_record *j = job_find(c, "default", "a");
	assert_true(j->object.known && j->dirty && !j->object.predates_leader);
	assert_int_equal(j->life.state, JOB_PENDING);
	assert_int_equal(j->spec.parallelism, 4);
	assert_int_equal(j->object.created_ms, 5000);
	assert_string_equal(j->status.rv, "10");
	assert_false(j->update.selection_changed);
}

/* For how long members stay on a node that is not Ready; a change of it concerns their nodes. */
static void its_own_time_on_a_node_that_is_not_ready(void **state)
{
	static const struct {
		const char *name, *key;
		bool timed;
		int64_t seconds, not_ready_ms, unreachable_ms;
		bool concerns;
	} cases[] = {
		{"nothing said", "k", false, 0, 0, 0, false},
		{"of one taint", "node.kubernetes.io/not-ready", true, 7, 7000, 0, true},
		{"the same again", "node.kubernetes.io/not-ready", true, 7, 7000, 0, false},
		{"not at all", "node.kubernetes.io/unreachable", true, 0, 0, -1, true},
		{"for ever", "node.kubernetes.io/unreachable", false, 0, 0, INT64_MAX, true},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job v = a_job();
	job_seen(c, &v);
	struct job_record *j = job_find(c, "default", "a");
	tables_attempt(c, j, 0, n);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct toleration t = {.key = cases[i].key,
					     .exists = true,
					     .timed = cases[i].timed,
					     .seconds = cases[i].seconds};
		while (node_take_dirty(c))
			continue;
		v.meta.generation++;
		v.spec.tolerations = &t;
		v.spec.ntolerations = 1;
		job_seen(c, &v);
		CASE(cases[i].name, j->spec.not_ready_ms == cases[i].not_ready_ms);
		CASE(cases[i].name, j->spec.unreachable_ms == cases[i].unreachable_ms);
		CASE(cases[i].name, n->dirty == cases[i].concerns);
	}
}

/* What was counted once stays counted, whoever wrote it. */
static void what_a_status_counts(void **state)
{
	static const struct {
		const char *name, *completed;
		uint32_t failed, attempts; /* what another writer says */
		uint32_t want_completed, want_failed, want_attempts;
		enum job_state state;
	} cases[] = {
		{"more than is known", "0,2-3", 5, 9, 3, 5, 9, JOB_RUNNING},
		{"less than is known", "", 0, 0, 1, 2, 3, JOB_RUNNING},
		{"another index", "1", 2, 3, 2, 2, 3, JOB_RUNNING},
		{"above parallelism: remembered, not counted", "0,7", 2, 3, 1, 2, 3, JOB_RUNNING},
		{"nonsense", "zero", 2, 3, 1, 2, 3, JOB_RUNNING},
		{"its end, and less than is known", "", 0, 0, 1, 2, 3, JOB_FAILED},
		{"its end, and more than is known", "0", 4, 8, 1, 4, 8, JOB_COMPLETED},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job v = a_job();
		v.status = (struct job_status){
			.state = JOB_RUNNING, .completed = "0", .failed = 2, .attempts = 3};
		job_seen(c, &v);
		struct job_record *j = job_find(c, "default", "a");
		CASE(cases[i].name, j->life.state == JOB_RUNNING && j->members.stored_failed == 2);
		v.meta.rv = "11";
		v.status.state = cases[i].state;
		v.status.completed = cases[i].completed;
		v.status.failed = cases[i].failed;
		v.status.attempts = cases[i].attempts;
		job_seen(c, &v);
		CASE(cases[i].name, j->members.ncompleted == cases[i].want_completed);
		CASE(cases[i].name, j->members.failed == cases[i].want_failed);
		CASE(cases[i].name, j->members.highest_attempt == cases[i].want_attempts);
		tables_teardown(&world);
	}
	(void)state;
}

static void which_edits_move_members(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}};
	static const struct res more[] = {{"cpu", 8000}};
	struct core *c = tables_of(state);
	struct job v = a_job();
	job_seen(c, &v);
	struct job_record *j = job_find(c, "default", "a");
	j->update.rolling = false;
	v.meta.generation = 2;
	v.spec.requests = (struct reslist){more, 1};
	job_seen(c, &v);
	assert_false(j->update.selection_changed); /* another size alone moves nobody */
	v.meta.generation = 3;
	v.spec.node_selector = (struct kvs){zone_a, 1};
	job_seen(c, &v);
	assert_true(j->update.selection_changed);
	const struct selection *first = j->update.selection_was;
	assert_true(first && first != j->spec.request->set);
	assert_false(j->update.rolling);
	v.spec.node_selector.n = 0;
	v.meta.generation++;
	job_seen(c, &v);
	assert_ptr_equal(j->update.selection_was, first); /* members have not followed yet */
	v.meta.generation++;
	v.spec.template_hash = "ffffffffffffffff";
	job_seen(c, &v);
	assert_true(j->update.rolling);
	assert_string_equal(tables_did(c), "TEMPLATE_DROP default/0123456789abcdef\n");
}

/* It is told once for each spec, by the leader that first acts on it. */
static void what_is_odd_about_a_spec(void **state)
{
	struct core *c = tables_of(state);
	struct job v = a_job();
	v.spec.doubt = "memory: 100m";
	v.meta.generation = v.status.observed_generation = 2;
	job_seen(c, &v);
	struct job_record *j = job_find(c, "default", "a");
	assert_string_equal(j->told.doubt, "memory: 100m");
	assert_false(j->told.doubt_news);
	v.meta.generation = 3;
	v.spec.doubt = "memory: 200m";
	job_seen(c, &v);
	assert_true(j->told.doubt_news);
	v.meta.generation = 4;
	v.spec.doubt = NULL;
	job_seen(c, &v);
	assert_string_equal(j->told.doubt, "");
	assert_false(j->told.doubt_news);
}

/* The hash that older versions made says nothing but how their pods are compared. */
static void the_hash_of_older_versions(void **state)
{
	struct core *c = tables_of(state);
	struct job v = a_job();
	v.spec.old_template_hash = "0000000000000001";
	job_seen(c, &v);
	struct job_record *j = job_find(c, "default", "a");
	assert_string_equal(intern_str(c->strs, j->spec.old_template_id), "0000000000000001");
	j->update.rolling = false;
	job_slot(j, 0)->retry_ms = 5000;
	v.meta.generation = 2;
	job_seen(c, &v);
	assert_false(j->update.rolling);
	v.meta.generation = 3;
	v.spec.old_template_hash = "0000000000000002";
	job_seen(c, &v);
	assert_true(j->update.rolling);
	assert_int_equal(job_slot(j, 0)->retry_ms, 5000);
	v.meta.generation = 4;
	v.spec.old_template_hash = "";
	job_seen(c, &v);
	assert_int_equal(j->spec.old_template_id, 0);
}

/* The same name, another UID: the one before is deleted, though no watch has said so. */
static void a_job_made_again(void **state)
{
	struct core *c = tables_of(state);
	struct job v = a_job();
	job_seen(c, &v);
	struct job_record *old = job_find(c, "default", "a");
	struct attempt *a = tables_attempt(c, old, 0, tables_node(c, "n1", 4000, MEMORY));
	v.meta.uid = "uid-2";
	job_seen(c, &v);
	assert_true(old->object.deleted && a->order_changed);
	assert_string_equal(job_find(c, "default", "a")->uid, "uid-2");
}

static void an_old_message_about_one_that_is_gone(void **state)
{
	struct core *c = tables_of(state);
	struct job v = a_job();
	job_seen(c, &v);
	tables_attempt(c, job_find(c, "default", "a"), 0, tables_node(c, "n1", 4000, MEMORY));
	job_deleted(c, &(struct meta){.ns = "default", .name = "a", .uid = "uid-other"});
	assert_non_null(job_find(c, "default", "a"));
	job_deleted(c, &v.meta);
	assert_null(job_find(c, "default", "a"));
	job_seen(c, &v);
	assert_null(job_find(c, "default", "a"));
	assert_true(job_find_same(c, "default", "a", "uid-1")->object.deleted);
}

static void what_a_live_get_tells(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *live_uid;
		bool gone;
	} cases[] = {
		{"it is there", RC_OK, "uid-1", false},
		{"it is not", RC_NOTFOUND, NULL, true},
		{"another one has its name", RC_OK, "uid-2", true},
		{"nothing", RC_TIMEOUT, NULL, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job v = a_job();
		job_seen(c, &v);
		struct job_record *j = job_find(c, "default", "a");
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct attempt *a = tables_attempt(c, j, 0, n);
		text_set(&a->pod_uid, "u1");
		const struct core_event ev = {.checked = {.ns = "default",
							  .name = "a",
							  .uid = "uid-1",
							  .rc = cases[i].rc,
							  .live_uid = cases[i].live_uid}};
		job_checked(c, &ev); /* nobody has asked */
		CASE(cases[i].name, !j->object.deleted && !j->check.owner_deleted);
		j->check.running = true;
		job_checked(c, &ev);
		CASE(cases[i].name, j->object.deleted == cases[i].gone);
		CASE(cases[i].name, j->check.owner_deleted == cases[i].gone);
		/* Whether its pods are still its own, a list begun now shows. */
		CASE(cases[i].name,
		     a->confirmed != cases[i].gone && n->list.wanted == cases[i].gone);
		CASE(cases[i].name, !j->check.running);
		tables_teardown(&world);
	}
	(void)state;
}

/* What was waited for because of the job as it was is not waited for any more. */
static void which_edits_end_a_pause(void **state)
{
	static const struct kv zone[] = {{"zone", "a"}};
	static const struct res cpu = {"cpu", 500};
	static const struct {
		const char *name;
		struct job_spec edit;
		bool all, held; /* of whom the pauses end; the job is held still */
	} cases[] = {
		{"the template", {.template_hash = "fedcba9876543210"}, true, false},
		{"the selection", {.node_selector = {zone, 1}}, true, false},
		{"what it asks for", {.requests = {&cpu, 1}}, true, false},
		{"priority", {.priority = 7}, false, true},
		{"fewer members", {.parallelism = 3}, false, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job v = a_job();
		job_seen(c, &v);
		struct job_record *j = job_find(c, "default", "a");
		for (uint32_t k = 0; k < 4; k++)
			*job_slot(j, k) = (struct slot){.retry_ms = c->now_ms + 5000, .ends = 4};
		j->life.held_until_ms = c->now_ms + 5000;
		struct job_spec to = cases[i].edit;
		to.active_deadline_s = to.ttl_s = -1;
		to.parallelism = to.parallelism ? to.parallelism : 4;
		to.min_parallelism = 1;
		to.template_hash = to.template_hash ? to.template_hash : v.spec.template_hash;
		v.spec = to;
		v.meta.generation = 2;
		job_seen(c, &v);
		for (uint32_t k = 0; k < 4; k++) {
			bool over = cases[i].all || k >= to.parallelism;
			CASE(cases[i].name, (job_slot(j, k)->retry_ms == 0) == over);
			CASE(cases[i].name, (job_slot(j, k)->ends == 0) == over);
		}
		CASE(cases[i].name, (j->life.held_until_ms != 0) == cases[i].held);
		tables_teardown(&world);
	}
	(void)state;
}

/* A job that has ended has the shape still, and asks for nothing. */
static void what_admission_shows_is_for_jobs_that_go_on(void **state)
{
	static const struct res one[] = {{"cpu", 1000}}, three[] = {{"cpu", 3000}};
	const struct reslist own = {one, 1}, shown = {three, 1};
	struct core *c = tables_of(state);
	struct job_record *ended = tables_job(c, "a", 1), *j = tables_job(c, "b", 1);
	const struct request *before = j->spec.request;
	admitted_use(c, ended, "shape", &own);
	admitted_use(c, j, "shape", &own);
	job_set_state(c, ended, JOB_COMPLETED);
	assert_ptr_equal(ended->spec.request, before);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	admission_shown(c, a, &shown);
	assert_ptr_equal(ended->spec.request, before);
	assert_ptr_not_equal(j->spec.request, before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_new_job),
		T(its_own_time_on_a_node_that_is_not_ready),
		cmocka_unit_test(what_a_status_counts),
		T(which_edits_move_members),
		T(what_is_odd_about_a_spec),
		T(the_hash_of_older_versions),
		cmocka_unit_test(which_edits_end_a_pause),
		T(a_job_made_again),
		T(an_old_message_about_one_that_is_gone),
		cmocka_unit_test(what_a_live_get_tells),
		T(what_admission_shows_is_for_jobs_that_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
