/* SPDX-License-Identifier: Apache-2.0 */
/* Selections alone: the nodes that a spec selects by labels and taints, and which are to be
 * avoided. */
#include "coordinator/core/state/selection.h"

#include <string.h>

#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

#define VALUES(...)                          \
	{(const char *const[]){__VA_ARGS__}, \
	 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)}
#define TERM(...)                                \
	{(const struct sel_expr[]){__VA_ARGS__}, \
	 sizeof((const struct sel_expr[]){__VA_ARGS__}) / sizeof(struct sel_expr)}

/* n1 zone=a size=1, n2 zone=a size=2, n3 zone=b size=3 tainted, n4 without labels. */
static void four_nodes(struct core *c)
{
	static const struct kv one[] = {{"zone", "a"}, {"size", "1"}};
	static const struct kv two[] = {{"zone", "a"}, {"size", "2"}};
	static const struct kv three[] = {{"zone", "b"}, {"size", "3"}};
	static const struct kvs labels[] = {{one, 2}, {two, 2}, {three, 2}, {NULL, 0}};
	static const struct taint taints[] = {{"team", "x", EFFECT_NO_SCHEDULE},
					      {"slow", "", EFFECT_PREFER_NO_SCHEDULE}};
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct node_record *n = tables_node(c, names[i], 4000, 8000);
		tables_select(c, n, &labels[i], taints, i == 2 ? 2 : 0);
	}
}

/* The nodes that a spec selects; those that are there only. */
static const char *selected(struct core *c, const struct job_spec *spec)
{
	AUTO(bitset_done) struct bitset ok = {0};
	struct request *r = request_get(c, spec);
	bitset_copy(&ok, &c->nodes.usable);
	bitset_and(&ok, &selection_evaluate(c, r)->match);
	request_put(c, r);
	return tables_names(c, &ok);
}

static const struct toleration all = {"", "", true, EFFECT_ANY, false, 0};

static void the_nodes_that_a_spec_selects(void **state)
{
	const struct sel_term in_a[] = {TERM({"zone", SEL_IN, VALUES("a")})};
	const struct sel_term not_in_a[] = {TERM({"zone", SEL_NOT_IN, VALUES("a")})};
	const struct sel_term there[] = {TERM({"zone", SEL_EXISTS, {NULL, 0}})};
	const struct sel_term absent[] = {TERM({"zone", SEL_DOES_NOT_EXIST, {NULL, 0}})};
	const struct sel_term above[] = {TERM({"size", SEL_GT, VALUES("1")})};
	const struct sel_term no_bound[] = {TERM({"size", SEL_GT, {NULL, 0}}),
					    TERM({"zone", SEL_IN, VALUES("a")})};
	const struct sel_term bounds[] = {TERM({"size", SEL_LT, VALUES("9", "8", "7")}),
					  TERM({"size", SEL_IN, VALUES("2")})};
	const struct sel_term no_size[] = {TERM({"rack", SEL_GT, VALUES("0")})};
	const struct sel_term words[] = {TERM({"zone", SEL_GT, VALUES("0")})};
	const struct sel_term both[] = {
		TERM({"zone", SEL_IN, VALUES("a")}, {"size", SEL_LT, VALUES("2")})};
	const struct sel_term either[] = {TERM({"size", SEL_IN, VALUES("1")}),
					  TERM({"zone", SEL_IN, VALUES("b", "c")})};
	const struct sel_term empty[] = {{NULL, 0}};
	static const struct kv zone_a[] = {{"zone", "a"}}, twice[] = {{"zone", "a"}, {"size", "2"}};
	static const struct kv unknown[] = {{"zone", "elsewhere"}}, no_key[] = {{"rack", "1"}};
	const struct {
		const char *name;
		struct job_spec spec;
		const char *expected;
	} cases[] = {
		{"nothing: all that have no taint", {0}, "n1 n2 n4"},
		{"nothing, tolerating all",
		 {.tolerations = &all, .ntolerations = 1},
		 "n1 n2 n3 n4"},
		{"a label", {.node_selector = {zone_a, 1}}, "n1 n2"},
		{"two labels", {.node_selector = {twice, 2}}, "n2"},
		{"a value that no node has", {.node_selector = {unknown, 1}}, ""},
		{"a key that no node has", {.node_selector = {no_key, 1}}, ""},
		{"In", {.terms = in_a, .nterms = 1}, "n1 n2"},
		{"NotIn: also without the key", {.terms = not_in_a, .nterms = 1}, "n4"},
		{"Exists", {.terms = there, .nterms = 1}, "n1 n2"},
		{"DoesNotExist", {.terms = absent, .nterms = 1}, "n4"},
		{"Gt", {.terms = above, .nterms = 1}, "n2"},
		{"Gt without a value: none, and the next term is read",
		 {.terms = no_bound, .nterms = 2},
		 "n1 n2"},
		{"Lt with more than one value: none, and the next term is read",
		 {.terms = bounds, .nterms = 2},
		 "n2"},
		{"Gt of a key that no node has", {.terms = no_size, .nterms = 1}, ""},
		{"Gt of values that are no numbers", {.terms = words, .nterms = 1}, ""},
		{"expressions of one term: all", {.terms = both, .nterms = 1}, "n1"},
		{"terms: any of them",
		 {.terms = either, .nterms = 2, .tolerations = &all, .ntolerations = 1},
		 "n1 n3"},
		{"a term without expressions: none", {.terms = empty, .nterms = 1}, ""},
		{"selector and affinity",
		 {.node_selector = {zone_a, 1}, .terms = above, .nterms = 1},
		 "n2"},
	};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE_STR(cases[i].name, selected(c, &cases[i].spec), cases[i].expected);
	assert_null(c->selections.all); /* each went with its last request */
}

/* What is known is asked anew when a node's labels or taints are others. */
static void a_relabelled_node_is_seen(void **state)
{
	static const struct kv zone_b[] = {{"zone", "b"}};
	const struct job_spec spec = {.node_selector = {zone_b, 1}};
	const struct kvs labels = {zone_b, 1};
	struct core *c = tables_of(state);
	four_nodes(c);
	struct request *r = request_get(c, &spec);
	uint64_t version = selection_evaluate(c, r)->version;
	assert_string_equal(selected(c, &spec), "");
	assert_true(selection_evaluate(c, r)->version == version);
	tables_select(c, c->nodes.at[0], &labels, NULL, 0);
	assert_string_equal(selected(c, &spec), "n1");
	assert_true(selection_evaluate(c, r)->version != version);
	request_put(c, r);
}

static void nodes_to_be_avoided(void **state)
{
	static const struct taint taints[] = {{"slow", "", EFFECT_PREFER_NO_SCHEDULE},
					      {"old", "", EFFECT_PREFER_NO_SCHEDULE}};
	static const struct kvs none;
	static const struct job_spec any;
	const struct job_spec tolerant = {.tolerations = &all, .ntolerations = 1};
	struct core *c = tables_of(state);
	for (uint32_t i = 0; i < 3; i++) {
		static const char *const names[] = {"n0", "n1", "n2"};
		tables_select(c, tables_node(c, names[i], 1, 1), &none, taints, i);
	}
	struct request *r = request_get(c, &any), *t = request_get(c, &tolerant);
	const struct selection *s = selection_evaluate(c, r);
	assert_string_equal(tables_names(c, &s->avoid[0]), "n1 n2");
	assert_string_equal(tables_names(c, &s->avoid[1]), "n2");
	assert_string_equal(tables_names(c, &s->avoid[2]), "");
	assert_string_equal(tables_names(c, &selection_evaluate(c, t)->avoid[0]), "");
	request_put(c, r);
	request_put(c, t);
}

/* What keeps each node away, for messages: every set by itself. */
static void the_parts_of_a_selection(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}};
	const struct sel_term above[] = {TERM({"size", SEL_GT, VALUES("1")})};
	const struct job_spec spec = {.node_selector = {zone_a, 1}, .terms = above, .nterms = 1};
	struct selection_parts parts = {0};
	struct core *c = tables_of(state);
	four_nodes(c);
	struct selection *s = selection_get(c, &spec);
	selection_parts(c, s, &parts);
	assert_string_equal(tables_names(c, &parts.selector), "n1 n2");
	assert_string_equal(tables_names(c, &parts.affinity), "n2 n3");
	assert_string_equal(tables_names(c, &parts.taints), "n1 n2 n4");
	selection_parts_done(&parts);
	selection_put(c, s);
}

/* The bits of a number for each node: the sum of the weights, or so much of the highest one. */
static void how_much_nodes_are_preferred(void **state)
{
	const struct sel_preference likes[] = {
		{90, {(const struct sel_expr[]){{"zone", SEL_IN, VALUES("a")}}, 1}},
		{30, {(const struct sel_expr[]){{"size", SEL_GT, VALUES("1")}}, 1}},
		{99, {NULL, 0}}, /* adds nothing: core/v1 PreferredSchedulingTerm */
		{30, {(const struct sel_expr[]){{"size", SEL_GT, VALUES("1")}}, 1}},
	};
	const struct {
		const char *name;
		uint32_t n;
		const char *bits[PREFER_BITS];
	} cases[] = {
		{"none is preferred", 0, {"", "", "", "", "", "", ""}},
		{"90, 120, 30", 3, {"", "n1 n3", "n3", "n1 n2 n3", "n1 n2 n3", "n2", "n1 n2"}},
		{"90, 150, 60 of 150, as 76, 127, 50",
		 4,
		 {"n2", "n2 n3", "n1 n2", "n1 n2", "n2 n3", "n2 n3", "n1 n2"}},
	};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct job_spec spec = {.preferred = likes,
					      .npreferred = cases[i].n,
					      .tolerations = &all,
					      .ntolerations = 1};
		struct request *r = request_get(c, &spec);
		const struct selection *s = selection_evaluate(c, r);
		assert_int_equal(s->prefers, cases[i].n != 0);
		for (uint32_t bit = 0; bit < PREFER_BITS; bit++)
			CASE_STR(cases[i].name, tables_names(c, &s->prefer[bit]),
				 cases[i].bits[bit]);
		request_put(c, r);
	}
}

/* What counts only when a node is chosen is no reason to move a member. */
static void preferences_move_nobody(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}};
	const struct sel_preference like = {
		1, {(const struct sel_expr[]){{"zone", SEL_IN, VALUES("a")}}, 1}};
	const struct job_spec none = {0}, prefers = {.preferred = &like, .npreferred = 1},
			      other = {.runtime_class = "r"}, asks = {.node_selector = {zone_a, 1}};
	struct core *c = tables_of(state);
	struct selection *was = selection_get(c, &none), *likes = selection_get(c, &prefers),
			 *class = selection_get(c, &other), *is = selection_get(c, &asks);
	assert_ptr_not_equal(was, likes);
	assert_false(selection_moves(was, likes));
	assert_false(selection_moves(was, class));
	assert_true(selection_moves(was, is));
	selection_put(c, was);
	selection_put(c, likes);
	selection_put(c, class);
	selection_put(c, is);
}

/* The last of them stay evaluated, so memory does not grow with how many there are. */
static void few_stay_evaluated(void **state)
{
	struct core *c = tables_of(state);
	static struct request *v[SELECTIONS_KEPT + 2];
	AUTO(buf_done) struct buf value = BUF_INIT(16);
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		buf_reset(&value);
		buf_printf(&value, "%u", i);
		const struct kv kv = {"k", buf_str(&value)};
		const struct job_spec spec = {.node_selector = {&kv, 1}};
		v[i] = request_get(c, &spec);
		selection_evaluate(c, v[i]);
	}
	assert_int_equal(v[0]->set->kept, 0);
	assert_int_equal(v[1]->set->kept, 0);
	assert_int_not_equal(v[2]->set->kept, 0);
	selection_evaluate(c, v[0]);
	assert_int_not_equal(v[0]->set->kept, 0);
	assert_int_equal(v[2]->set->kept, 0); /* it had to go for it */
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++)
		request_put(c, v[i]);
	for (uint32_t i = 0; i < SELECTIONS_KEPT; i++)
		assert_null(c->selections.evaluated[i]);
}

static void evaluate_many(struct core *c)
{
	static struct request *v[SELECTIONS_KEPT];
	AUTO(buf_done) struct buf value = BUF_INIT(16);
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		buf_reset(&value);
		buf_printf(&value, "%u", i);
		const struct kv kv = {"k", buf_str(&value)};
		const struct job_spec spec = {.node_selector = {&kv, 1}};
		v[i] = request_get(c, &spec);
		selection_evaluate(c, v[i]);
	}
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++)
		request_put(c, v[i]);
}

/* A question evaluates what is not evaluated already, and leaves all as it is. */
static void a_question_leaves_no_trace(void **state)
{
	static const struct {
		const char *name;
		bool known, evaluated, crowded_out, relabelled, kept;
		const char *nodes;
	} cases[] = {
		{"nobody selects so", false, false, false, false, false, "n1 n2"},
		{"known, never evaluated", true, false, false, false, false, "n1 n2"},
		{"evaluated", true, true, false, false, true, "n1 n2"},
		{"evaluated before many others", true, true, true, false, false, "n1 n2"},
		{"evaluated before a node changed", true, true, false, true, false, "n2"},
	};
	static const struct kv zone_a[] = {{"zone", "a"}};
	static const struct kvs none;
	const struct job_spec spec = {.node_selector = {zone_a, 1}};
	struct selection scratch = {0};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request *r = cases[i].known ? request_get(c, &spec) : NULL;
		AUTO(bitset_done) struct bitset ok = {0};
		if (cases[i].evaluated)
			selection_evaluate(c, r);
		if (cases[i].crowded_out)
			evaluate_many(c);
		if (cases[i].relabelled)
			tables_select(c, c->nodes.at[0], &none, NULL, 0);
		struct core before = *c;
		const struct selection *s = selection_question(c, &spec, &scratch);
		assert_memory_equal(c, &before, sizeof *c);
		CASE(cases[i].name, s == (cases[i].kept ? r->set : &scratch));
		bitset_copy(&ok, &c->nodes.usable);
		bitset_and(&ok, &s->match);
		CASE_STR(cases[i].name, tables_names(c, &ok), cases[i].nodes);
		CASE(cases[i].name, HASH_COUNT(c->selections.all) == cases[i].known);
		request_put(c, r);
	}
	selection_question_done(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_nodes_that_a_spec_selects),
		T(a_relabelled_node_is_seen),
		T(nodes_to_be_avoided),
		T(the_parts_of_a_selection),
		T(how_much_nodes_are_preferred),
		T(preferences_move_nobody),
		T(few_stay_evaluated),
		T(a_question_leaves_no_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
