/* SPDX-License-Identifier: Apache-2.0 */
/* What a changed spec stops: members above parallelism, on nodes that no longer match, of the old
 * template. */
#include "coordinator/core/life/job_update.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/templates.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)
enum { MEMBERS = 6 };

/* A job with a member that runs on each of n0…n5. */
static struct job_record *running(struct core *c)
{
	static const char *const names[MEMBERS] = {"n0", "n1", "n2", "n3", "n4", "n5"};
	struct job_record *j = tables_job(c, "a", MEMBERS);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		struct attempt *a = tables_attempt(c, j, i, tables_node(c, names[i], 4000, MEMORY));
		text_set(&a->pod_uid, "u1");
		attempt_set_state(c, a, ATTEMPT_RUNNING);
	}
	return j;
}

/* One letter an index: R runs, S is stopped, - has none. */
static const char *members(const struct job_record *j, char is[MEMBERS + 1])
{
	const struct attempt *a;
	memset(is, '-', MEMBERS);
	is[MEMBERS] = 0;
	for (a = j->members.attempts; a; a = a->job_next)
		is[a->id.index] = a->state == ATTEMPT_RUNNING ? 'R' : 'S';
	return is;
}

static void assert_members(const struct job_record *j, const char *expected)
{
	char is[MEMBERS + 1];
	assert_string_equal(members(j, is), expected);
}

static void fewer_members(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	update_shrink(c, j);
	assert_members(j, "RRRRRR");
	j->spec.completions = j->spec.parallelism = 4;
	job_changed_indexes(j);
	update_shrink(c, j);
	assert_members(j, "RRRRSS"); /* the highest indexes leave */
	job_complete_index(j, 1);
	job_changed_indexes(j);
	update_shrink(c, j);
	assert_members(j, "RSRRSS"); /* a completed index needs no attempt */
}

static struct attempt *job_find_slot(struct job_record *j, uint32_t index)
{
	return job_slot(j, index)->current;
}

static void another_selection(void **state)
{
	static const struct kv host[] = {{"kubernetes.io/hostname", "n2"}};
	static const struct kvs labels = {host, 1};
	const struct job_spec spec = {.node_selector = labels};
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	tables_select(c, c->nodes.at[2], &labels, NULL, 0);
	struct selection *was = selection_hold(j->spec.request->set);
	tables_request(c, j, &spec);
	update_selector(c, j);
	assert_members(j, "RRRRRR"); /* a node that was relabelled moves nothing */
	job_changed_selection(j, was);
	selection_put(c, was);
	update_selector(c, j);
	assert_members(j, "SSRSSS");
	assert_false(j->update.selection_changed);
	assert_null(j->update.selection_was);
}

/* What an edit leaves as it was moves nobody, whatever became of the nodes. */
static void a_selection_that_still_admits_the_nodes(void **state)
{
	static const struct kv host[] = {{"zone", "a"}};
	static const struct taint busy = {"busy", "", EFFECT_NO_SCHEDULE};
	static const struct kvs labels = {host, 1};
	static const struct toleration other = {.key = "other", .exists = true};
	struct job_spec spec = {.node_selector = labels};
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	tables_request(c, j, &spec);
	tables_select(c, c->nodes.at[2], &labels, &busy, 1); /* the others have another label now */
	job_changed_selection(j, j->spec.request->set);
	spec.tolerations = &other;
	spec.ntolerations = 1;
	tables_request(c, j, &spec);
	update_selector(c, j);
	assert_members(j, "RRRRRR");
}

/* What was before is not known: all counts, but taints only for members with other tolerations. */
static void an_edit_that_nobody_saw(void **state)
{
	static const struct kv zone[] = {{"zone", "a"}};
	static const struct taint busy = {"busy", "", EFFECT_NO_SCHEDULE};
	static const struct kvs labels = {zone, 1};
	static const struct sel_expr size[] = {{.key = "size", .op = SEL_DOES_NOT_EXIST}};
	static const struct sel_term term[] = {{size, 1}};
	static const struct kv both[] = {{"zone", "a"}, {"size", "1"}};
	const struct job_spec spec = {.node_selector = labels, .terms = term, .nterms = 1};
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	const struct kvs large = {both, 2};
	for (uint32_t i = 0; i < 5; i++)
		tables_select(c, c->nodes.at[i], i == 4 ? &large : &labels, &busy, i > 1);
	job_find_slot(j, 3)->template_id = 0; /* made with other tolerations */
	tables_request(c, j, &spec);
	job_changed_selection(j, NULL);
	update_selector(c, j);
	assert_members(j, "RRRSSS");
}

/* One of which only an agent's order is known is held against all; others are left alone. */
static void one_that_was_resumed(void **state)
{
	static const struct kv zone[] = {{"zone", "a"}};
	static const struct kvs labels = {zone, 1};
	static const struct taint busy = {"busy", "", EFFECT_NO_SCHEDULE};
	static const struct sel_expr size[] = {{.key = "size", .op = SEL_DOES_NOT_EXIST}};
	static const struct sel_term term[] = {{size, 1}};
	static const struct kv both[] = {{"zone", "a"}, {"size", "1"}};
	const struct job_spec spec = {.node_selector = labels, .terms = term, .nterms = 1};
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	const struct kvs large = {both, 2};
	for (uint32_t i = 0; i < 3; i++)
		tables_select(c, c->nodes.at[i], i == 2 ? &large : &labels, &busy, i == 1);
	tables_request(c, j, &spec);
	for (uint32_t i = 0; i < 4; i++)
		job_resumed_attempt(j, job_find_slot(j, i));
	update_selector(c, j);
	assert_members(j, "RSSSRR");
	assert_false(j->update.resumed || job_find_slot(j, 0)->unchecked);
}

static void set_template(struct core *c, struct job_record *j, const char *hash)
{
	uint32_t id = intern_get(c->strs, hash);
	struct attempt *a;
	for (a = j->members.attempts; a; a = a->job_next) {
		intern_put(c->strs, a->template_id);
		a->template_id = j->spec.template_id;
		intern_ref(c->strs, a->template_id);
	}
	templates_use(c, j->ns, id, 1);
	templates_use(c, j->ns, j->spec.template_id, -1);
	intern_put(c->strs, j->spec.template_id);
	j->spec.template_id = id;
	j->update.rolling = true;
}

static void another_template(void **state)
{
	static const struct {
		const char *name, *hash;
		enum update_type type;
		uint32_t unavailable;
		bool percent, first;
		const char *members; /* first: the old ones go before any new one is placed */
	} cases[] = {
		{"rolling: so many at once", "ffffffffffffffff", UPDATE_ROLLING, 2, false, false,
		 "SSRRRR"},
		{"a percentage is rounded down", "ffffffffffffffff", UPDATE_ROLLING, 49, true,
		 false, "SSRRRR"},
		{"but one at least", "ffffffffffffffff", UPDATE_ROLLING, 1, true, false, "SRRRRR"},
		{"all of them", "ffffffffffffffff", UPDATE_ROLLING, 100, true, false, "SSSSSS"},
		{"more than there are", "ffffffffffffffff", UPDATE_ROLLING, UINT32_MAX, false,
		 false, "SSSSSS"},
		{"recreate: all first", "ffffffffffffffff", UPDATE_RECREATE, 1, false, true,
		 "SSSSSS"},
		{"other tolerations replace nobody", "0123456789abcdef-ffffffffffffffff",
		 UPDATE_ROLLING, 2, false, false, "RRRRRR"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = running(c);
		char is[MEMBERS + 1];
		set_template(c, j, cases[i].hash);
		j->spec.update_type = cases[i].type;
		j->spec.max_unavailable = cases[i].unavailable;
		j->spec.unavailable_percent = cases[i].percent;
		CASE(cases[i].name, update_template(c, j) == cases[i].first);
		CASE_STR(cases[i].name, members(j, is), cases[i].members);
		CASE(cases[i].name, update_template(c, j) == cases[i].first); /* nothing more */
		CASE_STR(cases[i].name, members(j, is), cases[i].members);
		tables_teardown(&world);
	}
	(void)state;
}

/* Members that a version before the upgrade made. */
static void the_hash_of_older_versions(void **state)
{
	static const struct {
		const char *name, *old, *members;
	} cases[] = {
		{"the job is as it was", "0123456789abcdef", "RRRRRR"},
		{"or tolerates more", "0123456789abcdef-ffffffffffffffff", "RRRRRR"},
		{"it has changed", "fedcba9876543210", "SSSSSS"},
		{"it has none", NULL, "SSSSSS"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = running(c);
		char is[MEMBERS + 1];
		set_template(c, j, "0123456789abcdef0123456789abcdef01234567");
		j->spec.old_template_id = cases[i].old ? intern_get(c->strs, cases[i].old) : 0;
		j->spec.update_type = UPDATE_RECREATE;
		update_template(c, j);
		CASE_STR(cases[i].name, members(j, is), cases[i].members);
		tables_teardown(&world);
	}
	(void)state;
}

/* One that is away already is replaced first, and counts. */
static void one_that_is_away_counts(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	set_template(c, j, "ffffffffffffffff");
	j->spec.max_unavailable = 1;
	attempt_set_state(c, job_slot(j, 4)->current, ATTEMPT_LOST);
	update_template(c, j);
	assert_members(j, "RRRRSR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(fewer_members),
		T(another_selection),
		T(a_selection_that_still_admits_the_nodes),
		T(an_edit_that_nobody_saw),
		T(one_that_was_resumed),
		cmocka_unit_test(another_template),
		cmocka_unit_test(the_hash_of_older_versions),
		T(one_that_is_away_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
