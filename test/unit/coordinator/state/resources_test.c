/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of resources alone: how names are numbered, what Muster may use of a node, what fits. */
#include "coordinator/core/state/resources.h"

#include <string.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

static void names_are_numbered_as_they_come(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf name = BUF_INIT(64);
	assert_int_equal(res_find(c, "example.com/gpu"), UINT32_MAX);
	assert_int_equal(res_id(c, "example.com/gpu"), RES_EPHEMERAL + 1);
	assert_int_equal(res_find(c, "memory"), RES_MEMORY);
	assert_int_equal(res_id(c, "example.com/gpu"), RES_EPHEMERAL + 1);
	while (c->res.n < RES_NAMES_MAX) {
		buf_reset(&name);
		buf_printf(&name, "r%u", c->res.n);
		uint32_t id = res_id(c, buf_str(&name));
		assert_int_equal(id, c->res.n - 1);
	}
}

/* The Node has these: "PREFIX<from>"…, n of them. */
static void offer(struct core *c, struct node_record *n, const char *prefix, uint32_t count)
{
	static char names[512][32];
	static struct res v[512];
	for (uint32_t i = 0; i < count; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(32);
		buf_printf(&b, "%s%u", prefix, i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		v[i] = (struct res){names[i], 2000};
	}
	const struct reslist l = {v, count};
	res_row_set(c, n, ROW_ALLOC, &l);
}

static int64_t alloc_of(struct core *c, const struct node_record *n, const char *name)
{
	uint32_t r = res_find(c, name);
	return r == UINT32_MAX ? -2 : res_row(c, n, ROW_ALLOC)[r];
}

/* Names come and go. What no node has and nobody asks for gives its number to others. */
static void names_that_are_gone_give_their_numbers_away(void **state)
{
	static const struct res gpu[] = {{"gpu", 1000}, {"nowhere", 1000}}, old = {"a3", 1000};
	static const struct res foreign = {"b7", 5000}, given = {"b9", 1000};
	const struct reslist held = {&old, 1}, l = {&foreign, 1}, spec = {&given, 1};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	struct job_record *j = tables_job(c, "a", 2);
	struct attempt *a = tables_attempt(c, j, 0, n);
	const struct job_spec wants = {.requests = {gpu, 2}};
	offer(c, n, "a", 250);
	needs_done(&a->needs);
	a->needs = needs_of(c, &held); /* a member that was taken over */
	res_use(c, n, &a->needs, 1);
	res_id(c, "gpu");
	tables_request(c, j, &wants);
	request_resolve(c, j->spec.request);
	offer(c, n, "b", 250);
	res_row_set(c, n, ROW_FOREIGN, &l);
	res_row_set(c, n, ROW_SPEC, &spec);
	offer(c, n, "c", 250);
	uint32_t gone = res_find(c, "b7");
	assert_int_equal(res_row(c, n, ROW_FOREIGN)[gone], 5000);
	offer(c, n, "d", 250);
	assert_int_equal(c->res.sweeps, 0);
	offer(c, n, "e", 250);
	assert_int_equal(c->res.sweeps, 1);
	assert_int_equal(n->left_out, 0);
	assert_int_equal(alloc_of(c, n, "e249"), 2000);
	assert_int_equal(res_find(c, "b8"), UINT32_MAX);
	assert_int_not_equal(res_find(c, "b9"), UINT32_MAX);  /* the ComputeNode gives it */
	assert_int_not_equal(res_find(c, "a3"), UINT32_MAX);  /* a member has it */
	assert_int_not_equal(res_find(c, "gpu"), UINT32_MAX); /* a job asks for it */
	assert_int_equal(res_find(c, "cpu"), RES_CPU);
	assert_int_equal(res_row(c, n, ROW_FOREIGN)[gone], 0);
	assert_int_equal(alloc_of(c, n, "b7"), -2);
	offer(c, n, "a", 4);
	assert_int_equal(alloc_of(c, n, "a3"), 2000);
	res_use(c, n, &a->needs, -1);
}

/* All numbers are used by what nodes have: the others are left out, and that is counted. */
static void more_names_than_numbers(void **state)
{
	static const char *const nodes[] = {"n1", "n2", "n3", "n4"};
	struct core *c = tables_of(state);
	struct node_record *n = NULL;
	for (uint32_t i = 0; i < ARRAY_LEN(nodes); i++) {
		n = tables_node(c, nodes[i], 4000, 8000);
		offer(c, n, nodes[i], 256);
	}
	const struct res late = {"late", 1000};
	const struct reslist l = {&late, 1};
	res_row_set(c, n, ROW_SPEC, &l);  /* the Node does not have it: it is no loss */
	assert_int_equal(n->left_out, 4); /* cpu, memory, pods and ephemeral-storage have theirs */
	assert_int_equal(res_count(c, n), 256);
	assert_int_equal(alloc_of(c, n, "n4251"), 2000);
	assert_int_equal(alloc_of(c, n, "n4252"), -2);
	n = node_find(c, "n1");
	offer(c, n, "n1", 1);
	n = node_find(c, "n4");
	offer(c, n, "n4", 256); /* it was looked through a moment ago */
	assert_int_equal(n->left_out, 4);
	c->now_ms += 1000;
	offer(c, n, "n4", 256);
	assert_int_equal(n->left_out, 0);
	assert_int_equal(alloc_of(c, n, "n4255"), 2000);
	offer(c, n, "n4", 300); /* more than count of one Node */
	assert_int_equal(n->left_out, 44);
	assert_int_equal(res_count(c, n), 300);
}

/* A kubelet may be configured for more pods than an agent takes orders. */
static void no_more_members_than_orders(void **state)
{
	static const struct res pods = {"pods", 10000000};
	const struct reslist l = {&pods, 1};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	res_row_set(c, n, ROW_ALLOC, &l);
	res_row_set(c, n, ROW_SPEC, &l);
	assert_true(res_caps(c, n));
	assert_int_equal(res_row(c, n, ROW_CAP)[RES_PODS], NODE_PODS_MAX * 1000);
}

/* A ComputeNode has place for some: what every node has, what members use, then the others. */
static void what_is_listed(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	bool on[RES_NAMES_MAX];
	offer(c, n, "r", 10);
	const struct res r9 = {"r9", 500};
	const struct reslist l = {&r9, 1};
	struct needs needs = needs_of(c, &l);
	assert_int_equal(res_listed(c, n, false, 3, on), 3);
	assert_true(on[res_find(c, "r0")] && on[res_find(c, "r2")] && !on[res_find(c, "r9")]);
	res_use(c, n, &needs, 1);
	assert_int_equal(res_listed(c, n, true, 3, on), 3);
	assert_true(on[res_find(c, "r0")] && on[res_find(c, "r1")] && on[res_find(c, "r9")]);
	assert_int_equal(res_listed(c, n, true, 64, on), 10);
	assert_false(on[RES_CPU]); /* the Node says nothing of it */
	assert_int_equal(res_listed(c, n, true, 0, on), 0);
	res_use(c, n, &needs, -1);
	needs_done(&needs);
}

/* An agent tells what members request, and may tell anything. */
static void sums_do_not_wrap(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, GI);
	const struct res most = {"cpu", INT64_MAX}, some = {"cpu", 1000};
	struct needs all = needs_of(c, &(struct reslist){&most, 1});
	struct needs one = needs_of(c, &(struct reslist){&some, 1});
	res_use(c, n, &all, 1);
	res_use(c, n, &one, 1);
	res_use(c, n, &all, 1);
	assert_int_equal(res_row(c, n, ROW_USED)[RES_CPU], INT64_MAX);
	assert_false(res_fits(c, n, &one));
	res_use(c, n, &all, -1);
	res_use(c, n, &all, -1);
	res_use(c, n, &one, -1);
	assert_int_equal(res_row(c, n, ROW_USED)[RES_CPU], 0);
	assert_true(res_fits(c, n, &one));
	needs_done(&all);
	needs_done(&one);
}

/* More names than a row has room for: what stands in it stays. */
static void rows_grow(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf name = BUF_INIT(64);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	tables_fill(c, n, 1500);
	uint32_t cap = c->res.cap;
	for (uint32_t i = 0; c->res.cap == cap; i++) {
		buf_reset(&name);
		buf_printf(&name, "r%u", i);
		res_id(c, buf_str(&name));
	}
	assert_int_equal(res_row(c, n, ROW_ALLOC)[RES_CPU], 4000);
	assert_int_equal(res_row(c, n, ROW_CAP)[RES_MEMORY], 8000);
	assert_int_equal(res_row(c, n, ROW_USED)[RES_CPU], 1500);
	assert_int_equal(res_row(c, n, ROW_ALLOC)[c->res.n - 1], RES_ABSENT);
	assert_int_equal(res_row(c, n, ROW_FOREIGN)[c->res.n - 1], 0);
}

static void set_row(struct core *c, struct node_record *n, enum res_row row, int64_t cpu)
{
	const struct res r = {"cpu", cpu};
	const struct reslist l = {&r, cpu == RES_ABSENT ? 0 : 1};
	res_row_set(c, n, row, &l);
}

static void what_muster_may_use(void **state)
{
	static const struct {
		const char *name;
		int64_t alloc, spec, foreign, cap;
	} cases[] = {
		{"the Node's, where the ComputeNode says nothing", 4000, RES_ABSENT, 0, 4000},
		{"less what foreign pods use", 4000, RES_ABSENT, 1000, 3000},
		{"the ComputeNode's, where that is less", 4000, 2000, 1000, 2000},
		{"not the ComputeNode's, where that is more", 4000, 9000, 1000, 3000},
		{"nothing of what the Node does not have", RES_ABSENT, 2000, 0, 0},
		{"nothing where foreign pods use all", 1000, RES_ABSENT, 2000, 0},
		{"nothing where the ComputeNode gives nothing", 4000, 0, 0, 0},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 1, 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		set_row(c, n, ROW_ALLOC, cases[i].alloc);
		set_row(c, n, ROW_SPEC, cases[i].spec);
		set_row(c, n, ROW_FOREIGN, cases[i].foreign);
		n->res[(size_t)ROW_CAP * c->res.cap + RES_CPU] = -7;
		CASE(cases[i].name, res_caps(c, n));
		CASE(cases[i].name, res_row(c, n, ROW_CAP)[RES_CPU] == cases[i].cap);
		CASE(cases[i].name, !res_caps(c, n)); /* nothing changed */
	}
}

static void what_fits(void **state)
{
	static const struct {
		const char *name;
		struct res asks[3];
		uint32_t n, lacking; /* lacking: the place of the first that is lacking */
		bool fits_empty;
	} cases[] = {
		{"nothing but a pod", {{0}}, 0, 1, true},
		{"what is left", {{"cpu", 1000}, {"memory", 8000}}, 2, 3, true},
		{"more cpu than is left", {{"cpu", 1001}}, 1, 0, true},
		{"more cpu than there is", {{"cpu", 4001}}, 1, 0, false},
		{"more memory than there is", {{"cpu", 1}, {"memory", 8001}}, 2, 1, false},
		{"what no node has", {{"cpu", 1}, {"example.com/gpu", 1}}, 2, 1, false},
		{"none of what no node has", {{"example.com/gpu", 0}}, 1, 2, true},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	tables_fill(c, n, 3000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct reslist l = {cases[i].asks, cases[i].n};
		struct needs needs = needs_asked(c, &l);
		CASE(cases[i].name, res_lacking(c, n, &needs) == cases[i].lacking);
		CASE(cases[i].name, res_fits(c, n, &needs) == (cases[i].lacking == needs.n));
		CASE(cases[i].name, res_fits_empty(c, n, &needs) == cases[i].fits_empty);
		needs_done(&needs);
	}
	assert_int_equal(res_find(c, "example.com/gpu"), UINT32_MAX); /* asking gives no number */
}

/* By the Node and the ComputeNode alone: pods of others, and what a kubelet ran out of, pass. */
static void what_a_node_could_ever_hold(void **state)
{
	static const struct {
		const char *name, *res;
		int64_t milli;
		bool offers;
	} cases[] = {
		{"all of it", "cpu", 3000, true},
		{"more than its ComputeNode offers", "cpu", 3001, false},
		{"all of what the ComputeNode does not limit", "memory", 8000, true},
		{"more than there is", "memory", 8001, false},
		{"what it does not have", "example.com/gpu", 1000, false},
		{"what nobody has heard of", "example.com/none", 1000, false},
		{"nothing of that", "example.com/none", 0, true},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	const struct res alloc[] = {{"cpu", 4000}, {"memory", 8000}, {"pods", 110000}};
	const struct res spec[] = {{"cpu", 3000}, {"pods", 110000}};
	const struct res foreign[] = {{"cpu", 4000}, {"memory", 8000}};
	res_id(c, "example.com/gpu");
	res_row_set(c, n, ROW_ALLOC, &(struct reslist){alloc, ARRAY_LEN(alloc)});
	res_row_set(c, n, ROW_SPEC, &(struct reslist){spec, ARRAY_LEN(spec)});
	res_foreign_set(c, n, &(struct reslist){foreign, ARRAY_LEN(foreign)}, 110);
	res_caps(c, n);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct res asks = {cases[i].res, cases[i].milli};
		struct needs needs = needs_asked(c, &(struct reslist){&asks, 1});
		CASE(cases[i].name, res_offers(c, n, &needs) == cases[i].offers);
		CASE(cases[i].name, !res_fits_empty(c, n, &needs));
		needs_done(&needs);
	}
}

/* A pod of its own is among what a member needs, whatever it asks for. */
static void needs_have_one_pod(void **state)
{
	struct core *c = tables_of(state);
	const struct res asks[] = {{"pods", 5000}, {"example.com/gpu", 2000}};
	const struct reslist l = {asks, ARRAY_LEN(asks)};
	struct needs needs = needs_of(c, &l);
	assert_int_equal(needs.n, 2);
	assert_int_equal(needs.v[0].res, res_find(c, "example.com/gpu"));
	assert_int_equal(needs.v[1].res, RES_PODS);
	assert_int_equal(needs.v[1].milli, 1000);
	struct needs copy = needs_copy(&needs);
	assert_memory_equal(copy.v, needs.v, needs.n * sizeof *needs.v);
	needs_done(&needs);
	needs_done(&copy);
	assert_null(copy.v);
}

static void what_a_kubelet_refuses_is_not_there(void **state)
{
	static const struct {
		const char *name, *reason;
		bool known;
		int64_t cap; /* of cpu, after it */
	} cases[] = {
		{"less than the member asked for", "OutOfcpu", true, 2999},
		{"another sort of refusal", "NodeAffinity", false, 4000},
		{"a resource that the member does not ask for", "OutOfephemeral-storage", false,
		 4000},
		{"a resource that nobody knows", "OutOfexample.com/gpu", false, 4000},
		{"no reason", NULL, false, 4000},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	const struct res asks = {"cpu", 2000};
	const struct reslist l = {&asks, 1};
	struct needs needs = needs_of(c, &l);
	tables_fill(c, n, 1000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool known = res_short(c, n, cases[i].reason, &needs);
		CASE(cases[i].name, known == cases[i].known);
		CASE(cases[i].name, res_row(c, n, ROW_CAP)[RES_CPU] == cases[i].cap);
		/* Forgotten when the caps are asked for anew. */
		CASE(cases[i].name, res_caps(c, n) == cases[i].known);
		CASE(cases[i].name, res_row(c, n, ROW_CAP)[RES_CPU] == 4000);
	}
	/* It did not fit anyway: nothing new. */
	tables_fill(c, n, 2500);
	assert_false(res_short(c, n, "OutOfcpu", &needs));
	needs_done(&needs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(names_are_numbered_as_they_come),
		T(names_that_are_gone_give_their_numbers_away),
		T(more_names_than_numbers),
		T(what_is_listed),
		T(no_more_members_than_orders),
		T(rows_grow),
		T(sums_do_not_wrap),
		T(what_muster_may_use),
		T(what_fits),
		T(what_a_node_could_ever_hold),
		T(needs_have_one_pod),
		T(what_a_kubelet_refuses_is_not_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
