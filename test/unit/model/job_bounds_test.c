/* SPDX-License-Identifier: Apache-2.0 */
/* The bounds of a job behind the CRD's. */
#include "model/job_bounds.h"

#include <string.h>

#include "base/mem.h"
#include "test/lib/check.h"

enum { LONG = LABEL_KEY_MAX + 1 };

static char long_text[LONG + 1];
static struct kv pairs[SELECTOR_MAX + 1];
static const char *values[EXPR_VALUES_MAX + 1];
static struct sel_expr exprs[EXPRS_MAX + 1];
static struct sel_term terms[TERMS_MAX + 1];
static struct sel_preference preferred[PREFERRED_MAX + 1];
static struct toleration tolerations[TOLERATIONS_MAX + 1];
static struct res requests[REQUESTS_MAX + 1];

static int fill(void **state)
{
	(void)state;
	memset(long_text, 'x', LONG);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		pairs[i] = (struct kv){"key", "value"};
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		values[i] = "value";
	for (size_t i = 0; i < ARRAY_LEN(exprs); i++)
		exprs[i] = (struct sel_expr){"key", SEL_IN, {values, 8}};
	for (size_t i = 0; i < ARRAY_LEN(terms); i++)
		terms[i] = (struct sel_term){exprs, EXPRS_MAX};
	for (size_t i = 0; i < ARRAY_LEN(preferred); i++)
		preferred[i] = (struct sel_preference){1, {exprs, EXPRS_MAX}};
	for (size_t i = 0; i < ARRAY_LEN(tolerations); i++)
		tolerations[i] = (struct toleration){.key = "key", .value = "value"};
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		requests[i] = (struct res){"name", 1};
	return 0;
}

static struct job usual(void)
{
	return (struct job){.spec = {.parallelism = 1,
				     .min_parallelism = 1,
				     .active_deadline_s = -1,
				     .ttl_s = -1}};
}

/* The words, or "" if all is within its bounds. */
static const char *fault(struct job *j)
{
	static char text[MESSAGE_MAX + 1];
	AUTO(buf_done) struct buf why = BUF_INIT(MESSAGE_MAX);
	bool good = job_bound(j, &why);
	assert_int_equal(good, why.len == 0);
	memcpy(text, buf_str(&why), why.len + 1);
	return text;
}

static void all_that_is_allowed(void **state)
{
	struct job j = usual();
	(void)state;
	j.spec.node_selector = (struct kvs){pairs, SELECTOR_MAX};
	j.spec.terms = terms;
	j.spec.nterms = TERMS_MAX; /* 16 * 16 * 8: AFFINITY_VALUES_MAX */
	j.spec.tolerations = tolerations;
	j.spec.ntolerations = TOLERATIONS_MAX;
	j.spec.requests = (struct reslist){requests, REQUESTS_MAX};
	assert_string_equal(fault(&j), "");
	assert_int_equal(j.spec.nterms, TERMS_MAX);
}

static void dependencies(void **state)
{
	struct dependency v[DEPENDENCIES_MAX + 1] = {{"a", DEPENDS_FAILED}};
	struct job j = usual();
	(void)state;
	j.spec.depends_on = v;
	j.spec.ndepends_on = DEPENDENCIES_MAX;
	j.status.nsatisfied = DEPENDENCIES_MAX + 1;
	assert_string_equal(fault(&j), "");
	assert_int_equal(j.spec.ndepends_on, DEPENDENCIES_MAX);
	assert_int_equal(j.status.nsatisfied, DEPENDENCIES_MAX);
	j.spec.ndepends_on++;
	assert_non_null(strstr(fault(&j), "spec.dependsOn has more than 16 entries"));
	assert_int_equal(j.spec.ndepends_on, 0);
	v[0].name = long_text;
	j.spec.ndepends_on = 1;
	assert_non_null(strstr(fault(&j), "too long for a job"));
}

static void too_many_of_anything(void **state)
{
	struct job j = usual();
	(void)state;
	j.spec.node_selector = (struct kvs){pairs, SELECTOR_MAX + 1};
	assert_string_equal(fault(&j), "spec.nodeSelector has 65 labels, at most 64 are taken");
	assert_int_equal(j.spec.node_selector.n, 0);
	j = usual();
	j.spec.terms = terms;
	j.spec.nterms = TERMS_MAX + 1;
	assert_string_equal(fault(&j), "spec.nodeAffinity has more than 16 terms");
	assert_int_equal(j.spec.nterms, 0);
	j = usual();
	j.spec.preferred = preferred;
	j.spec.npreferred = PREFERRED_MAX + 1;
	assert_string_equal(fault(&j), "spec.nodeAffinity has more than 16 terms");
	assert_int_equal(j.spec.npreferred, 0);
	j.spec.npreferred = PREFERRED_MAX; /* 16 * 16 * 8: AFFINITY_VALUES_MAX */
	assert_string_equal(fault(&j), "");
	j.spec.terms = terms;
	j.spec.nterms = 1;
	assert_non_null(strstr(fault(&j), "more than 2048 values"));
	j = usual();
	j.spec.tolerations = tolerations;
	j.spec.ntolerations = TOLERATIONS_MAX + 1;
	assert_non_null(strstr(fault(&j), "spec.tolerations has more than 32 entries"));
	assert_int_equal(j.spec.ntolerations, 0);
	j = usual();
	j.spec.requests = (struct reslist){requests, REQUESTS_MAX + 1};
	assert_non_null(strstr(fault(&j), "the pod requests more than 64 resources"));
	assert_int_equal(j.spec.requests.n, 0);
}

/* One term of one expression. */
static const char *fault_of_expr(const char *key, const char *const *v, uint32_t n)
{
	const struct sel_expr x = {key, SEL_IN, {v, n}};
	const struct sel_term t = {&x, 1};
	struct job j = usual();
	j.spec.terms = &t;
	j.spec.nterms = 1;
	return fault(&j);
}

static void expressions(void **state)
{
	const char *one[] = {long_text};
	const struct sel_term many = {exprs, EXPRS_MAX + 1};
	struct job j = usual();
	(void)state;
	assert_string_equal(fault_of_expr("key", values, EXPR_VALUES_MAX), "");
	assert_string_equal(fault_of_expr("key", values, EXPR_VALUES_MAX + 1),
			    "spec.nodeAffinity has an expression with more than 64 values");
	assert_string_equal(fault_of_expr(long_text, values, 1),
			    "spec.nodeAffinity has a key that is too long for a label");
	assert_string_equal(fault_of_expr("key", one, 1),
			    "spec.nodeAffinity has a value that is too long for a label");
	j.spec.terms = &many;
	j.spec.nterms = 1;
	assert_string_equal(fault(&j),
			    "spec.nodeAffinity has a term with more than 16 expressions");
	exprs[0].values.n = 9;
	j = usual();
	j.spec.terms = terms;
	j.spec.nterms = TERMS_MAX;
	assert_string_equal(fault(&j),
			    "spec.nodeAffinity has more than 2048 values in all its expressions");
}

static void texts(void **state)
{
	struct job j = usual();
	(void)state;
	pairs[0].key = long_text;
	j.spec.node_selector = (struct kvs){pairs, 1};
	assert_non_null(strstr(fault(&j), "spec.nodeSelector has a key or value"));
	pairs[0] = (struct kv){"key", long_text};
	j.spec.node_selector = (struct kvs){pairs, 1};
	assert_non_null(strstr(fault(&j), "spec.nodeSelector has a key or value"));
	j = usual();
	tolerations[0].key = long_text;
	j.spec.tolerations = tolerations;
	j.spec.ntolerations = 1;
	assert_non_null(strstr(fault(&j), "too long for a taint"));
	tolerations[0] = (struct toleration){.value = long_text};
	j.spec.ntolerations = 1;
	assert_non_null(strstr(fault(&j), "too long for a taint"));
	j = usual();
	requests[0].name = long_text;
	j.spec.requests = (struct reslist){requests, 1};
	assert_non_null(strstr(fault(&j), "whose name is too long"));
}

static void success_rules(void **state)
{
	static char longest[SUCCESS_BYTES_MAX + 2];
	static const struct success_rule good[SUCCESS_RULES_MAX + 1] = {{"0,2-5", false, 0},
									{NULL, true, 0}};
	static const struct {
		const char *name;
		struct success_rule rule;
		bool fits;
	} cases[] = {{"a list", {"0,2-5,99999", false, 0}, true},
		     {"a count", {NULL, true, 3}, true},
		     {"neither", {NULL, false, 0}, false},
		     {"not ascending", {"3,2", false, 0}, false},
		     {"too high", {"100000", false, 0}, false},
		     {"text", {"0,x", true, 1}, false},
		     {"too long", {longest, true, 1}, false}};
	(void)state;
	memset(longest, '1', sizeof longest - 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job j = {.spec = {.success = &cases[i].rule, .nsuccess = 1}};
		if ((*fault(&j) == 0) != cases[i].fits)
			fail_msg("%s", cases[i].name);
		assert_int_equal(j.spec.nsuccess, cases[i].fits);
	}
	struct job many = {.spec = {.success = good, .nsuccess = SUCCESS_RULES_MAX + 1}};
	assert_non_null(strstr(fault(&many), "more than 20 rules"));
}

static void numbers_go_to_the_nearest(void **state)
{
	struct job low = {.spec = {.priority = INT32_MIN,
				   .failed_indexes_fail = 1, /* of no index */
				   .active_deadline_s = INT64_MIN,
				   .ttl_s = -2,
				   .grace_s = -1}};
	struct job high = {.spec = {.completions = UINT32_MAX,
				    .parallelism = UINT32_MAX,
				    .min_parallelism = UINT32_MAX,
				    .per_node = UINT32_MAX,
				    .priority = INT32_MAX,
				    .backoff_limit = UINT32_MAX,
				    .failures_fail_index = UINT32_MAX,
				    .failed_indexes_fail = UINT32_MAX,
				    .max_unavailable = UINT32_MAX,
				    .active_deadline_s = INT64_MAX,
				    .ttl_s = INT64_MAX,
				    .grace_s = INT64_MAX},
			   .status.attempts = UINT32_MAX};
	(void)state;
	assert_string_equal(fault(&low), "");
	assert_int_equal(low.spec.completions, 1);
	assert_int_equal(low.spec.parallelism, 1);
	assert_int_equal(low.spec.min_parallelism, 1);
	assert_int_equal(low.spec.per_node, 1);
	assert_int_equal(low.spec.failed_indexes_fail, 0);
	assert_int_equal(low.spec.priority, -PRIORITY_MAX);
	assert_int_equal(low.spec.active_deadline_s, -1);
	assert_int_equal(low.spec.ttl_s, -1);
	assert_int_equal(low.spec.grace_s, 1);
	assert_string_equal(fault(&high), "");
	assert_int_equal(high.spec.completions, COMPLETIONS_MAX);
	assert_int_equal(high.spec.parallelism, PARALLELISM_MAX);
	assert_int_equal(high.spec.min_parallelism, PARALLELISM_MAX);
	assert_int_equal(high.spec.per_node, PER_NODE_MAX);
	assert_int_equal(high.spec.priority, PRIORITY_MAX);
	assert_int_equal(high.spec.backoff_limit, INT32_MAX);
	assert_int_equal(high.spec.failures_fail_index, INT32_MAX + 1U);
	assert_int_equal(high.spec.failed_indexes_fail, COMPLETIONS_MAX + 1);
	assert_int_equal(high.spec.max_unavailable, PARALLELISM_MAX);
	assert_int_equal(high.spec.active_deadline_s, INT32_MAX);
	assert_int_equal(high.spec.ttl_s, INT32_MAX);
	assert_int_equal(high.spec.grace_s, INT32_MAX);
	assert_int_equal(high.status.attempts, ATTEMPT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_that_is_allowed, fill),
		cmocka_unit_test_setup(too_many_of_anything, fill),
		cmocka_unit_test_setup(dependencies, fill),
		cmocka_unit_test_setup(expressions, fill),
		cmocka_unit_test_setup(texts, fill),
		cmocka_unit_test_setup(numbers_go_to_the_nearest, fill),
		cmocka_unit_test_setup(success_rules, fill),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
