/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities, selectors, taints, state names, texts of templates. */
#include <string.h>

#include "base/mem.h"
#include "model/compute_node.h"
#include "model/job.h"
#include "model/message.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "model/template_store.h"
#include "test/lib/check.h"

static void test_quantities(void **state)
{
	static const struct {
		const char *text;
		int64_t milli; /* -1: refused */
		const char *canonical;
	} cases[] = {
		{"0", 0, "0"},
		{"1", 1000, "1"},
		{"250m", 250, "250m"},
		{"0.1", 100, "100m"},
		{"1.5", 1500, "1500m"},
		{"100n", 1, "1m"},
		{"1u", 1, "1m"},
		{"1001u", 2, "2m"},
		{"1k", 1000000, "1000"},
		{"1Ki", 1024000, "1Ki"},
		{"1.5Gi", 1610612736000, "1536Mi"},
		{"2Ti", 2199023255552000, "2Ti"},
		{"1e3", 1000000, "1000"},
		{"1E3", 1000000, "1000"},
		{"12E-1", 1200, "1200m"},
		{"5E", 5000000000000000000 / 1000 * 1000, NULL},
		{"123456789012345678901234567890", INT64_MAX, NULL},
		{"16Ei", INT64_MAX, NULL},
		{"1e400", INT64_MAX, NULL},
		{"0e400", 0, "0"},
		{"0.00000000000000000000000001", 1, "1m"},
		{"+5", 5000, "5"},
		{".5", 500, "500m"},
		{"5.", 5000, "5"},
		{"", -1, NULL},
		{"-1", -1, NULL},
		{"1KI", -1, NULL},
		{"1 Gi", -1, NULL},
		{"e3", -1, NULL},
		{"1e", -1, NULL},
		{"1.2.3", -1, NULL},
		{"abc", -1, NULL},
		{".", -1, NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t milli = -1;
		AUTO(buf_done) struct buf out = BUF_INIT(100);
		enum rc rc = quantity_parse(cases[i].text, &milli);
		CASE(cases[i].text, (rc == RC_OK) == (cases[i].milli >= 0));
		if (!strcmp(cases[i].text, "5E"))
			CASE("5E saturates", milli == INT64_MAX);
		else
			CASE(cases[i].text, milli == cases[i].milli);
		if (!cases[i].canonical)
			continue;
		quantity_format(&out, milli);
		CASE_STR(cases[i].text, buf_str(&out), cases[i].canonical);
	}
	assert_int_equal(quantity_sum(1500, 500), 2000);
	assert_int_equal(quantity_sum(INT64_MAX - 1, 1), INT64_MAX);
	assert_int_equal(quantity_sum(INT64_MAX, INT64_MAX), INT64_MAX);
}

static void test_reslists(void **state)
{
	const struct res a[] = {{"cpu", 1000}, {"memory", 5}}, b[] = {{"memory", 5}, {"cpu", 1000}},
			 c[] = {{"memory", 5}, {"cpu", 1001}};
	const struct reslist la = {a, 2}, lb = {b, 2}, lc = {c, 2}, empty = {0};
	(void)state;
	AUTO(mem_freep) struct res *copy = reslist_copy(&la);
	const struct reslist lcopy = {copy, la.n};
	assert_true(reslist_eq(&la, &lcopy) && lcopy.v[0].name != la.v[0].name);
	assert_true(reslist_eq(&la, &lb));
	assert_false(reslist_eq(&la, &lc));
	assert_false(reslist_eq(&la, &empty));
	assert_int_equal(reslist_get(&la, "memory"), 5);
	assert_int_equal(reslist_get(&la, "nvidia.com/gpu"), 0);
}

static void test_expressions(void **state)
{
	static const char *const ab[] = {"a", "b"}, *const five[] = {"5"}, *const word[] = {"x"};
	static const struct {
		const char *name;
		enum sel_op op;
		struct strs values;
		const char *have;
		bool match;
	} cases[] = {
		{"In has it", SEL_IN, {ab, 2}, "b", true},
		{"In has it not", SEL_IN, {ab, 2}, "c", false},
		{"In, absent", SEL_IN, {ab, 2}, NULL, false},
		{"NotIn has it", SEL_NOT_IN, {ab, 2}, "b", false},
		{"NotIn has it not", SEL_NOT_IN, {ab, 2}, "c", true},
		{"NotIn, absent", SEL_NOT_IN, {ab, 2}, NULL, true},
		{"Exists", SEL_EXISTS, {0}, "", true},
		{"Exists, absent", SEL_EXISTS, {0}, NULL, false},
		{"DoesNotExist", SEL_DOES_NOT_EXIST, {0}, "", false},
		{"DoesNotExist, absent", SEL_DOES_NOT_EXIST, {0}, NULL, true},
		{"Gt", SEL_GT, {five, 1}, "6", true},
		{"Gt, equal", SEL_GT, {five, 1}, "5", false},
		{"Gt, negative", SEL_GT, {five, 1}, "-6", false},
		{"Gt, no number", SEL_GT, {five, 1}, "six", false},
		{"Gt, as far as int64 reaches", SEL_GT, {five, 1}, "9223372036854775807", true},
		{"Gt, zeros before it", SEL_GT, {five, 1}, "00000000000000000000006", true},
		{"Gt, beyond int64", SEL_GT, {five, 1}, "9223372036854775808", false},
		{"Gt, far beyond int64", SEL_GT, {five, 1}, "99999999999999999999", false},
		{"Gt, absent", SEL_GT, {five, 1}, NULL, false},
		{"Lt", SEL_LT, {five, 1}, "4", true},
		{"Lt, no number wanted", SEL_LT, {word, 1}, "4", false},
		{"Lt, two values", SEL_LT, {ab, 2}, "4", false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sel_expr e = {"k", cases[i].op, cases[i].values};
		CASE(cases[i].name, sel_expr_matches_value(&e, cases[i].have) == cases[i].match);
	}
}

static void test_taints(void **state)
{
	static const struct {
		const char *name;
		struct toleration t;
		struct taint taint;
		bool tolerates;
	} cases[] = {
		{"equal",
		 {"k", "v", false, EFFECT_NO_SCHEDULE, false, 0},
		 {"k", "v", EFFECT_NO_SCHEDULE},
		 true},
		{"other value",
		 {"k", "w", false, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_SCHEDULE},
		 false},
		{"other effect",
		 {"k", "v", false, EFFECT_NO_EXECUTE, false, 0},
		 {"k", "v", EFFECT_NO_SCHEDULE},
		 false},
		{"any effect",
		 {"k", "v", false, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_EXECUTE},
		 true},
		{"exists",
		 {"k", NULL, true, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_EXECUTE},
		 true},
		{"exists, other key",
		 {"l", NULL, true, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_EXECUTE},
		 false},
		{"all",
		 {NULL, NULL, true, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_EXECUTE},
		 true},
		{"empty key, Equal",
		 {"", "", false, EFFECT_ANY, false, 0},
		 {"k", "v", EFFECT_NO_EXECUTE},
		 false},
		{"empty values",
		 {"k", NULL, false, EFFECT_ANY, false, 0},
		 {"k", "", EFFECT_NO_EXECUTE},
		 true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CASE(cases[i].name,
		     toleration_tolerates(&cases[i].t, &cases[i].taint) == cases[i].tolerates);
		CASE(cases[i].name,
		     taint_blocks(&cases[i].taint, &cases[i].t, 1) != cases[i].tolerates);
	}
	struct taint prefer = {"k", "v", EFFECT_PREFER_NO_SCHEDULE};
	assert_false(taint_blocks(&prefer, NULL, 0));
}

/* By the first toleration of the taint. */
static void test_stay(void **state)
{
	static const struct {
		const char *name;
		struct toleration t[2];
		int64_t ms;
	} cases[] = {
		{"none covers the taint", {{.key = "k", .exists = true}, {.key = "l"}}, -1},
		{"a time",
		 {{.key = "l"}, {.key = "t", .exists = true, .timed = true, .seconds = 7}},
		 7000},
		{"at once", {{.key = "t", .timed = true}, {.key = "t", .exists = true}}, 0},
		{"for ever",
		 {{.key = "t", .exists = true}, {.key = "t", .timed = true}},
		 INT64_MAX},
		{"without value", {{.key = "t", .value = ""}, {.key = "l"}}, INT64_MAX},
		{"another value", {{.key = "t", .value = "x"}, {.key = "l"}}, -1},
		{"another effect",
		 {{.key = "t", .exists = true, .effect = EFFECT_NO_SCHEDULE}, {.key = "l"}},
		 -1},
		{"its effect",
		 {{.key = "t", .exists = true, .effect = EFFECT_NO_EXECUTE}, {.key = "l"}},
		 INT64_MAX},
		{"every taint", {{.exists = true}, {.key = "t", .exists = true}}, -1},
		{"every taint, a time",
		 {{.exists = true, .timed = true, .seconds = 3}, {.key = "l"}},
		 3000},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(cases[i].name, tolerations_stay_ms(cases[i].t, 2, "t") == cases[i].ms);
	assert_int_equal(tolerations_stay_ms(NULL, 0, "t"), -1);
}

static void test_overlay(void **state)
{
	static const struct {
		const char *key;
		bool may;
	} cases[] = {
		{"team", true},
		{"example.com/team", true},
		{"kubernetes.io/hostname", false},
		{"node-role.kubernetes.io/control-plane", false},
		{"k8s.io/x", false},
		{"topology.k8s.io/zone", false},
		{"notkubernetes.io/x", true},
		{"kubernetes.io.example.com/x", true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(cases[i].key, label_may_overlay(cases[i].key) == cases[i].may);
}

static void test_names(void **state)
{
	(void)state;
	for (int s = JOB_NONE; s <= JOB_SUSPENDED; s++)
		assert_int_equal(job_state_parse(job_state_text((enum job_state)s)), s);
	for (int s = COMPUTE_NODE_NONE; s <= COMPUTE_NODE_FAILED; s++)
		assert_int_equal(compute_node_state_parse(
					 compute_node_state_text((enum compute_node_state)s)),
				 s);
	for (int p = MEMBER_NONE; p < MEMBER_PHASE_N; p++)
		assert_int_equal(member_phase_parse(member_phase_text((enum member_phase)p)), p);
	assert_int_equal(job_state_parse("Exploded"), JOB_NONE);
	assert_int_equal(job_state_parse(NULL), JOB_NONE);
	assert_string_equal(reject_text(REJECT_NOT_LEADER), "not-leader");
}

static void test_template_name(void **state)
{
	static const char *const cases[][3] = {
		{"ns", "hash", "ns/hash"}, {"", "hash", "hash"},
		{NULL, "hash", "hash"},    {"ns", "", ""},
		{"ns", NULL, ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(mem_freep) char *name = template_name(cases[i][0], cases[i][1]);
		assert_string_equal(name, cases[i][2]);
	}
}

static void test_template_store(void **state)
{
	struct template_store s = {0};
	(void)state;
	template_store_keep(&s, "b", "first");
	template_store_keep(&s, "a", "second");
	template_store_keep(&s, "b", "another"); /* a name is of one text */
	template_store_keep(&s, "", "no name");
	template_store_keep(&s, "c", NULL);
	assert_int_equal(template_store_count(&s), 2);
	assert_string_equal(template_store_find(&s, "b"), "first");
	assert_null(template_store_find(&s, "c"));
	struct strs names = template_store_names(&s);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.v[0], "b");
	assert_string_equal(names.v[1], "a");
	template_store_drop(&s, "b");
	template_store_drop(&s, "never there");
	assert_null(template_store_find(&s, "b"));
	assert_int_equal(template_store_names(&s).n, 1);
	template_store_done(&s);
	assert_int_equal(template_store_count(&s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantities),     cmocka_unit_test(test_reslists),
		cmocka_unit_test(test_expressions),    cmocka_unit_test(test_taints),
		cmocka_unit_test(test_stay),           cmocka_unit_test(test_overlay),
		cmocka_unit_test(test_names),          cmocka_unit_test(test_template_name),
		cmocka_unit_test(test_template_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
