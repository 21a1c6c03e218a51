/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations: for whom nodes are held, which, until when, and who may pass. */
#include "coordinator/core/place/reserve.h"

#include <string.h>

#include "coordinator/core/place/ends.h"
#include "coordinator/core/place/passer.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/hold.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/share.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

static const int64_t pass_ms = 600000, hold_ms = 1800000;

static int whole_setup(void **state)
{
	placing_setup(state);
	tables_of(state)->placing->cycle = CYCLE_WHOLE;
	return 0;
}

/* A job with a member on the node that ends in so many seconds; INT64_MAX: nobody knows when. */
static void runs(struct core *c, const char *name, struct node_record *n, int64_t ends_s)
{
	struct job_record *j = tables_job(c, name, 1);
	bool ends = ends_s != INT64_MAX;
	j->spec.deadline_s = ends ? 1000 : -1;
	j->life.start_ms = c->wall_ms;
	j->life.deadline_at_ms = ends ? c->now_ms + ends_s * 1000 : INT64_MAX;
	tables_attempt(c, j, 0, n);
}

static struct queue_item *wants(struct core *c, const char *name, int32_t priority,
				uint32_t parallelism)
{
	struct job_record *j = tables_job(c, name, parallelism);
	j->spec.priority = priority;
	queue_put(c, j, parallelism);
	request_resolve(c, j->spec.request);
	return queue_find(c, j);
}

/* As a cycle does. */
static const struct reservation *considered(struct core *c, struct queue_item *it)
{
	assert_true(reserve_consider(c, it));
	shares_end(c);
	return reservation_of(c, it->job);
}

/* Whether the node is held from the job. */
static bool held(struct core *c, const struct job_record *j, uint32_t node)
{
	AUTO(bitset_done) struct bitset all = {0}, some = {0};
	struct passer p = passer_of(c, j);
	bool any = passer_held(c, &p, &all, &some), is = passer_ahead(c, &p, node, 1);
	assert_true(!any || !is || bitset_has(&all, node));
	assert_true(!any || is || !bitset_has(&all, node) || bitset_has(&some, node));
	assert_true(any || !is);
	return is;
}

static void begin(struct core *c)
{
	queue_begin(c);
	reservations_begin(c, queue_floor(c));
}

/* When the node has room for one more. */
static int64_t room_at(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	struct candidate at[1];
	assert_int_equal(ends_rooms(c, n, needs, 1, at), 1);
	assert_int_equal(at[0].members, 1);
	return at[0].score;
}

/* One member a node: n1 is free in 60 s, n2 in 30 s, n3 in 90 s, n4 nobody knows. */
static void four_full_nodes(struct core *c)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	static const char *const jobs[] = {"j1", "j2", "j3", "j4"};
	static const int64_t ends_s[] = {60, 30, 90, INT64_MAX};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		runs(c, jobs[i], tables_node(c, names[i], 1000, MEMORY), ends_s[i]);
}

static void the_nodes_that_are_free_first(void **state)
{
	static const struct {
		const char *name;
		uint32_t parallelism;
		bool impossible;
		int64_t in_s; /* -1: not known */
		const char *nodes;
	} cases[] = {
		{"one", 1, false, 30, "n2"},
		{"two", 2, false, 60, "n1 n2"},
		{"three", 3, false, 90, "n1 n2 n3"},
		{"four: one of them ends nobody knows when", 4, false, -1, "n1 n2 n3 n4"},
		{"more than there are", 5, true, 0, NULL},
	};
	struct core *c = tables_of(state);
	four_full_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct queue_item *it = wants(c, "head", 0, cases[i].parallelism);
		struct job_record *j = it->job;
		begin(c);
		const struct reservation *r = considered(c, it);
		CASE(cases[i].name, it->impossible == cases[i].impossible);
		CASE(cases[i].name, !r == cases[i].impossible);
		CASE(cases[i].name,
		     !r || cases[i].in_s < 0 ||
			     (r->at_ms == c->now_ms + cases[i].in_s * 1000 && r->equal));
		CASE(cases[i].name, !r || (r->at_ms == INT64_MAX) == (cases[i].in_s < 0));
		if (r)
			CASE_STR(cases[i].name, tables_names(c, &r->nodes), cases[i].nodes);
		tables_job_free(c, j);
		CASE(cases[i].name, !c->reservations.n);
	}
}

static void the_log_says_so(void **state)
{
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct queue_item *it = wants(c, "first", 0, 1);
	begin(c);
	considered(c, it);
	assert_non_null(strstr(tables_logged(c), "nodes reserved job=default/first count=1 "
						 "in_ms=30000 equal=1 own=0 counted=0 nodes=n2\n"));
	c->log = NULL;
	begin(c);
	assert_non_null(considered(c, it));
}

/* Neither a node that refused a member lately, nor one that refuses such pods. */
static void nodes_that_refuse_are_not_held(void **state)
{
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct queue_item *it = wants(c, "head", 0, 1);
	refusals_forbid(c, it->job, c->nodes.at[1]);
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, it)->nodes), "n1");
	refusals_add(c, it->job, c->nodes.at[0]);
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, it)->nodes), "n3");
}

/* What counts as an end. */
static void ends(void **state)
{
	static const struct {
		const char *name;
		int64_t ends_s, grace_s, free_s; /* free_s -1: not known */
	} cases[] = {
		{"a deadline", 60, 0, 60},
		{"and the time that its pods may take to stop", 60, 30, 90},
		{"within a day", 86400, 0, 86400},
		{"not beyond", 86400, 1, -1},
		{"not in 68 years", 2147483647, 30, -1},
		{"none", INT64_MAX, 30, -1},
		{"over, but not long ago", -89, 30, 0},
		{"over for long", -90, 30, -1},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 1000, MEMORY);
	struct queue_item *it = wants(c, "head", 0, 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		runs(c, "run", n, cases[i].ends_s);
		struct job_record *run = job_find(c, "default", "run");
		run->spec.grace_s = cases[i].grace_s;
		int64_t at = room_at(c, n, &it->job->spec.request->needs);
		int64_t want = cases[i].free_s < 0    ? AT_UNKNOWN
			       : cases[i].free_s == 0 ? c->now_ms + 1
						      : c->now_ms + cases[i].free_s * 1000;
		CASE(cases[i].name, at == want);
		run->object.known = false; /* only pods of it were seen */
		CASE(cases[i].name, room_at(c, n, &it->job->spec.request->needs) == AT_UNKNOWN);
		run->object.known = true;
		tables_job_free(c, run);
	}
	assert_int_equal(room_at(c, n, &it->job->spec.request->needs), c->now_ms);
}

static void who_may_pass(void **state)
{
	static const struct {
		const char *name;
		int32_t priority;
		int64_t deadline_s, grace_s, start_ago_s; /* start_ago_s -1: it has not started */
		bool may;
	} cases[] = {
		{"one that ends before", 0, 30, 0, -1, true},
		{"not one that ends later", 0, 31, 0, -1, false},
		{"not one whose pods may take longer to stop", 0, 30, 1, -1, false},
		{"not one without an end", 0, -1, 0, -1, false},
		{"one that has run for a while", 0, 50, 0, 20, true},
		{"not one that has just begun", 0, 50, 0, 19, false},
		{"one of higher priority", 1, -1, 0, -1, true},
	};
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct job_record *j = tables_job(c, "other", 1);
	assert_false(held(c, j, 1)); /* nothing is held */
	struct queue_item *it = wants(c, "head", 0, 1);
	begin(c);
	considered(c, it); /* n2, in 30 s */
	assert_false(held(c, it->job, 1));
	assert_true(reserve_holds(c, 1) && !reserve_holds(c, 0));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		j->spec.priority = cases[i].priority;
		j->spec.deadline_s = cases[i].deadline_s;
		j->spec.grace_s = cases[i].grace_s;
		j->life.start_ms =
			cases[i].start_ago_s < 0 ? 0 : c->wall_ms - cases[i].start_ago_s * 1000;
		CASE(cases[i].name, held(c, j, 1) != cases[i].may);
		CASE(cases[i].name, !held(c, j, 0));
	}
	j->spec.priority = 0;
	j->object.created_ms--; /* older: it is ahead */
	assert_false(held(c, j, 1));
}

/* Members that end on one node count together, and only what they free. */
static void a_node_is_free_when_enough_has_ended(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	const struct res asks = {"cpu", 2500};
	const struct job_spec spec = {.requests = {&asks, 1}};
	runs(c, "j1", n, 10);
	runs(c, "j2", n, 40);
	runs(c, "j3", n, 20);
	struct queue_item *it = wants(c, "head", 0, 1);
	tables_request(c, it->job, &spec);
	request_resolve(c, it->job->spec.request);
	begin(c);
	/* 1 CPU is free: two must end */
	assert_int_equal(considered(c, it)->at_ms, c->now_ms + 20000);
}

/* Nodes that other pods fill come last: those may end, too, but are not Muster's to wait for. */
static void other_pods(void **state)
{
	static const struct res most = {"cpu", 900};
	static const struct reslist foreign = {&most, 1};
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct node_record *n = tables_node(c, "n0", 1000, MEMORY);
	res_foreign_set(c, n, &foreign, 1);
	assert_true(res_caps(c, n));
	struct queue_item *it = wants(c, "head", 0, 4);
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, it)->nodes), "n1 n2 n3 n4");
	begin(c);
	struct queue_item *all = wants(c, "all", 0, 5);
	assert_string_equal(tables_names(c, &considered(c, all)->nodes), "n1 n2 n3 n4 n0");
}

/* Of jobs of the same priority the oldest, but after a while; from lower ones at once. */
static void whom_a_hold_without_an_end_binds(void **state)
{
	static const struct {
		const char *name;
		int32_t lowest;
		int64_t waited_ms;
		bool equal, counts;
	} cases[] = {
		{"nobody: a young one, with none behind", 0, 0, false, false},
		{"still", 0, 599999, false, false},
		{"its own priority, after the limit", 0, 600000, true, true},
		{"lower ones, at once", -1, 0, false, true},
		{"all, after the limit", -1, 600000, true, true},
	};
	struct core *c = tables_of(state);
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *head = wants(c, "head", 0, 1)->job;
		struct job_record *same = wants(c, "same", 0, 1)->job;
		struct job_record *low = tables_job(c, "low", 1);
		low->spec.priority = -1;
		c->now_ms += cases[i].waited_ms;
		reservations_begin(c, cases[i].lowest);
		const struct reservation *r = considered(c, queue_find(c, head));
		CASE(cases[i].name, r->equal == cases[i].equal);
		CASE(cases[i].name, !head->place.held_ms == !cases[i].counts);
		CASE(cases[i].name,
		     r->until_ms == (cases[i].counts ? c->now_ms + hold_ms : INT64_MAX));
		CASE(cases[i].name, held(c, same, 0) == cases[i].equal);
		CASE(cases[i].name, held(c, low, 0));
		CASE(cases[i].name, reserve_holds(c, 0) == cases[i].counts);
		int64_t wake_ms = cases[i].equal ? r->until_ms : head->place.since_ms + pass_ms;
		CASE(cases[i].name, c->reservations.wake_ms == wake_ms);
		tables_job_free(c, head);
		tables_job_free(c, same);
		tables_job_free(c, low);
		reservations_begin(c, 0); /* as a cycle does then: nobody holds nodes */
		shares_end(c);
	}
}

/* Each time they are held in vain the pause is longer. */
static void a_hold_without_an_end_ends(void **state)
{
	static const int64_t pauses_min[] = {30, 60, 120, 240, 480, 960, 1440, 1440, 1440};
	struct core *c = tables_of(state);
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	struct job_record *head = wants(c, "head", 1, 1)->job;
	wants(c, "low", 0, 1);
	for (size_t i = 0; i < ARRAY_LEN(pauses_min); i++) {
		begin(c);
		assert_non_null(considered(c, queue_find(c, head)));
		assert_int_equal(reserve_deadline(c),
				 i ? c->now_ms + hold_ms : c->now_ms + pass_ms);
		c->now_ms += hold_ms - 1;
		begin(c);
		assert_non_null(considered(c, queue_find(c, head)));
		tables_logged(c);
		c->now_ms++;
		begin(c);
		assert_null(considered(c, queue_find(c, head)));
		assert_string_equal(tables_logged(c), "nodes held in vain job=default/head\n"
						      "nodes released job=default/head\n");
		assert_int_equal(head->place.pause_ms, c->now_ms + pauses_min[i] * 60000);
		assert_int_equal(reserve_deadline(c), head->place.pause_ms);
		assert_false(reserve_due(c));
		c->now_ms = head->place.pause_ms - 1;
		begin(c);
		assert_null(considered(c, queue_find(c, head)));
		assert_false(reserve_due(c));
		c->now_ms += 1000; /* many such times share one cycle */
		assert_true(reserve_due(c));
	}
}

/* With no time to hold, none are held at all, and nothing is due for that. */
static void no_time_to_hold(void **state)
{
	struct core *c = tables_of(state);
	c->cfg.max_hold_ms = c->cfg.pass_limit_ms = 0;
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	struct queue_item *head = wants(c, "head", 0, 1);
	begin(c);
	assert_null(considered(c, head));
	assert_int_equal(head->job->place.held_ms, 0);
	assert_int_equal(reserve_deadline(c), INT64_MAX);
}

/* Nodes are held for more than one job, where others may be behind them. */
static void for_whom_beside_the_first(void **state)
{
	static const struct res gpu = {"example.com/gpu", 1000};
	static const struct job_spec on_gpus = {.requests = {&gpu, 1}};
	static const struct {
		const char *name;
		int32_t priority, lowest;
		int64_t waited_ms;
		bool elsewhere; /* it could not use the nodes of the first */
		bool has_one, equal;
	} cases[] = {
		{"not a young one of the lowest priority", 0, 0, 0, true, false, false},
		{"nor an old one that needs the same nodes", 0, 0, 600000, false, false, false},
		{"an old one that needs others", 0, 0, 600000, true, true, true},
		{"one with others behind", 0, -1, 0, false, true, false},
		{"an old one too, but not from its own priority", 0, -1, 600000, false, true,
		 false},
	};
	struct core *c = tables_of(state);
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	runs(c, "run2", tables_node(c, "n2", 1000, MEMORY), INT64_MAX);
	struct node_record *g = tables_node(c, "g1", 1000, MEMORY);
	const struct res has[] = {{"pods", 110000}, gpu};
	res_row_set(c, g, ROW_ALLOC, &(struct reslist){has, ARRAY_LEN(has)});
	res_caps(c, g);
	struct job_record *on_g = tables_job(c, "on-g", 1);
	on_g->spec.deadline_s = -1;
	tables_request(c, on_g, &on_gpus);
	tables_attempt(c, on_g, 0, g);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *first = wants(c, "first", 1, 2)->job;
		struct job_record *second = wants(c, "second", cases[i].priority, 1)->job;
		struct job_record *last = wants(c, "last", cases[i].lowest, 1)->job;
		if (cases[i].elsewhere)
			tables_request(c, second, &on_gpus);
		request_resolve(c, second->spec.request);
		c->now_ms += cases[i].waited_ms;
		begin(c);
		assert_string_equal(tables_names(c, &considered(c, queue_find(c, first))->nodes),
				    "n1 n2");
		const struct reservation *r = considered(c, queue_find(c, second));
		CASE(cases[i].name, !r != cases[i].has_one);
		CASE(cases[i].name, !r || r->equal == cases[i].equal);
		CASE_STR(cases[i].name, r ? tables_names(c, &r->nodes) : "",
			 !r                   ? ""
			 : cases[i].elsewhere ? "g1"
					      : "n1");
		tables_job_free(c, first);
		tables_job_free(c, second);
		tables_job_free(c, last);
	}
}

/* What is left over beside what the job ahead needs is for anybody. n1 has 4 CPUs and a GPU. */
static void what_is_left_over(void **state)
{
	static const struct {
		const char *name;
		struct res ahead[2], asks[2];
		int64_t used; /* CPU */
		bool held;
	} cases[] = {
		{"enough for both", {{"cpu", 2000}}, {{"cpu", 2000}}, 0, false},
		{"not enough for both", {{"cpu", 2000}}, {{"cpu", 2001}}, 0, true},
		{"nor with what is used", {{"cpu", 2000}}, {{"cpu", 2000}}, 1, true},
		{"nothing of what the job ahead needs",
		 {{"example.com/gpu", 1000}},
		 {{"cpu", 4000}},
		 0,
		 false},
		{"even where that lacks", {{"example.com/gpu", 2000}}, {{"cpu", 4000}}, 0, false},
		{"one of two",
		 {{"cpu", 1000}, {"example.com/gpu", 1000}},
		 {{"cpu", 1000}, {"example.com/gpu", 1000}},
		 0,
		 true},
		{"none of one of two",
		 {{"cpu", 1000}, {"example.com/gpu", 1000}},
		 {{"cpu", 1000}, {"example.com/gpu", 0}},
		 0,
		 false},
		{"more than can be", {{"cpu", 2000}}, {{"cpu", INT64_MAX}}, 0, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		placing_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		const struct res has[] = {
			{"cpu", 4000}, {"pods", 110000}, {"example.com/gpu", 1000}};
		res_row_set(c, n, ROW_ALLOC, &(struct reslist){has, ARRAY_LEN(has)});
		res_caps(c, n);
		tables_fill(c, n, cases[i].used);
		struct job_record *first = tables_job(c, "first", 1), *j = tables_job(c, "j", 1);
		const struct job_spec a = {
			.requests = {cases[i].ahead, cases[i].ahead[1].name ? 2 : 1}};
		const struct job_spec b = {
			.requests = {cases[i].asks, cases[i].asks[1].name ? 2 : 1}};
		tables_request(c, first, &a);
		tables_request(c, j, &b);
		first->spec.priority = 1;
		bitset_set(&reservation_add(c, first)->nodes, n->idx);
		CASE(cases[i].name, held(c, j, n->idx) == cases[i].held);
		placing_teardown(&world);
	}
	(void)state;
}

static struct queue_item *wants_in(struct core *c, const char *ns, const char *name)
{
	struct job_record *j = tables_job_in(c, ns, name, 1);
	queue_put(c, j, 1);
	request_resolve(c, j->spec.request);
	c->now_ms++;
	return queue_find(c, j);
}

/* One job of a namespace holds nodes from others; what more of them hold, only its own leave alone.
 */
static void one_of_a_namespace(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run1", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	runs(c, "run2", tables_node(c, "n2", 1000, MEMORY), INT64_MAX);
	struct job_record *a1 = wants_in(c, "a", "a1")->job, *a2 = wants_in(c, "a", "a2")->job;
	struct job_record *own = wants_in(c, "a", "own")->job, *b = wants_in(c, "b", "b1")->job;
	a1->spec.priority = 2;
	a2->spec.priority = 1;
	for (uint32_t holds = 0; holds <= 2; holds++) {
		bool all = holds != 1;
		c->cfg.namespace_holds = holds;
		begin(c);
		reservations_begin(c, -1); /* jobs of lower priority are behind */
		assert_false(considered(c, queue_find(c, a1))->own);
		const struct reservation *r = considered(c, queue_find(c, a2));
		assert_string_equal(tables_names(c, &r->nodes), "n2");
		assert_int_equal(r->own, !all);
		assert_true(held(c, own, 0) && held(c, own, 1) && held(c, b, 0));
		assert_int_equal(held(c, b, 1), all);
	}
}

/* Many jobs of a namespace that ask leave places to those of others. */
static void others_have_places(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run1", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	struct job_record *a = wants_in(c, "a", "a1")->job, *b = wants_in(c, "b", "b1")->job;
	reservations_begin(c, -1);
	for (uint32_t i = 0; i < RESERVATIONS_OF_ONE; i++) {
		assert_true(share_left(c, "a"));
		reservation_add(c, a)->own = i > 0;
	}
	assert_false(share_left(c, "a"));
	assert_true(share_left(c, "b"));
	assert_non_null(considered(c, queue_find(c, b)));
	reservations_begin(c, -1);
	for (uint32_t i = 0; i < LOOKS_OF_ONE; i++) {
		assert_true(share_left(c, "a"));
		share_looked(c, "a");
	}
	assert_false(share_left(c, "a"));
	assert_true(share_left(c, "b"));
	assert_true(share_left(c, "c"));
}

/* A hold goes on with the next job of the namespace: it has one time for all of them. */
static void a_chain_of_holds_ends(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run1", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	const char *const names[] = {"a1", "a2", "a3", "a4"};
	struct job_record *b = wants_in(c, "b", "b1")->job;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct queue_item *a = wants_in(c, "a", names[i]);
		a->job->place.since_ms = b->place.since_ms = c->now_ms - pass_ms;
		reservations_begin(c, 0);
		const struct reservation *r = considered(c, a);
		assert_int_equal(r->own, i == 3);
		/* As soon as it has no more time, nodes are held for others. */
		assert_int_equal(!considered(c, queue_find(c, b)), i != 3);
		assert_int_equal(share_pause(c, "a"), i == 3 ? c->now_ms - 1 + hold_ms : 0);
		c->now_ms += hold_ms / 3 + 1; /* wants_in takes 1 ms */
		reservations_begin(c, 0);
		shares_end(c);
		tables_job_free(c, a->job);
	}
	c->now_ms += hold_ms * 2 / 3 - 3;
	assert_int_not_equal(share_pause(c, "a"), 0);
	c->now_ms++;
	assert_int_equal(share_pause(c, "a"), 0);
}

/* The time ends while a cycle is under way: who is looked at after that holds nodes from its
 * namespace only, at once and not with the next cycle. */
static void the_time_ends_in_a_cycle(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run1", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	struct queue_item *a1 = wants_in(c, "a", "a1"), *a2 = wants_in(c, "a", "a2");
	a1->job->place.since_ms = a2->job->place.since_ms = c->now_ms - pass_ms;
	reservations_begin(c, 0);
	assert_false(considered(c, a1)->own);
	reservations_begin(c, 0);
	c->now_ms += hold_ms - 2;
	reservations_begin(c, 0);
	assert_int_equal(share_pause(c, "a"), 0);
	c->now_ms += 2;
	const struct reservation *r = considered(c, a2);
	assert_true(r && r->own);
	assert_int_equal(share_pause(c, "a"), c->now_ms + hold_ms);
}

/* Bounded: how many hold nodes, and how many are asked. */
static void bounds(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	struct queue_item *a = wants(c, "a", 1, 1);
	struct job_record *job = a->job;
	wants(c, "low", 0, 1);
	begin(c);
	while (c->reservations.n < RESERVATIONS_MAX)
		reservation_add(c, tables_job(c, "x", 1))->job = job;
	c->reservations.v[RESERVATIONS_MAX - 1].job = job_find(c, "default", "run");
	struct queue_item *b = wants(c, "b", 0, 1);
	uint32_t n = c->reservations.n;
	assert_true(reserve_consider(c, b));
	assert_int_equal(c->reservations.n, n);
	begin(c);
	considered(c, queue_find(c, job));
	struct job_record *old = wants(c, "old", 1, 1)->job;
	c->reservations.looks = RESERVATION_LOOKS;
	assert_null(considered(c, queue_find(c, old)));
	c->reservations.looks = 0;
	assert_non_null(considered(c, queue_find(c, old)));
	assert_int_equal(c->reservations.looks, 1);
}

/* A new job, looked at alone, gets none if it is the first, or ahead of others: a cycle does. */
static void new_jobs(void **state)
{
	struct core *c = tables_of(state);
	runs(c, "run", tables_node(c, "n1", 1000, MEMORY), 60);
	struct job_record *a = wants(c, "a", 1, 1)->job;
	c->placing->cycle = CYCLE_NEW;
	c->queue.cycle_due = false;
	assert_null(considered(c, queue_find(c, a)));
	assert_true(c->queue.cycle_due);
	c->placing->cycle = CYCLE_WHOLE;
	begin(c);
	assert_non_null(considered(c, queue_find(c, a)));
	c->placing->cycle = CYCLE_NEW;
	c->queue.cycle_due = false;
	struct job_record *b = wants(c, "b", 2, 1)->job;
	assert_null(considered(c, queue_find(c, b)));
	assert_true(c->queue.cycle_due);
	c->queue.cycle_due = false;
	struct job_record *d = wants(c, "d", 1, 1)->job;
	considered(c, queue_find(c, d));
	assert_false(c->queue.cycle_due);
	/* The lowest priority is another than when the cycle began. */
	assert_false(reserve_due(c));
	wants(c, "e", -1, 1);
	assert_true(reserve_due(c));
}

/* Nodes are asked over several steps, and one of them goes meanwhile: it is not held. */
static void one_goes_while_others_are_asked(struct core *c, bool enough)
{
	struct node_record *n1 = tables_node(c, "n1", 1000, MEMORY);
	struct job_record *run = tables_job(c, "run", 1);
	runs(c, "run2", tables_node(c, "n2", 1000, MEMORY), INT64_MAX);
	if (enough)
		runs(c, "run3", tables_node(c, "n3", 1000, MEMORY), INT64_MAX);
	tables_attempt(c, run, 0, n1);
	struct queue_item *it = wants(c, "gang", 0, 2);
	wants(c, "low", -1, 1);
	begin(c);
	c->cfg.step_jobs = 1;
	c->placing->work = work_most(c); /* one node is asked all the same */
	assert_false(reserve_consider(c, it));
	tables_job_free(c, run);
	node_free(c, n1);
	c->placing->work = c->cfg.step_jobs = 0;
	(void)tables_logged(c);
	const struct reservation *r = considered(c, it);
	assert_int_equal(r != NULL, enough);
	assert_int_equal(strstr(tables_logged(c), "nodes=n2,n3") != NULL, enough);
}

static void a_node_that_goes_while_others_are_asked(void **state)
{
	one_goes_while_others_are_asked(tables_of(state), true);
}

static void too_few_nodes_after_one_has_gone(void **state)
{
	one_goes_while_others_are_asked(tables_of(state), false);
}

static void end_of(struct core *c, const char *name)
{
	tables_job_free(c, job_find(c, "default", name));
}

/* A node comes free after others were chosen, while the cycle goes on: jobs behind leave it alone
 * until the next cycle chooses again. */
static void what_comes_free_in_a_cycle(void **state)
{
	struct core *c = tables_of(state);
	uint32_t n2, n3;
	runs(c, "run1", tables_node(c, "n1", 1000, MEMORY), INT64_MAX);
	runs(c, "run2", tables_node(c, "n2", 1000, MEMORY), INT64_MAX);
	runs(c, "run3", tables_node(c, "n3", 1000, MEMORY), INT64_MAX);
	n2 = node_find(c, "n2")->idx;
	n3 = node_find(c, "n3")->idx;
	const struct job_record *gang = wants(c, "gang", 0, 2)->job;
	const struct job_record *low = wants(c, "low", -1, 1)->job;
	const struct job_record *high = wants(c, "high", 1, 1)->job;
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, queue_find(c, gang))->nodes), "n1 n2");
	assert_false(held(c, low, n3));
	end_of(c, "run3");
	assert_true(held(c, low, n3));
	assert_false(held(c, high, n3));
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, queue_find(c, gang))->nodes), "n1 n3");
	assert_false(held(c, low, n2));
}

/* The last node that the gang needs comes free while one after the other is asked: the next cycle
 * gives them to it, jobs behind do not take them before. */
static void the_last_comes_free_while_others_are_asked(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 1000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 1000, MEMORY);
	runs(c, "run2", n2, INT64_MAX);
	const struct job_record *gang = wants(c, "gang", 0, 2)->job;
	const struct job_record *low = wants(c, "low", -1, 1)->job;
	begin(c);
	c->cfg.step_jobs = 1;
	c->placing->work = work_most(c); /* one node is asked all the same */
	assert_false(reserve_consider(c, queue_find(c, gang)));
	end_of(c, "run2");
	c->placing->work = c->cfg.step_jobs = 0;
	assert_non_null(considered(c, queue_find(c, gang)));
	assert_true(held(c, low, n1->idx));
	assert_true(held(c, low, n2->idx));
	begin(c);
	assert_null(considered(c, queue_find(c, gang)));
	assert_false(held(c, low, n2->idx));
}

/* A gang of which an index has a pause waits for that, not for nodes. */
static void nodes_that_are_there(void **state)
{
	struct core *c = tables_of(state);
	tables_node(c, "n1", 1000, MEMORY);
	tables_node(c, "n2", 1000, MEMORY);
	struct queue_item *it = wants(c, "gang", 0, 2);
	begin(c);
	assert_null(considered(c, it));
	assert_false(it->impossible);
}

/* A node with a member of the job is of no use to it. */
static void members_of_its_own(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 1000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 1000, MEMORY);
	struct job_record *j = wants(c, "a", 0, 3)->job;
	j->spec.min_parallelism = 1;
	j->life.start_ms = c->wall_ms;
	tables_attempt(c, j, 0, n1);
	runs(c, "run", n2, 60);
	begin(c);
	assert_string_equal(tables_names(c, &considered(c, queue_find(c, j))->nodes), "n2");
	tables_attempt(c, j, 1, n2);
	begin(c);
	assert_null(considered(c, queue_find(c, j)));
	assert_false(queue_find(c, j)->impossible); /* one of them may end */
}

/* A job behind with these ports; there is room for both. */
static struct job_record *behind(struct core *c, const char *name, const struct host_ports *ports)
{
	const struct res cpu = {"cpu", 1};
	const struct job_spec spec = {.ports = *ports, .requests = {&cpu, 1}};
	struct job_record *j = wants(c, name, 0, 1)->job;
	tables_request(c, j, &spec);
	request_resolve(c, j->spec.request);
	return j;
}

/* A host port is free when the member that has it ends; one of others' pods nobody knows when. */
static void a_host_port_is_free_when_its_member_has_ended(void **state)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	static const int64_t ends_s[] = {60, 30, 90, INT64_MAX};
	struct core *c = tables_of(state);
	uint64_t port = 80, other = 81;
	const struct host_ports p = {&port, 1};
	const struct res cpu = {"cpu", 1000};
	const struct job_spec spec = {.ports = {&port, 1}, .requests = {&cpu, 1}};
	const struct host_ports free = {&other, 1};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct node_record *n = tables_node(c, names[i], 4000, MEMORY);
		runs(c, names[i], n, ends_s[i]);
		struct attempt *a = n->attempts;
		const struct host_ports has = i == 3 ? free : p;
		a->ports = host_ports_copy(&has);
		ports_members_changed(c, n, &has);
	}
	struct queue_item *it = wants(c, "head", 0, 2);
	tables_request(c, it->job, &spec);
	request_resolve(c, it->job->spec.request);
	ports_foreign_set(c, c->nodes.at[1], &p);
	tables_fill(c, c->nodes.at[3], 4000); /* free of the port, and full */
	begin(c);
	const struct reservation *r = considered(c, it);
	assert_int_equal(r->at_ms, c->now_ms + 90000);
	assert_string_equal(tables_names(c, &r->nodes), "n1 n3");
	/* Of a port nothing is left over: who has it delays the job, however little else it takes.
	 */
	assert_true(held(c, behind(c, "same", &p), 0));
	assert_false(held(c, behind(c, "another", &free), 0));
	assert_false(held(c, behind(c, "none", &(struct host_ports){0}), 0));
	tables_job_free(c, it->job);
	/* Nobody knows when a port of others' pods is free, nor one of a job without a deadline. */
	it = wants(c, "many", 0, 3);
	tables_request(c, it->job, &spec);
	begin(c);
	r = considered(c, it);
	assert_true(!r || r->at_ms == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, whole_setup, placing_teardown)
		T(the_nodes_that_are_free_first),
		T(the_log_says_so),
		T(nodes_that_refuse_are_not_held),
		T(ends),
		T(who_may_pass),
		T(a_node_is_free_when_enough_has_ended),
		T(other_pods),
		T(whom_a_hold_without_an_end_binds),
		T(a_hold_without_an_end_ends),
		T(no_time_to_hold),
		T(for_whom_beside_the_first),
		cmocka_unit_test(what_is_left_over),
		T(one_of_a_namespace),
		T(others_have_places),
		T(a_chain_of_holds_ends),
		T(the_time_ends_in_a_cycle),
		T(bounds),
		T(new_jobs),
		T(a_node_that_goes_while_others_are_asked),
		T(too_few_nodes_after_one_has_gone),
		T(what_comes_free_in_a_cycle),
		T(the_last_comes_free_while_others_are_asked),
		T(nodes_that_are_there),
		T(members_of_its_own),
		T(a_host_port_is_free_when_its_member_has_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
