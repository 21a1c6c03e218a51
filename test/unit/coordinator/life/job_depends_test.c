/* SPDX-License-Identifier: Apache-2.0 */
/* Which state of a job satisfies which condition of another, what the other says, and what it costs
 * when a namespace is full of jobs that wait. */
#include "coordinator/core/life/job_depends.h"

#include <string.h>

#include "coordinator/core/life/job_policy.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/tell/job_status.h"
#include "test/unit/coordinator/state/tables.h"

static const struct job_status no_status;

static void depend(struct core *c, struct job_record *j, const struct dependency *v, uint32_t n)
{
	const struct job_spec spec = {.depends_on = v, .ndepends_on = n};
	dependencies_set(c, j, &spec, &no_status);
	job_dirty(c, j);
}

static void depend_on(struct core *c, struct job_record *j, const char *name)
{
	const struct dependency d = {name, DEPENDS_COMPLETE};
	depend(c, j, &d, 1);
}

/* The status, as it is now, is written and stored. */
static void store(struct core *c, struct job_record *j)
{
	struct job_status st;
	const char *rv;
	job_status_view(c, j->ns, j->name, &st, &rv);
	job_status_taken(c, j->ns, j->name, &st);
	const struct core_event ev = {.written = {.is_job = true,
						  .ns = j->ns,
						  .name = j->name,
						  .uid = j->uid,
						  .rc = RC_OK,
						  .rv = "1"}};
	job_status_written(c, &ev);
}

static void settle(struct core *c)
{
	struct job_record *j;
	while ((j = job_take_dirty(c)))
		job_decide(c, j);
}

static void become(struct core *c, struct job_record *j, enum job_state s, bool started)
{
	j->spec.suspend = s == JOB_SUSPENDED;
	j->life.start_ms = started ? c->wall_ms : 0;
	if (j->life.state != s)
		job_set_state(c, j, s);
	if (s == JOB_COMPLETED || s == JOB_FAILED)
		job_set_condition(c, j, s == JOB_FAILED ? JC_FAILED : JC_COMPLETE, COND_TRUE,
				  R_CompletionsReached);
	store(c, j);
	settle(c);
}

static void what_satisfies(void **state)
{
	enum { WAITS, GOES_ON, IN_VAIN };
	static const struct {
		const char *name;
		enum job_state state;
		bool started;
		unsigned end[4]; /* for Complete, Failed, Finished, Started */
	} cases[] = {
		{"pending", JOB_PENDING, false, {WAITS, WAITS, WAITS, WAITS}},
		{"placed", JOB_PENDING, true, {WAITS, WAITS, WAITS, WAITS}},
		{"suspended", JOB_SUSPENDED, false, {WAITS, WAITS, WAITS, WAITS}},
		{"running", JOB_RUNNING, true, {WAITS, WAITS, WAITS, GOES_ON}},
		{"completed", JOB_COMPLETED, true, {GOES_ON, IN_VAIN, GOES_ON, GOES_ON}},
		{"failed", JOB_FAILED, true, {IN_VAIN, GOES_ON, GOES_ON, GOES_ON}},
		{"failed before a start", JOB_FAILED, false, {IN_VAIN, GOES_ON, GOES_ON, IN_VAIN}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		for (unsigned k = 0; k < 4; k++) {
			void *world = NULL;
			tables_setup(&world);
			struct core *c = world;
			struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
			const struct dependency d = {"a", (enum dependency_condition)k};
			depend(c, b, &d, 1);
			settle(c);
			CASE(cases[i].name, b->told.reason == R_WaitingForDependencies);
			become(c, a, cases[i].state, cases[i].started);
			unsigned end = b->life.state == JOB_FAILED ? IN_VAIN
				       : b->depends->waits         ? WAITS
								   : GOES_ON;
			CASE(cases[i].name, end == cases[i].end[k]);
			CASE(cases[i].name, (b->place.want > 0) == (end == GOES_ON));
			CASE(cases[i].name,
			     (b->told.reason == R_DependencyNeverSatisfied) == (end == IN_VAIN));
			tables_teardown(&world);
		}
	}
	(void)state;
}

/* An end that is not stored may be taken back. */
static void what_is_stored_counts(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
	depend_on(c, b, "a");
	a->life.start_ms = c->wall_ms;
	job_set_state(c, a, JOB_COMPLETED);
	job_dirty(c, a);
	settle(c);
	assert_true(b->depends->waits);
	store(c, a);
	settle(c);
	assert_false(b->depends->waits);
	/* It is watched until that is stored. */
	assert_true(dependents_watch(c, a));
	store(c, b);
	assert_false(dependents_watch(c, a));
	assert_false(dependencies_open(b));
}

/* A status knows what was satisfied; another condition is another matter. */
static void what_was_satisfied_stays(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *b = tables_job(c, "b", 1);
	const struct dependency was[] = {{"x", DEPENDS_COMPLETE}, {"y", DEPENDS_STARTED}};
	const struct dependency want[] = {
		{"x", DEPENDS_COMPLETE}, {"y", DEPENDS_FINISHED}, {"z", DEPENDS_FAILED}};
	const struct job_spec spec = {.depends_on = want, .ndepends_on = 3};
	const struct job_status st = {.satisfied = was, .nsatisfied = 2};
	struct job_status told;
	const char *rv;
	dependencies_set(c, b, &spec, &st);
	settle(c);
	job_dirty(c, b);
	settle(c);
	assert_int_equal(b->depends->nopen, 2);
	assert_string_equal(b->told.message,
			    "waits for y to be Finished (there is no such job), z to be Failed "
			    "(there is no such job)");
	job_status_view(c, "default", "b", &told, &rv);
	assert_int_equal(told.nsatisfied, 1);
	assert_string_equal(told.satisfied[0].name, "x");
	/* An edit keeps it, until the name is taken out. */
	depend(c, b, want, 1);
	assert_int_equal(b->depends->nopen, 0);
	depend(c, b, want + 2, 1);
	depend(c, b, want, 1);
	assert_int_equal(b->depends->nopen, 1);
}

static void who_has_started_is_not_asked(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *b = tables_job(c, "b", 1);
	struct node_record *n = tables_node(c, "n1", 4000, INT64_C(100000) * GI);
	depend_on(c, b, "a");
	tables_attempt(c, b, 0, n); /* the leader before placed it */
	settle(c);
	assert_false(b->depends->waits);
	assert_int_equal(b->told.reason, R_NONE);
}

static void circles(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
	struct job_record *d = tables_job(c, "d", 1);
	const struct dependency both[] = {{"none", DEPENDS_FINISHED}, {"a", DEPENDS_COMPLETE}};
	depend_on(c, d, "a");
	depend_on(c, a, "b");
	settle(c);
	assert_int_equal(a->told.reason, R_WaitingForDependencies);
	depend(c, b, both, 2);
	settle(c);
	assert_string_equal(a->told.message, "waits for itself: a waits for b, b waits for a; take "
					     "one of the names out of spec.dependsOn");
	assert_int_equal(b->told.reason, R_DependencyCircle);
	assert_int_equal(d->told.reason, R_WaitingForDependencies);
	assert_non_null(strstr(tables_did(c), "WARNING b DependencyCircle: waits for itself"));
	depend(c, b, both, 1);
	settle(c);
	assert_int_equal(a->told.reason, R_WaitingForDependencies);
	assert_int_equal(b->told.reason, R_WaitingForDependencies);
}

static const char *number(char *text, uint32_t n)
{
	AUTO(buf_done) struct buf b = BUF_INIT(16);
	buf_printf(&b, "j%u", n);
	memcpy(text, buf_str(&b), b.len + 1);
	return text;
}

/* The names of a namespace that are too many are looked at by the clock; another namespace does not
 * notice. The search for circles has an end. */
static void a_namespace_full_of_them(void **state)
{
	enum { JOBS = 5000, NAMES = 16 };
	struct core *c = tables_of(state);
	char text[NAMES][16], name[16];
	struct job_record *last = NULL;
	struct dependency v[NAMES];
	for (uint32_t i = 0; i < JOBS; i++) {
		last = tables_job_in(c, "evil", number(name, i), 1);
		for (uint32_t k = 0; k < NAMES; k++)
			v[k] = (struct dependency){number(text[k], (i + 1 + 37 * k) % JOBS),
						   DEPENDS_COMPLETE};
		depend(c, last, v, NAMES);
	}
	assert_true(dependencies_unwatched(last));
	c->now_ms++;
	job_take_dirty(c);
	job_decide(c, last);
	assert_true(dependencies_work(c) <= 256);
	assert_int_equal(last->life.wake_ms - c->now_ms, 30000);
	struct job_record *a = tables_job(c, "j1", 1), *b = tables_job(c, "b", 1);
	depend_on(c, b, "j1");
	assert_false(dependencies_unwatched(b));
	become(c, a, JOB_COMPLETED, true);
	assert_false(dependencies_open(b));
}

/* Of many that wait for one name, those are woken for whom the news decides. */
static void many_wait_for_one(void **state)
{
	enum { JOBS = 300 };
	struct core *c = tables_of(state);
	struct job_record *a = tables_job(c, "a", 1), *j[JOBS];
	char name[16];
	for (uint32_t i = 0; i < JOBS; i++) {
		j[i] = tables_job(c, number(name, i), 1);
		depend_on(c, j[i], "a");
	}
	settle(c);
	assert_string_equal(j[0]->told.message, "waits for a to be Complete");
	become(c, a, JOB_SUSPENDED, false);
	dependents_tell(c, "default", "a", DEPENDENCY_RUNS);
	assert_null(job_take_dirty(c));
	dependents_tell(c, "default", "a", DEPENDENCY_COMPLETED);
	uint32_t n = 0;
	while (job_take_dirty(c))
		n++;
	assert_int_equal(n, JOBS);
}

/* The ttl of a job waits for those that wait for its end, for a while. */
static void its_ttl_waits(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
	depend_on(c, b, "a");
	assert_int_equal(job_dependents_hold(c, a, 5000), 35000);
	assert_int_equal(job_dependents_hold(c, b, 5000), 5000);
	tables_job_free(c, b);
	assert_int_equal(job_dependents_hold(c, a, 5000), 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_satisfies),
		cmocka_unit_test_setup_teardown(what_is_stored_counts, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(what_was_satisfied_stays, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(who_has_started_is_not_asked, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(circles, tables_setup, tables_teardown),
		cmocka_unit_test_setup_teardown(a_namespace_full_of_them, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(many_wait_for_one, tables_setup, tables_teardown),
		cmocka_unit_test_setup_teardown(its_ttl_waits, tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
