/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods need, alone: when they are asked for, and what their answers change. */
#include "coordinator/core/state/lookup.h"

#include <string.h>

#include "coordinator/core/state/pool.h"
#include "test/unit/coordinator/state/tables.h"

static const char *const on_n1[] = {"n1"};
static const struct sel_expr host = {"host", SEL_IN, {on_n1, 1}};
static const struct sel_term first_node = {&host, 1};
static const struct toleration tolerates = {.key = "box", .exists = true};

static struct needed anywhere(void)
{
	return (struct needed){.volume = "", .storage_class = ""};
}

static void names_are_shared(void **state)
{
	struct core *c = tables_of(state);
	struct lookup *a = lookup_get(c, NEEDED_CLAIM, "ns", "data");
	assert_ptr_equal(lookup_get(c, NEEDED_CLAIM, "ns", "data"), a);
	assert_ptr_not_equal(lookup_get(c, NEEDED_CLAIM, "other", "data"), a);
	assert_null(lookup_find(c, NEEDED_VOLUME, NULL, "data"));
	lookup_put(c, lookup_find(c, NEEDED_CLAIM, "other", "data"));
	lookup_put(c, a);
	assert_non_null(c->lookups.all);
	lookup_put(c, a);
	lookup_put(c, NULL);
	assert_null(c->lookups.all);
}

static void asked_once_and_again_when_old(void **state)
{
	struct core *c = tables_of(state);
	struct lookup *l = lookup_get(c, NEEDED_RUNTIME_CLASS, NULL, "box");
	struct needed obj = anywhere();
	lookup_ask(c, l);
	lookup_ask(c, l);
	assert_string_equal(tables_did(c), "LOOKUP RuntimeClass box\n");
	assert_true(lookup_answer(c, l, &obj, ""));
	assert_true(heap_next(&c->timers) > c->now_ms + 60000); /* it is complete */
	lookup_ask(c, l);
	assert_string_equal(tables_did(c), "");
	lookup_due(c, l);
	assert_string_equal(tables_did(c), "LOOKUP RuntimeClass box\n");
	assert_false(lookup_answer(c, l, &obj, "")); /* the same as before */
	lookup_put(c, l);
}

/* What is not complete is asked for again by itself. */
static void what_is_missing_is_asked_for_again(void **state)
{
	static const struct {
		const char *name;
		bool there, bound, lost, deleting, again;
		const char *failure;
	} cases[] = {
		{"missing", false, false, false, false, true, ""},
		{"not bound", true, false, false, false, true, ""},
		{"bound", true, true, false, false, false, ""},
		{"lost", true, true, true, false, true, ""},
		{"being deleted", true, true, false, true, true, ""},
		{"not known", false, false, false, false, true, "timeout"},
	};
	struct core *c = tables_of(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct lookup *l = lookup_get(c, NEEDED_CLAIM, "ns", cases[i].name);
		struct needed obj = anywhere();
		obj.bound = cases[i].bound;
		obj.lost = cases[i].lost;
		obj.meta.deleted_ms = cases[i].deleting;
		lookup_ask(c, l);
		lookup_answer(c, l, cases[i].there ? &obj : NULL, cases[i].failure);
		CASE(cases[i].name, (heap_next(&c->timers) < c->now_ms + 6000) == cases[i].again);
		CASE(cases[i].name, heap_next(&c->timers) > c->now_ms + 5000);
		lookup_put(c, l);
		CASE(cases[i].name, !c->lookups.nasking);
	}
}

static void so_many_at_once(void **state)
{
	enum { ALL = 20, AT_ONCE = 16 };
	struct core *c = tables_of(state);
	struct lookup *v[ALL];
	for (uint32_t i = 0; i < ALL; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(16);
		buf_printf(&name, "c%u", i);
		v[i] = lookup_get(c, NEEDED_CLAIM, "ns", buf_str(&name));
		lookup_ask(c, v[i]);
	}
	assert_int_equal(c->out.n, AT_ONCE);
	assert_int_equal(heap_next(&c->timers), c->now_ms + 100);
	for (uint32_t i = 0; i < ALL; i++)
		lookup_put(c, v[i]);
	assert_int_equal(c->lookups.nasking, 0);
}

/* A claim leads to its volume, or, until it is bound, to its StorageClass. */
static void a_claim_names_others(void **state)
{
	struct core *c = tables_of(state);
	struct lookup *l = lookup_get(c, NEEDED_CLAIM, "ns", "data");
	struct needed obj = {.volume = "", .storage_class = "fast"};
	lookup_ask(c, l);
	(void)tables_did(c);
	lookup_answer(c, l, &obj, "");
	assert_string_equal(tables_did(c), "LOOKUP StorageClass fast\n");
	obj = (struct needed){.volume = "v1", .storage_class = "fast", .bound = true};
	assert_true(lookup_answer(c, l, &obj, ""));
	assert_string_equal(tables_did(c), "LOOKUP PersistentVolume v1\n");
	assert_true(l->volume && !l->storage_class);
	/* What was known stays where an answer fails. */
	assert_false(lookup_answer(c, l, NULL, "timeout"));
	assert_true(l->volume && l->bound && l->exists);
	lookup_put(c, l);
	assert_null(c->lookups.all);
}

static const char *matching(struct core *c, const struct lookup *l)
{
	AUTO(bitset_done) struct bitset nodes = {0};
	bitset_copy(&nodes, &c->nodes.usable);
	lookup_match(c, l, &nodes);
	return tables_names(c, &nodes);
}

static void what_it_says_of_nodes(void **state)
{
	static const struct kv labels[] = {{"host", "n1"}};
	static const struct kvs of_n1 = {labels, 1};
	struct core *c = tables_of(state);
	struct toleration t[2];
	tables_select(c, tables_node(c, "n1", 4000, 4000), &of_n1, NULL, 0);
	tables_node(c, "n2", 4000, 4000);
	struct lookup *l = lookup_get(c, NEEDED_RUNTIME_CLASS, NULL, "box");
	assert_string_equal(matching(c, l), "n1 n2"); /* not known yet */
	assert_int_equal(lookup_tolerations(l, t, 2), 0);
	struct needed obj = anywhere();
	obj.where[0] = obj.where[1] = (struct sel_terms){&first_node, 1};
	obj.tolerations = &tolerates;
	obj.ntolerations = 1;
	uint64_t version = c->labels.version;
	lookup_answer(c, l, &obj, "");
	assert_true(c->labels.version > version); /* selections are evaluated again */
	assert_string_equal(matching(c, l), "n1");
	assert_int_equal(lookup_tolerations(l, t, 2), 1);
	assert_string_equal(t[0].key, "box");
	assert_int_equal(lookup_tolerations(l, t, 0), 0);
	assert_false(lookup_answer(c, l, &obj, "")); /* no news */
	obj.where[1].n = 0;
	assert_true(lookup_answer(c, l, &obj, "")); /* other places are */
	obj.ntolerations = 0;
	assert_true(lookup_answer(c, l, &obj, ""));
	lookup_answer(c, l, NULL, "");
	assert_string_equal(matching(c, l), "n1 n2");
	lookup_put(c, l);
}

/* More than anybody means, and less than an API server stores: the object says so, and keeps nobody
 * away. */
static void very_many_places(void **state)
{
	enum { N = 1200, LENGTH = 1000 };
	static const char *values[N];
	static char value[LENGTH + 1];
	struct core *c = tables_of(state);
	struct lookup *l = lookup_get(c, NEEDED_VOLUME, NULL, "v");
	struct needed obj = anywhere();
	memset(value, 'x', LENGTH);
	for (uint32_t i = 0; i < N; i++)
		values[i] = value;
	const struct sel_expr many = {"host", SEL_IN, {values, N}};
	const struct sel_term term = {&many, 1};
	tables_node(c, "n1", 4000, 4000);
	obj.where[0] = (struct sel_terms){&term, 1};
	assert_true(lookup_answer(c, l, &obj, ""));
	assert_string_equal(l->failure, "it names more places than Muster reads");
	assert_string_equal(matching(c, l), "n1");
	obj.where[0] = (struct sel_terms){&first_node, 1};
	assert_true(lookup_answer(c, l, &obj, ""));
	assert_string_equal(l->failure, "");
	assert_string_equal(matching(c, l), "");
	/* A volume of a pool is left out. */
	struct lookup *pool = lookup_get(c, NEEDED_POOL, NULL, "fast");
	struct needed volume = {.meta = {.name = "v", .rv = "1"}, .storage_class = "fast"};
	volume.where[0] = (struct sel_terms){&term, 1};
	pool_add(pool, &volume);
	assert_int_equal(pool->npool_next, 0);
	volume.where[0] = (struct sel_terms){&first_node, 1};
	pool_add(pool, &volume);
	assert_int_equal(pool->npool_next, 1);
	lookup_put(c, pool);
	lookup_put(c, l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(names_are_shared),
		T(asked_once_and_again_when_old),
		T(what_is_missing_is_asked_for_again),
		T(so_many_at_once),
		T(a_claim_names_others),
		T(what_it_says_of_nodes),
		T(very_many_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
