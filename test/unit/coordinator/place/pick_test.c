/* SPDX-License-Identifier: Apache-2.0 */
/* The best nodes for a number of members: which, in what order, and that asking changes nothing. */
#include "coordinator/core/place/pick.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/selection.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

/* n1 empty, n2 half full, n3 a quarter full, n4 empty and to be avoided. */
static void four_nodes(struct core *c)
{
	static const struct taint avoided = {"slow", "", EFFECT_PREFER_NO_SCHEDULE};
	static const struct kv zone_a[] = {{"zone", "a"}};
	static const struct kvs labels = {zone_a, 1}, none;
	struct node_record *n[4];
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		n[i] = tables_node(c, names[i], 4000, MEMORY);
		tables_select(c, n[i], i < 2 ? &labels : &none, &avoided, i == 3);
	}
	tables_fill(c, n[1], 2000);
	tables_fill(c, n[2], 1000);
}

static struct pick pick_of(struct core *c, struct job_record *j, uint32_t need, uint32_t want)
{
	request_resolve(c, j->spec.request);
	return (struct pick){.request = j->spec.request,
			     .selection = selection_evaluate(c, j->spec.request),
			     .job = j,
			     .passer = passer_of(c, j),
			     .need = need,
			     .want = want};
}

static const char *picked(struct core *c, const struct pick *q, struct buf *b)
{
	bool kept;
	uint32_t n = pick_nodes(c, c->placing, q, &kept);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(b, "%s%s", i ? " " : "",
			   c->nodes.at[c->placing->candidates[i].node]->name);
	return buf_str(b);
}

static void the_best_nodes_first(void **state)
{
	static const struct {
		const char *name;
		int64_t cpu; /* that a member asks for */
		uint32_t need, want;
		bool pack, zone_a;
		const char *expected;
	} cases[] = {
		{"spread: the emptiest first, those to be avoided last", 1000, 1, 4, false, false,
		 "n1 n3 n2 n4"},
		{"pack: the fullest first, those to be avoided last", 1000, 1, 4, true, false,
		 "n2 n3 n1 n4"},
		{"only so many as are wanted", 1000, 1, 2, false, false, "n1 n3"},
		{"those with room alone", 2500, 1, 4, false, false, "n1 n3 n4"},
		{"fewer than are wanted, if enough are needed", 3500, 2, 4, false, false, "n1 n4"},
		{"none, if fewer than are needed", 3500, 3, 4, false, false, ""},
		{"those selected", 1000, 1, 4, false, true, "n1 n2"},
		{"none that holds so much", 4001, 1, 1, false, false, ""},
	};
	static const struct kv zone_a[] = {{"zone", "a"}};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(256);
		const struct res asks = {"cpu", cases[i].cpu};
		const struct job_spec spec = {.requests = {&asks, 1},
					      .node_selector = {zone_a, cases[i].zone_a}};
		struct job_record *j = tables_job(c, "a", cases[i].want);
		tables_request(c, j, &spec);
		c->cfg.spread = !cases[i].pack;
		struct pick q = pick_of(c, j, cases[i].need, cases[i].want);
		CASE_STR(cases[i].name, picked(c, &q, &b), cases[i].expected);
		tables_job_free(c, j);
	}
}

/* After taints to be avoided, and before how full a node is. */
static void those_that_a_job_prefers(void **state)
{
	static const char *const a = "a";
	const struct sel_expr in_a = {"zone", SEL_IN, {&a, 1}},
			      not_a = {"zone", SEL_NOT_IN, {&a, 1}};
	const struct sel_preference likes[] = {{1, {&not_a, 1}}, {2, {&in_a, 1}}};
	static const struct {
		const char *name;
		uint32_t from, n, want;
		bool pack;
		const char *expected;
	} cases[] = {
		{"spread, those without the label", 0, 1, 4, false, "n3 n1 n2 n4"},
		{"pack, those without the label", 0, 1, 4, true, "n3 n2 n1 n4"},
		{"spread, the heavier term first", 0, 2, 4, false, "n1 n2 n3 n4"},
		{"pack, those with the label", 1, 1, 4, true, "n2 n1 n3 n4"},
		{"no more than are wanted", 0, 2, 1, false, "n1"},
	};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(256);
		const struct job_spec spec = {.preferred = likes + cases[i].from,
					      .npreferred = cases[i].n};
		struct job_record *j = tables_job(c, "a", cases[i].want);
		tables_request(c, j, &spec);
		c->cfg.spread = !cases[i].pack;
		struct pick q = pick_of(c, j, 1, cases[i].want);
		CASE_STR(cases[i].name, picked(c, &q, &b), cases[i].expected);
		tables_job_free(c, j);
	}
}

/* Nodes that a job may not have, or not again. */
static void nodes_that_a_job_may_not_have(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(256);
	four_nodes(c);
	struct job_record *j = tables_job(c, "a", 4);
	struct node_record *n1 = c->nodes.at[0], *n2 = c->nodes.at[1], *n3 = c->nodes.at[2];
	tables_attempt(c, j, 0, n1); /* each member has a node of its own */
	VEC_GROW(j->refusals.v, j->refusals.n, j->refusals.cap);
	j->refusals.v[j->refusals.n++] =
		(struct refusal){.node = n2->idx, .until_ms = c->now_ms + 1};
	bitset_clear(&c->nodes.usable, n3->idx);
	struct pick q = pick_of(c, j, 1, 4);
	assert_string_equal(picked(c, &q, &b), "n4");
	refusals_forbid(c, j, c->nodes.at[3]);
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "");
	q.job = NULL; /* another job, of which nothing is known */
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n1 n2 n4");
}

/* A member ended there soon: last, but not never. */
static void nodes_that_are_avoided(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(256);
	four_nodes(c);
	struct job_record *j = tables_job(c, "a", 4);
	VEC_GROW(j->refusals.v, j->refusals.n, j->refusals.cap);
	j->refusals.v[j->refusals.n++] = (struct refusal){.node = 0, .avoid_ms = c->now_ms + 1};
	struct pick q = pick_of(c, j, 1, 4);
	assert_string_equal(picked(c, &q, &b), "n3 n2 n4 n1");
	q = pick_of(c, j, 4, 4);
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n3 n2 n4 n1");
	q = pick_of(c, j, 1, 1);
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n3");
	c->now_ms++; /* it is over */
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n1");
}

static void nodes_that_are_kept(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(256);
	bool kept;
	four_nodes(c);
	struct job_record *j = tables_job(c, "a", 4), *first = tables_job(c, "first", 4);
	const struct res much = {"cpu", 3500}, little = {"cpu", 1};
	const struct job_spec asks = {.requests = {&much, 1}}, less = {.requests = {&little, 1}};
	tables_request(c, first, &asks);
	bitset_set(&reservation_add(c, first)->nodes, 0);
	struct pick q = pick_of(c, j, 1, 4);
	assert_string_equal(picked(c, &q, &b), "n1 n3 n2 n4"); /* not from its priority */
	first->spec.priority = 1;
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n3 n2 n4");
	pick_nodes(c, c->placing, &q, &kept);
	assert_true(kept);
	tables_request(c, first, &less); /* there is room for both */
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n1 n3 n2 n4");
	pick_nodes(c, c->placing, &q, &kept);
	assert_true(kept); /* at another time there may not be */
	reservations_forget(c);
	buf_reset(&b);
	assert_string_equal(picked(c, &q, &b), "n1 n3 n2 n4");
	pick_nodes(c, c->placing, &q, &kept);
	assert_false(kept);
}

/* n1 and n4 have room for 4 members, n3 for 3, n2 for 2; n4 is to be avoided. */
static void members_share_nodes(void **state)
{
	static const struct {
		const char *name;
		uint32_t need, want, per_node;
		bool pack, port;
		const char *on; /* a node that has a member of the job already */
		const char *expected;
	} cases[] = {
		{"spread: each gets one, then each a second", 1, 8, 2, false, false, NULL,
		 "n1 n3 n2 n1 n3 n2 n4 n4"},
		{"spread: as many rounds as there is room", 1, 13, 4, false, false, NULL,
		 "n1 n3 n2 n1 n3 n2 n1 n3 n1 n4 n4 n4 n4"},
		{"spread: who has one already comes in the second round", 1, 5, 2, false, false,
		 "n1", "n3 n2 n1 n3 n2"},
		{"pack: one is filled, then the next", 1, 8, 3, true, false, NULL,
		 "n2 n2 n3 n3 n3 n1 n1 n1"},
		{"pack: those that are there count", 1, 4, 3, true, false, "n2", "n2 n3 n3 n3"},
		{"no more than are wanted", 1, 3, 4, true, false, NULL, "n2 n2 n3"},
		{"as many as are needed, on fewer nodes", 13, 13, 4, true, false, NULL,
		 "n2 n2 n3 n3 n3 n1 n1 n1 n1 n4 n4 n4 n4"},
		{"one too many is needed", 14, 14, 4, true, false, NULL,
		 "n2 n2 n3 n3 n3 n1 n1 n1 n1 n4 n4 n4 n4"},
		{"a host port is free once a node", 1, 8, 4, true, true, NULL, "n2 n3 n1 n4"},
		{"one a node", 1, 8, 1, true, false, NULL, "n2 n3 n1 n4"},
	};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(256);
		const struct res asks = {"cpu", 1000};
		uint64_t port = host_port("TCP", NULL, 80);
		const struct job_spec spec = {.requests = {&asks, 1},
					      .ports = {&port, cases[i].port}};
		struct job_record *j = tables_job(c, "a", cases[i].want);
		tables_request(c, j, &spec);
		j->spec.per_node = cases[i].per_node;
		c->cfg.spread = !cases[i].pack;
		struct node_record *on = cases[i].on ? node_find(c, cases[i].on) : NULL;
		struct attempt *a = on ? tables_attempt(c, j, 0, on) : NULL;
		struct pick q = pick_of(c, j, cases[i].need, cases[i].want);
		q.per_node = job_most_on_node(j);
		CASE_STR(cases[i].name, picked(c, &q, &b), cases[i].expected);
		if (a)
			attempt_free(c, a);
		tables_job_free(c, j);
	}
}

/* n1 is held for two members of 1 CPU, of its 4: two more members may go there. */
static void what_is_held_for_several(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(256);
	four_nodes(c);
	struct job_record *j = tables_job(c, "a", 8), *first = tables_job(c, "first", 4);
	const struct res one = {"cpu", 1000};
	const struct job_spec asks = {.requests = {&one, 1}};
	tables_request(c, first, &asks);
	tables_request(c, j, &asks);
	first->spec.priority = 1;
	first->spec.per_node = j->spec.per_node = 4;
	struct reservation *r = reservation_add(c, first);
	r->most = 4;
	reservation_hold(c, r, 0, 1);
	reservation_hold(c, r, 0, 1);
	assert_int_equal(reservation_members(r, 0), 2);
	struct pick q = pick_of(c, j, 1, 8);
	q.per_node = 4;
	c->cfg.spread = false;
	assert_string_equal(picked(c, &q, &b), "n2 n2 n3 n3 n3 n1 n1 n4");
}

/* So it can be asked "what if". */
static void asking_changes_nothing(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf first = BUF_INIT(256), again = BUF_INIT(256);
	four_nodes(c);
	struct job_record *j = tables_job(c, "a", 4);
	struct pick q = pick_of(c, j, 1, 4);
	struct core before = *c;
	picked(c, &q, &first);
	assert_memory_equal(c, &before, sizeof *c);
	assert_string_equal(picked(c, &q, &again), buf_str(&first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, placing_setup, placing_teardown)
		T(the_best_nodes_first),          T(those_that_a_job_prefers),
		T(nodes_that_a_job_may_not_have), T(nodes_that_are_avoided),
		T(nodes_that_are_kept),           T(members_share_nodes),
		T(what_is_held_for_several),      T(asking_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
