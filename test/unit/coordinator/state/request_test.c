/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests alone: equal ones are one, and unknown resources are looked up again. */
#include "coordinator/core/state/request.h"

#include <string.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

static const struct res one_cpu[] = {{"cpu", 1000}}, two_cpus[] = {{"cpu", 2000}};
static const struct kv zone_a[] = {{"zone", "a"}};

static void equal_ones_are_one_record(void **state)
{
	static const struct {
		const char *name;
		struct job_spec spec;
		bool same, same_selection; /* as the first of them */
	} cases[] = {
		{"itself", {.requests = {one_cpu, 1}}, true, true},
		{"with another priority, size and template",
		 {.requests = {one_cpu, 1}, .priority = 7, .parallelism = 9, .template_hash = "x"},
		 true,
		 true},
		{"that asks for more", {.requests = {two_cpus, 1}}, false, true},
		{"that asks for nothing", {.parallelism = 1}, false, true},
		{"with a selector",
		 {.requests = {one_cpu, 1}, .node_selector = {zone_a, 1}},
		 false,
		 false},
	};
	struct core *c = tables_of(state);
	struct request *first = request_get(c, &cases[0].spec);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct request *r = request_get(c, &cases[i].spec);
		CASE(cases[i].name, (r == first) == cases[i].same);
		CASE(cases[i].name, (r->set == first->set) == cases[i].same_selection);
		request_put(c, r);
	}
	assert_int_equal(first->refs, 1);
	request_put(c, first);
	request_put(c, NULL);
	assert_null(c->requests.all);
	assert_null(c->selections.all);
}

static void a_name_gets_its_number_when_a_node_has_it(void **state)
{
	static const struct res asks[] = {{"example.com/gpu", 1000}, {"pods", 3000}, {"cpu", 5}};
	static const struct res has[] = {{"example.com/gpu", 8000}};
	const struct reslist list = {has, 1};
	const struct job_spec spec = {.requests = {asks, 3}};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	struct request *r = request_get(c, &spec);
	assert_int_equal(r->needs.n, 3); /* one pod, whatever was asked for */
	assert_string_equal(request_resource(r, 0), "example.com/gpu");
	assert_string_equal(request_resource(r, 1), "cpu");
	assert_string_equal(request_resource(r, 2), "pods");
	request_resolve(c, r);
	assert_int_equal(r->needs.v[0].res, UINT32_MAX);
	res_row_set(c, n, ROW_ALLOC, &list);
	request_resolve(c, r);
	assert_int_equal(r->needs.v[0].res, res_find(c, "example.com/gpu"));
	assert_int_equal(r->needs.v[1].res, RES_CPU);
	request_put(c, r);
}

/* For the first extended resource that is lacking and that no Node lists. */
static void a_resource_that_no_node_lists(void **state)
{
	static const struct res asks[] = {{"cpu", 5}, {"example.com/gpu", 1000}};
	static const struct res has[] = {{"cpu", 4000}, {"example.com/gpu", 8000}};
	const struct reslist with = {has, 2}, without = {has, 1};
	const struct job_spec spec = {.requests = {asks, 2}};
	const struct {
		const char *name;
		const struct reslist *lists; /* of n2; n1 never has any */
		bool n1_goes;
		uint32_t lacks[3]; /* cpu, example.com/gpu, pods */
		const char *expected;
	} cases[] = {
		{"no node ever had it", &without, false, {3, 3, 3}, "example.com/gpu"},
		{"nodes lack only what is not extended", &without, false, {3, 0, 3}, NULL},
		{"a node has it", &with, false, {0, 3, 0}, NULL},
		{"the node that had it has it no more",
		 &without,
		 false,
		 {0, 3, 0},
		 "example.com/gpu"},
		{"another node went, none has it", &without, true, {0, 3, 0}, "example.com/gpu"},
		{"another node went, one has it", &with, false, {0, 3, 0}, NULL},
	};
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 4000, 8000);
	struct node_record *n2 = tables_node(c, "n2", 4000, 8000);
	struct request *r = request_get(c, &spec);
	assert_int_equal(r->needs.n, ARRAY_LEN(cases[0].lacks));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		res_row_set(c, n2, ROW_ALLOC, cases[i].lists);
		if (cases[i].n1_goes)
			node_free(c, n1);
		request_resolve(c, r);
		CASE_STR(cases[i].name, str_or_empty(request_nowhere(c, r, cases[i].lacks)),
			 str_or_empty(cases[i].expected));
	}
	request_put(c, r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(equal_ones_are_one_record),
		T(a_name_gets_its_number_when_a_node_has_it),
		T(a_resource_that_no_node_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
