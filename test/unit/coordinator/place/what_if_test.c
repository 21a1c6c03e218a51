/* SPDX-License-Identifier: Apache-2.0 */
/* What would be placed of a job if the job came now. Each question is asked of tables that are
 * compared with what they were before. */
#include "coordinator/core/place/what_if.h"

#include <string.h>

#include "coordinator/core/place/cycle.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

static int setup(void **state)
{
	placing_setup(state);
	tables_of(state)->questions = placing_new();
	return 0;
}

static int teardown(void **state)
{
	struct core *c = tables_of(state);
	c->questions = placing_free(c->questions);
	return placing_teardown(state);
}

static const struct kv zone_a[] = {{"zone", "a"}}, zone_b[] = {{"zone", "b"}};
static const struct kvs in_a = {zone_a, 1}, in_b = {zone_b, 1}, no_labels;
static const struct taint tainted = {"team", "x", EFFECT_NO_SCHEDULE};
static const struct taint avoided = {"slow", "", EFFECT_PREFER_NO_SCHEDULE};
static const struct toleration team_x = {"team", "x", false, EFFECT_NO_SCHEDULE, false, 0};
static const struct toleration any = {"", "", true, EFFECT_ANY, false, 0};

/* Of 4 CPU each: n1 in zone a, n2 in zone a and half full, n3 with a CPU in use, n4 of team x, n5
 * to be avoided. */
static void five_nodes(struct core *c)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4", "n5"};
	struct node_record *n[ARRAY_LEN(names)];
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		n[i] = tables_node(c, names[i], 4000, MEMORY);
		tables_select(c, n[i], i < 2 ? &in_a : &no_labels, i == 3 ? &tainted : &avoided,
			      i >= 3);
	}
	tables_fill(c, n[1], 2000);
	tables_fill(c, n[2], 1000);
}

/* The answer, and the names of its nodes in *ret. */
static struct what_if ask(struct core *c, const struct job_spec *spec, struct buf *ret)
{
	struct core before = *c;
	uint32_t selections = HASH_COUNT(c->selections.all);
	uint32_t requests = HASH_COUNT(c->requests.all);
	struct what_if w = place_what_if(c, c->questions, spec);
	assert_memory_equal(c, &before,
			    sizeof *c); /* the labels' version, the resources' names … */
	assert_int_equal(HASH_COUNT(c->selections.all), selections);
	assert_int_equal(HASH_COUNT(c->requests.all), requests);
	buf_reset(ret);
	for (uint32_t i = 0; i < w.n; i++)
		buf_printf(ret, "%s%s", i ? " " : "",
			   c->nodes.at[c->questions->candidates[i].node]->name);
	return w;
}

/* What a cycle does with such a job, in the same words. */
static const char *placed(struct core *c, const struct job_spec *spec, struct buf *ret)
{
	struct plan plan = {0};
	struct job_record *j = tables_job(c, "a", spec->parallelism);
	tables_request(c, j, spec);
	j->spec.min_parallelism = spec->min_parallelism;
	j->spec.deadline_s = spec->active_deadline_s;
	queue_put(c, j, spec->parallelism);
	buf_reset(ret);
	place_begin(c);
	if (place_next(c, &plan)) {
		for (uint32_t i = 0; i < plan.n; i++)
			buf_printf(ret, "%s%s", i ? " " : "", c->nodes.at[plan.v[i].node]->name);
	}
	tables_job_free(c, j);
	return buf_str(ret);
}

static void what_is_placed_is_what_was_said(void **state)
{
	static const struct {
		const char *name;
		uint32_t parallelism, min;
		int64_t cpu; /* that a member asks for */
		const struct toleration *tolerates;
		const struct kvs *selector;
		bool starts;
		uint32_t fit;
		const char *nodes;
	} cases[] = {
		{"as many as are wanted, the emptiest first", 2, 2, 1000, NULL, NULL, true, 2,
		 "n1 n3"},
		{"nodes to be avoided last", 4, 4, 1000, NULL, NULL, true, 4, "n1 n3 n2 n5"},
		{"fewer than are wanted, if enough for a start", 9, 3, 3000, NULL, NULL, true, 3,
		 "n1 n3 n5"},
		{"a gang that does not fit", 4, 4, 3000, NULL, NULL, false, 3, ""},
		{"the rest of which would not fit either", 9, 4, 3000, NULL, NULL, false, 3, ""},
		{"more than a node has", 1, 1, 4001, NULL, NULL, false, 0, ""},
		{"nothing asked for", 4, 1, 0, NULL, NULL, true, 4, "n1 n3 n2 n5"},
		{"a taint that is tolerated", 5, 1, 4000, &team_x, NULL, true, 3, "n1 n4 n5"},
		{"all taints tolerated, and none avoided", 5, 5, 500, &any, NULL, true, 5,
		 "n1 n4 n5 n3 n2"},
		{"a selector", 5, 2, 1000, NULL, &in_a, true, 2, "n1 n2"},
		{"a selector that too few nodes match", 3, 3, 1000, NULL, &in_a, false, 2, ""},
		{"a selector that no node matches", 1, 1, 1000, NULL, &in_b, false, 0, ""},
	};
	struct core *c = tables_of(state);
	c->idle = true;
	five_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf said = BUF_INIT(256), is = BUF_INIT(256);
		const struct res asks = {"cpu", cases[i].cpu};
		const struct job_spec spec = {
			.parallelism = cases[i].parallelism,
			.min_parallelism = cases[i].min,
			.active_deadline_s = -1,
			.requests = {&asks, cases[i].cpu != 0},
			.node_selector = cases[i].selector ? *cases[i].selector : no_labels,
			.tolerations = cases[i].tolerates,
			.ntolerations = cases[i].tolerates != NULL};
		struct what_if w = ask(c, &spec, &said);
		CASE(cases[i].name, w.starts == cases[i].starts);
		CASE(cases[i].name, w.fit == cases[i].fit);
		CASE(cases[i].name, w.n == (w.starts ? w.fit : 0));
		CASE(cases[i].name, !w.kept);
		CASE_STR(cases[i].name, buf_str(&said), cases[i].nodes);
		CASE_STR(cases[i].name, placed(c, &spec, &is), cases[i].nodes);
	}
}

/* n1 and n3 are kept for a job ahead, from in 30 s on. */
static void nodes_that_are_kept_for_a_job_ahead(void **state)
{
	static const struct {
		const char *name;
		uint32_t parallelism;
		int64_t deadline_s; /* -1: none */
		int32_t priority;
		bool known,
			equal; /* when the job ahead can start; kept from those of its priority */
		bool starts, kept;
		const char *nodes;
	} cases[] = {
		{"no deadline: only nodes that are not kept", 2, -1, 0, true, true, true, true,
		 "n2 n5"},
		{"a deadline that ends before: all", 2, 30, 0, true, true, true, false, "n1 n3"},
		{"one that ends at once", 2, 0, 0, true, true, true, false, "n1 n3"},
		{"one that ends later", 2, 31, 0, true, true, true, true, "n2 n5"},
		{"a gang that needs one of them", 3, 31, 0, true, true, false, true, ""},
		{"a gang that needs one of them, and ends before", 3, 29, 0, true, true, true,
		 false, "n1 n3 n2"},
		{"of higher priority", 2, -1, 1, true, true, true, false, "n1 n3"},
		{"nobody knows when the job ahead can start", 2, 30, 0, false, true, true, true,
		 "n2 n5"},
		{"not kept from its priority", 2, -1, 0, false, false, true, false, "n1 n3"},
		{"but from lower ones", 2, -1, -1, false, false, true, true, "n2 n5"},
	};
	static const struct res asks = {"cpu", 1000};
	struct core *c = tables_of(state);
	static const struct res much = {"cpu", 4000};
	const struct job_spec both = {.requests = {&much, 1}};
	five_nodes(c);
	struct job_record *first = tables_job(c, "first", 2);
	tables_request(c, first, &both);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf said = BUF_INIT(256);
		const struct job_spec spec = {.parallelism = cases[i].parallelism,
					      .min_parallelism = cases[i].parallelism,
					      .active_deadline_s = cases[i].deadline_s,
					      .priority = cases[i].priority,
					      .requests = {&asks, 1}};
		reservations_forget(c);
		struct reservation *r = reservation_add(c, first);
		r->at_ms = cases[i].known ? c->now_ms + 30000 : INT64_MAX;
		r->equal = cases[i].equal;
		for (uint32_t n = 0; n < 3; n += 2)
			bitset_set(&r->nodes, n);
		struct what_if w = ask(c, &spec, &said);
		CASE(cases[i].name, w.starts == cases[i].starts);
		CASE(cases[i].name, w.kept == cases[i].kept);
		CASE_STR(cases[i].name, buf_str(&said), cases[i].nodes);
	}
	reservations_forget(c);
}

/* What is known of the selection when the question comes; the request that a job holds, or NULL. */
static struct request *unknown(struct core *c, const struct job_spec *spec)
{
	(void)c, (void)spec;
	return NULL;
}

static struct request *known(struct core *c, const struct job_spec *spec)
{
	return request_get(c, spec);
}

static struct request *evaluated(struct core *c, const struct job_spec *spec)
{
	struct request *r = request_get(c, spec);
	selection_evaluate(c, r);
	return r;
}

static struct request *out_of_date(struct core *c, const struct job_spec *spec)
{
	struct request *r = evaluated(c, spec);
	tables_select(c, c->nodes.at[0], &no_labels, NULL, 0);
	tables_select(c, c->nodes.at[2], &in_a, NULL, 0);
	return r;
}

static void however_well_the_selection_is_known(void **state)
{
	static const struct {
		const char *name;
		struct request *(*before)(struct core *, const struct job_spec *);
		const char *nodes;
	} cases[] = {
		{"no job has it", unknown, "n1 n2"},
		{"a job has it, and it was never evaluated", known, "n1 n2"},
		{"it is evaluated", evaluated, "n1 n2"},
		{"nodes were relabelled since", out_of_date, "n3 n2"},
	};
	static const struct res asks = {"cpu", 1000};
	const struct job_spec spec = {.parallelism = 5,
				      .min_parallelism = 1,
				      .active_deadline_s = -1,
				      .requests = {&asks, 1},
				      .node_selector = in_a};
	struct core *c = tables_of(state);
	five_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf said = BUF_INIT(256);
		struct request *r = cases[i].before(c, &spec);
		uint64_t version = r ? r->set->version : 0;
		uint32_t kept = r ? r->set->kept : 0;
		ask(c, &spec, &said);
		CASE_STR(cases[i].name, buf_str(&said), cases[i].nodes);
		CASE(cases[i].name, !r || (r->set->version == version && r->set->kept == kept));
		request_put(c, r);
	}
	assert_null(c->selections.all);
}

/* A name that no node has gets no number by a question. */
static void a_resource_that_no_node_has(void **state)
{
	static const struct res asks[] = {{"cpu", 1000}, {"example.com/gpu", 1000}};
	const struct job_spec spec = {
		.parallelism = 1, .min_parallelism = 1, .requests = {asks, 2}};
	AUTO(buf_done) struct buf said = BUF_INIT(256);
	struct core *c = tables_of(state);
	five_nodes(c);
	struct what_if w = ask(c, &spec, &said);
	assert_false(w.starts || w.kept || w.n || w.fit);
	assert_int_equal(res_find(c, "example.com/gpu"), UINT32_MAX);
}

static void no_nodes_at_all(void **state)
{
	static const struct res asks = {"cpu", 1000};
	const struct job_spec specs[] = {
		{.parallelism = 1, .min_parallelism = 1},
		{.parallelism = 3,
		 .min_parallelism = 1,
		 .active_deadline_s = 10,
		 .requests = {&asks, 1},
		 .node_selector = in_a,
		 .tolerations = &any,
		 .ntolerations = 1},
	};
	AUTO(buf_done) struct buf said = BUF_INIT(256);
	struct core *c = tables_of(state);
	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		struct what_if w = ask(c, &specs[i], &said);
		assert_false(w.starts || w.kept || w.n || w.fit);
	}
}

static void memory_that_was_never_made(void **state)
{
	(void)state;
	assert_null(placing_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(what_is_placed_is_what_was_said),
		T(nodes_that_are_kept_for_a_job_ahead),
		T(however_well_the_selection_is_known),
		T(a_resource_that_no_node_has),
		T(no_nodes_at_all),
		cmocka_unit_test(memory_that_was_never_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
