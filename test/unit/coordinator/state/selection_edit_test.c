/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes an edit of a selection excludes: what the edit leaves as it was excludes nobody. */
#include "coordinator/core/state/selection_edit.h"

#include "coordinator/core/state/selection.h"
#include "test/unit/coordinator/state/tables.h"

#define VALUES(...)                          \
	{(const char *const[]){__VA_ARGS__}, \
	 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)}
#define TERM(...)                                \
	{(const struct sel_expr[]){__VA_ARGS__}, \
	 sizeof((const struct sel_expr[]){__VA_ARGS__}) / sizeof(struct sel_expr)}
#define TERMS(...)                                       \
	.terms = (const struct sel_term[]){__VA_ARGS__}, \
	.nterms = sizeof((const struct sel_term[]){__VA_ARGS__}) / sizeof(struct sel_term)
#define PAIRS(...)                                          \
	.node_selector = {(const struct kv[]){__VA_ARGS__}, \
			  sizeof((const struct kv[]){__VA_ARGS__}) / sizeof(struct kv)}
#define BEARS(...)                                               \
	.tolerations = (const struct toleration[]){__VA_ARGS__}, \
	.ntolerations =                                          \
		sizeof((const struct toleration[]){__VA_ARGS__}) / sizeof(struct toleration)

/* n1 zone=a size=1, n2 zone=b size=2, n3 zone=c (it was relabelled) with two taints, n4 without
 * labels. */
static void four_nodes(struct core *c)
{
	static const struct kv one[] = {{"zone", "a"}, {"size", "1"}};
	static const struct kv two[] = {{"zone", "b"}, {"size", "2"}};
	static const struct kv three[] = {{"zone", "c"}};
	static const struct kvs labels[] = {{one, 2}, {two, 2}, {three, 1}, {NULL, 0}};
	static const struct taint taints[] = {
		{"team", "x", EFFECT_NO_SCHEDULE},
		{"node.kubernetes.io/unschedulable", "", EFFECT_NO_SCHEDULE}};
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct node_record *n = tables_node(c, names[i], 4000, 8000);
		tables_select(c, n, &labels[i], taints, i == 2 ? 2 : 0);
	}
}

static void what_an_edit_excludes(void **state)
{
	const struct sel_term a = TERM({"zone", SEL_IN, VALUES("a")});
	const struct sel_term b = TERM({"zone", SEL_IN, VALUES("b")});
	const struct sel_term ab = TERM({"zone", SEL_IN, VALUES("a", "b")});
	const struct sel_term not_cd = TERM({"zone", SEL_NOT_IN, VALUES("c", "d")});
	const struct sel_term not_c = TERM({"zone", SEL_NOT_IN, VALUES("c")});
	const struct sel_term not_a = TERM({"zone", SEL_NOT_IN, VALUES("a")});
	const struct sel_term above_0 = TERM({"size", SEL_GT, VALUES("0")});
	const struct sel_term one = TERM({"size", SEL_IN, VALUES("1")});
	const struct sel_term above_1 = TERM({"size", SEL_GT, VALUES("1")});
	const struct sel_term a_sized =
		TERM({"zone", SEL_IN, VALUES("a")}, {"size", SEL_EXISTS, {NULL, 0}});
	const struct sel_term a_unsized =
		TERM({"zone", SEL_IN, VALUES("a")}, {"size", SEL_DOES_NOT_EXIST, {NULL, 0}});
	const struct sel_term nothing = {NULL, 0};
	const struct toleration team = {.key = "team", .exists = true};
	const struct toleration other = {.key = "other", .exists = true};
	const struct {
		const char *name;
		struct job_spec was, is;
		const char *stays;
	} cases[] = {
		{"nothing changes",
		 {PAIRS({"zone", "a"}), TERMS(b)},
		 {PAIRS({"zone", "a"}), TERMS(b)},
		 "n1 n2 n3 n4"},
		{"nothing is asked any more",
		 {PAIRS({"zone", "a"}), TERMS(b)},
		 {.nterms = 0},
		 "n1 n2 n3 n4"},
		{"a pair", {.nterms = 0}, {PAIRS({"zone", "a"})}, "n1"},
		{"a pair more",
		 {PAIRS({"zone", "a"})},
		 {PAIRS({"zone", "a"}, {"size", "2"})},
		 "n2"},
		{"a pair fewer",
		 {PAIRS({"zone", "a"}, {"size", "2"})},
		 {PAIRS({"zone", "a"})},
		 "n1 n2 n3 n4"},
		{"another value", {PAIRS({"zone", "a"})}, {PAIRS({"zone", "b"})}, "n2"},
		{"a value that no node has", {.nterms = 0}, {PAIRS({"zone", "z"})}, ""},
		{"a key that no node has", {.nterms = 0}, {PAIRS({"rack", "z"})}, ""},
		{"the first affinity", {.nterms = 0}, {TERMS(a)}, "n1"},
		{"another one: n3 and n4 match neither", {TERMS(a)}, {TERMS(b)}, "n2"},
		{"a term less: n2 matched that", {TERMS(a, b)}, {TERMS(a)}, "n1 n3 n4"},
		{"a term more", {TERMS(a)}, {TERMS(a, b)}, "n1 n2 n3 n4"},
		{"a value more", {TERMS(a)}, {TERMS(ab)}, "n1 n2 n3 n4"},
		{"a value fewer", {TERMS(ab)}, {TERMS(a)}, "n1"},
		{"what is not allowed grows", {TERMS(not_c)}, {TERMS(not_cd)}, "n1 n2 n4"},
		{"what is not allowed shrinks", {TERMS(not_cd)}, {TERMS(not_c)}, "n1 n2 n3 n4"},
		{"what was asked for is not allowed", {TERMS(a)}, {TERMS(not_a)}, "n2 n3 n4"},
		{"a number is another one", {TERMS(above_0)}, {TERMS(above_1)}, "n2"},
		{"another operator, which the relabelled ones do not match",
		 {TERMS(one)},
		 {TERMS(above_1)},
		 "n2"},
		{"an expression more, which the relabelled ones do not match",
		 {TERMS(a)},
		 {TERMS(a_sized)},
		 "n1 n2"},
		{"an expression more, which they match", {TERMS(a)}, {TERMS(a_unsized)}, "n3 n4"},
		{"a term that matches nothing", {TERMS(a)}, {TERMS(nothing)}, ""},
		{"from one that matched nothing", {TERMS(nothing)}, {TERMS(a)}, "n1"},
		{"other tolerations", {.nterms = 0}, {BEARS(other)}, "n1 n2 n3 n4"},
		{"a toleration of a taint goes", {BEARS(team)}, {BEARS(other)}, "n1 n2 n4"},
		{"a toleration of a taint comes", {BEARS(other)}, {BEARS(team)}, "n1 n2 n3 n4"},
		{"all at once",
		 {PAIRS({"zone", "c"}), BEARS(team)},
		 {TERMS(not_cd), BEARS(team, other)},
		 "n1 n2 n4"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		AUTO(bitset_done) struct bitset stays = {0};
		four_nodes(c);
		struct selection *was = selection_get(c, &cases[i].was);
		struct selection *is = selection_get(c, &cases[i].is);
		selection_edit_stays(c, was, is, &c->nodes.usable, &stays);
		CASE_STR(cases[i].name, tables_names(c, &stays), cases[i].stays);
		selection_put(c, was);
		selection_put(c, is);
		tables_teardown(&world);
	}
	(void)state;
}

/* Who asks for very much is not compared to the end: what is not known to be as before is new. */
static void very_many_values(void **state)
{
	enum { N = 1100 };
	static const char *many[N], *more[N];
	struct core *c = tables_of(state);
	AUTO(bitset_done) struct bitset stays = {0};
	four_nodes(c);
	for (uint32_t i = 0; i < N; i++) {
		many[i] = i ? "x" : "a";
		more[i] = i == N - 1 ? "x" : i == N - 2 ? "a" : "y";
	}
	const struct sel_expr one = {"zone", SEL_IN, {many, N}}, two = {"zone", SEL_IN, {more, N}};
	const struct sel_term a = {&one, 1}, b = {&two, 1};
	const struct job_spec old = {.terms = &a, .nterms = 1}, young = {.terms = &b, .nterms = 1};
	struct selection *was = selection_get(c, &old), *is = selection_get(c, &young);
	selection_edit_stays(c, was, is, &c->nodes.usable, &stays);
	assert_string_equal(tables_names(c, &stays), "n1");
	selection_put(c, was);
	selection_put(c, is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_edit_excludes),
		cmocka_unit_test_setup_teardown(very_many_values, tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
