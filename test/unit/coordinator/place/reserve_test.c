/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations: for whom nodes are kept, which, until when, and who may pass. */
#include "coordinator/core/place/reserve.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

/* A job with a member on the node that ends in so many seconds; -1: nobody knows when. */
static void runs(struct core *c, const char *name, struct node_record *n, int64_t ends_s)
{
	struct job_record *j = tables_job(c, name, 1);
	j->spec.deadline_s = ends_s;
	j->life.start_ms = c->wall_ms;
	j->life.deadline_at_ms = ends_s < 0 ? INT64_MAX : c->now_ms + ends_s * 1000;
	tables_attempt(c, j, 0, n);
}

static struct queue_item *wants(struct core *c, const char *name, uint32_t parallelism)
{
	struct job_record *j = tables_job(c, name, parallelism);
	queue_put(c, j, parallelism);
	request_resolve(c, j->spec.request);
	return queue_find(c, j);
}

/* One member a node: n1 is free in 60 s, n2 in 30 s, n3 in 90 s, n4 nobody knows. */
static void four_full_nodes(struct core *c)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	static const char *const jobs[] = {"j1", "j2", "j3", "j4"};
	static const int64_t ends_s[] = {60, 30, 90, -1};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		runs(c, jobs[i], tables_node(c, names[i], 1000, MEMORY), ends_s[i]);
}

static void the_nodes_that_are_free_first(void **state)
{
	static const struct {
		const char *name;
		uint32_t parallelism;
		bool impossible, holds;
		int64_t in_s;
		const char *nodes;
	} cases[] = {
		{"one", 1, false, true, 30, "n2"},
		{"two", 2, false, true, 60, "n1 n2"},
		{"three", 3, false, true, 90, "n1 n2 n3"},
		{"four: one of them ends nobody knows when", 4, false, false, 0, ""},
		{"more than there are", 5, true, false, 0, ""},
	};
	struct core *c = tables_of(state);
	struct reservation *r = &c->reservation;
	four_full_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct queue_item *it = wants(c, "head", cases[i].parallelism);
		struct job_record *j = it->job;
		CASE(cases[i].name, reserve_consider(c, it));
		CASE(cases[i].name, it->impossible == cases[i].impossible);
		CASE(cases[i].name, (r->head == j) == !cases[i].impossible);
		CASE(cases[i].name, r->holds == cases[i].holds);
		CASE(cases[i].name, !r->holds || r->at_ms == c->now_ms + cases[i].in_s * 1000);
		CASE_STR(cases[i].name, tables_names(c, &r->nodes), cases[i].nodes);
		tables_job_free(c, j);
		CASE(cases[i].name, !r->head);
	}
}

static void only_the_first_job_has_one(void **state)
{
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct queue_item *first = wants(c, "first", 1);
	struct job_record *head = first->job;
	assert_true(reserve_consider(c, first));
	assert_non_null(strstr(tables_logged(c), "nodes reserved job=default/first count=1 "
						 "in_ms=30000 nodes=n2\n"));
	assert_true(reserve_consider(c, wants(c, "second", 1)));
	assert_ptr_equal(c->reservation.head, head);
	assert_string_equal(tables_names(c, &c->reservation.nodes), "n2");
}

/* Neither a node that refused a member lately, nor one that refuses such pods. */
static void nodes_that_refuse_are_not_kept(void **state)
{
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct queue_item *it = wants(c, "head", 1);
	refusals_forbid(c, it->job, c->nodes.at[1]);
	assert_true(reserve_consider(c, it));
	assert_string_equal(tables_names(c, &c->reservation.nodes), "n1");
	reservation_clear(c);
	refusals_add(c, it->job, c->nodes.at[0]);
	assert_true(reserve_consider(c, it));
	assert_string_equal(tables_names(c, &c->reservation.nodes), "n3");
}

static void who_may_pass(void **state)
{
	static const struct {
		const char *name;
		int64_t deadline_s, start_ago_s; /* start_ago_s -1: it has not started */
		bool may;
	} cases[] = {
		{"one that ends before", 30, -1, true},
		{"not one that ends later", 31, -1, false},
		{"not one without an end", -1, -1, false},
		{"one that has run for a while", 50, 20, true},
		{"not one that has just begun", 50, 19, false},
	};
	struct core *c = tables_of(state);
	four_full_nodes(c);
	struct job_record *j = tables_job(c, "other", 1);
	assert_true(reserve_allows(c, j)); /* nothing is kept */
	struct queue_item *it = wants(c, "head", 1);
	assert_true(reserve_consider(c, it)); /* n2, in 30 s */
	assert_true(reserve_allows(c, it->job));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		j->spec.deadline_s = cases[i].deadline_s;
		j->life.start_ms =
			cases[i].start_ago_s < 0 ? 0 : c->wall_ms - cases[i].start_ago_s * 1000;
		CASE(cases[i].name, reserve_allows(c, j) == cases[i].may);
	}
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
	struct queue_item *it = wants(c, "head", 1);
	tables_request(c, it->job, &spec);
	request_resolve(c, it->job->spec.request);
	assert_true(reserve_consider(c, it)); /* 1 CPU is free: two must end */
	assert_int_equal(c->reservation.at_ms, c->now_ms + 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, placing_setup, placing_teardown)
		T(the_nodes_that_are_free_first),        T(only_the_first_job_has_one),
		T(nodes_that_refuse_are_not_kept),       T(who_may_pass),
		T(a_node_is_free_when_enough_has_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
