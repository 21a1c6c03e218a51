/* SPDX-License-Identifier: Apache-2.0 */
/* The queue alone: its order, its blocks, and what a cycle looks at. */
#include "coordinator/core/state/queue.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "test/unit/coordinator/state/tables.h"

enum { MANY = 1500 };

static struct job_record *waiting(struct core *c, const char *name, int32_t priority,
				  int64_t created_ms)
{
	struct job_record *j = tables_job(c, name, 1);
	j->spec.priority = priority;
	j->object.created_ms = created_ms;
	return j;
}

static void priority_then_age_then_name(void **state)
{
	static const struct {
		const char *name, *a, *b;
		int32_t a_priority, b_priority;
		int64_t a_ms, b_ms;
		bool ahead;
	} cases[] = {
		{"the higher priority", "z", "a", 2, 1, 9, 1, true},
		{"not the lower one", "a", "z", -1, 0, 1, 9, false},
		{"of one priority the older", "z", "a", 1, 1, 1, 2, true},
		{"not the younger", "a", "z", 1, 1, 2, 1, false},
		{"of one age the first name", "a", "b", 0, 0, 5, 5, true},
		{"not the second", "b", "a", 0, 0, 5, 5, false},
	};
	struct core *c = tables_of(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *a = waiting(c, cases[i].a, cases[i].a_priority, cases[i].a_ms);
		struct job_record *b = waiting(c, cases[i].b, cases[i].b_priority, cases[i].b_ms);
		CASE(cases[i].name, queue_ahead(a, b) == cases[i].ahead);
		CASE(cases[i].name, queue_ahead(b, a) != cases[i].ahead);
		job_free(c, a);
		job_free(c, b);
	}
}

/* Names, as a cycle that looks at everything comes to them. */
static void assert_walk(struct core *c, const char *expected)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1 << 16);
	struct queue_position at = {0};
	const struct queue_item *it;
	while ((it = queue_walk(c, &at)))
		buf_printf(&b, "%s%s", b.len ? " " : "", it->job->name);
	assert_string_equal(buf_str(&b), expected);
}

/* All that the queue says of itself, and its order. */
static void assert_whole(struct core *c, uint32_t n)
{
	const struct queue *q = &c->queue;
	const struct job_record *before = NULL;
	uint32_t sum = 0;
	for (uint32_t k = 0; k < q->nblocks; k++) {
		const struct queue_block *b = q->block[k];
		assert_in_range(b->n, 1, QBLOCK);
		for (uint32_t i = 0; i < b->n; i++) {
			assert_true(!before || queue_ahead(before, b->v[i].job));
			assert_true(job_queued(b->v[i].job));
			before = b->v[i].job;
		}
		sum += b->n;
	}
	assert_int_equal(sum, n);
	assert_int_equal(q->n, n);
}

static uint32_t blocks_for(uint32_t n)
{
	return (n + QBLOCK - 1) / QBLOCK;
}

static void blocks_are_split_and_given_back(void **state)
{
	struct core *c = tables_of(state);
	static struct job_record *v[MANY];
	struct rng r = {7};
	for (uint32_t i = 0; i < MANY; i++) {
		char name[16] = {'j', (char)('a' + i / 676), (char)('a' + i / 26 % 26),
				 (char)('a' + i % 26)};
		v[i] = waiting(c, name, (int32_t)rng_below(&r, 5), (int64_t)rng_below(&r, 100));
		queue_put(c, v[i], 1);
	}
	assert_whole(c, MANY);
	/* A split leaves two halves, so no block is emptier than that. */
	assert_in_range(c->queue.nblocks, blocks_for(MANY), blocks_for(MANY) * 2);
	for (uint32_t i = 0; i < MANY; i++)
		assert_ptr_equal(queue_find(c, v[i])->job, v[i]);
	for (uint32_t i = 0; i < MANY; i += 2)
		queue_take(c, v[i]);
	assert_whole(c, MANY / 2);
	/* Those that come in order fill the last block, whatever it is. */
	for (uint32_t i = 0; i < MANY; i += 2) {
		v[i]->spec.priority = -1;
		v[i]->object.created_ms = i;
		queue_put(c, v[i], 1);
	}
	assert_whole(c, MANY);
	for (uint32_t i = 0; i < MANY; i++)
		queue_take(c, v[i]);
	assert_int_equal(c->queue.nblocks, 0);
	assert_whole(c, 0);
}

/* The end of a cycle moves the blocks together. */
static void the_end_leaves_full_blocks(void **state)
{
	struct core *c = tables_of(state);
	uint32_t left = 0;
	for (uint32_t i = 0; i < MANY; i++) {
		char name[16] = {'j', (char)('a' + i / 676), (char)('a' + i / 26 % 26),
				 (char)('a' + i % 26)};
		queue_put(c, waiting(c, name, 0, 0), 1);
	}
	queue_begin(c);
	struct queue_position at = {0};
	for (struct queue_item *it; (it = queue_walk(c, &at)); left++) {
		it->done = left % 3 != 0;
		c->queue.ndone += it->done;
	}
	queue_end(c);
	assert_whole(c, MANY / 3);
	assert_int_equal(c->queue.nblocks, blocks_for(MANY / 3));
	assert_int_equal(c->queue.ndone, 0);
}

static void a_new_priority_moves_and_begins_anew(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *a = waiting(c, "a", 0, 1), *b = waiting(c, "b", 0, 2);
	queue_put(c, a, 1);
	queue_put(c, b, 1);
	assert_walk(c, "a b");
	queue_prioritize(c, b, 0);
	assert_false(c->queue.moved);
	queue_prioritize(c, b, 5);
	assert_true(c->queue.moved);
	assert_walk(c, "b a");
	queue_take(c, b);
	c->queue.moved = false;
	queue_prioritize(c, b, 6); /* it does not wait */
	assert_false(c->queue.moved);
	assert_int_equal(b->spec.priority, 6);
}

/* What must have become free for a job to be looked at again. */
static void a_cycle_passes_what_cannot_fit(void **state)
{
	enum { NONE, DUE, LATER, FELL, FULL, ASKED };
	static const struct {
		const char *name;
		int64_t cpu, memory; /* of the item; 0: in any case */
		bool impossible;
		int kept; /* for a job */
		bool looked_at;
	} cases[] = {
		{"one that was never looked at", -1, -1, false, LATER, true},
		{"one that fits what became free", 2000, 1000, false, LATER, true},
		{"one that wants more cpu", 2001, 1000, false, LATER, false},
		{"one that wants more memory", 2000, 1001, false, LATER, false},
		{"while no nodes are kept for a job, every one", 9000, 9000, false, NONE, true},
		{"but those that never fit", 9000, 9000, true, NONE, false},
		{"one for which nodes may be kept, too", 9000, 9000, false, DUE, true},
		{"unless that is later", 9000, 9000, false, LATER, false},
		{"then, if others are behind than before", 9000, 9000, false, FELL, true},
		{"not if nodes are kept for many", 9000, 9000, false, FULL, false},
		{"not if many were asked", 9000, 9000, false, ASKED, false},
	};
	struct core *c = tables_of(state);
	struct job_record *j = waiting(c, "a", 0, 0);
	struct node_record *n = tables_node(c, "n1", 3000, 1000);
	tables_fill(c, n, 1000);
	queue_put(c, j, 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct queue_item *it = queue_find(c, j);
		struct queue_position at = {0};
		it->cpu = cases[i].cpu;
		it->memory = cases[i].memory;
		it->impossible = cases[i].impossible;
		c->reservations.n = cases[i].kept == NONE   ? 0
				    : cases[i].kept == FULL ? RESERVATIONS_MAX
							    : 1;
		c->reservations.fell = cases[i].kept == FELL;
		c->reservations.looks = cases[i].kept == ASKED ? RESERVATION_LOOKS : 0;
		bool later = cases[i].kept == LATER || cases[i].kept == FELL;
		it->hold_ms = c->now_ms + (later ? 1 : 0);
		bitset_zero(&c->queue.grown_whole);
		room_grown(c, n, false);
		queue_begin(c);
		CASE(cases[i].name, (queue_walk(c, &at) != NULL) == cases[i].looked_at);
	}
	c->reservations.n = 0;
}

/* A cycle is due when nodes may be held for a job, and one for all jobs of a second. */
static void when_nodes_may_be_held(void **state)
{
	static const struct {
		const char *name;
		int64_t in_ms[2];
		bool impossible;
		int64_t wake_in_ms; /* -1: never */
	} cases[] = {
		{"now", {0, 0}, false, -1},
		{"in a while", {5000, 0}, false, 5000},
		{"the first of two", {5000, 4000}, false, 4000},
		{"soon", {1, 300}, false, 1000},
		{"for jobs that never fit", {5000, 5000}, true, -1},
	};
	struct core *c = tables_of(state);
	struct job_record *j[2] = {waiting(c, "a", 0, 0), waiting(c, "b", 0, 1)};
	queue_put(c, j[0], 1);
	queue_put(c, j[1], 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t wake_ms =
			cases[i].wake_in_ms < 0 ? INT64_MAX : c->now_ms + cases[i].wake_in_ms;
		c->queue.wake_ms = INT64_MAX;
		for (uint32_t k = 0; k < 2; k++) {
			struct queue_item *it = queue_find(c, j[k]);
			queue_possible(it, !cases[i].impossible);
			queue_hold_from(c, it, c->now_ms + cases[i].in_ms[k]);
		}
		CASE(cases[i].name, c->queue.wake_ms == wake_ms);
		struct queue_position at = {0};
		queue_begin(c);
		while (queue_walk(c, &at))
			;
		CASE(cases[i].name, c->queue.wake_ms == wake_ms);
	}
}

/* Of lower priority than all for which nodes may be held: not looked at alone. */
static void the_lowest_waits_for_a_cycle(void **state)
{
	static const struct {
		const char *name;
		uint32_t n;
		int32_t priority;
		bool alone;
	} cases[] = {
		{"no nodes are held", 0, -1, true},
		{"nodes are held", 1, -1, false},
		{"not the lowest", 1, 0, true},
	};
	struct core *c = tables_of(state);
	assert_int_equal(queue_floor(c), INT32_MIN);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = waiting(c, "a", cases[i].priority, 0);
		c->reservations.n = cases[i].n;
		c->reservations.floor = 0;
		c->queue.cycle_due = false;
		queue_put(c, j, 1);
		CASE(cases[i].name, queue_floor(c) == cases[i].priority);
		CASE(cases[i].name, c->queue.cycle_due == !cases[i].alone);
		CASE(cases[i].name, (queue_next_new(c) == j) == cases[i].alone);
		c->reservations.n = 0;
		tables_job_free(c, j);
	}
}

/* A node that may hold more than ever counts as empty; one that takes nobody does not count. */
static void what_a_cycle_counts_as_free(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 3000, 1000);
	tables_fill(c, n, 1000);
	queue_begin(c);
	room_grown(c, n, false);
	assert_true(c->queue.cycle_due);
	queue_begin(c);
	assert_int_equal(c->queue.free_cpu, 2000);
	assert_false(c->queue.any_grown_whole);
	room_grown(c, n, true);
	queue_begin(c);
	assert_int_equal(c->queue.free_cpu, 3000);
	assert_true(c->queue.any_grown_whole);
	bitset_clear(&c->nodes.usable, n->idx);
	room_grown(c, n, false);
	queue_begin(c);
	assert_int_equal(c->queue.free_cpu, -1);
	assert_false(c->queue.cycle_due);
}

static void a_cycle_goes_on_where_it_stopped(void **state)
{
	struct core *c = tables_of(state);
	struct queue_position at = {0};
	struct job_record *b = NULL;
	for (const char *p = "abcd"; *p; p++) {
		const char name[] = {*p, 0};
		struct job_record *j = waiting(c, name, 0, 0);
		queue_put(c, j, 1);
		b = *p == 'b' ? j : b;
	}
	assert_string_equal(queue_walk(c, &at)->job->name, "a");
	assert_true(queue_pause(c, at));
	queue_take(c, b); /* where it stopped */
	at = queue_resume(c);
	assert_string_equal(queue_walk(c, &at)->job->name, "c");
	assert_string_equal(queue_walk(c, &at)->job->name, "d");
	assert_false(queue_pause(c, at));
	at = queue_resume(c);
	assert_null(queue_walk(c, &at));
}

/* Few new ones are looked at alone; of more than that a cycle is due. */
static void new_jobs_are_remembered_up_to_a_bound(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *last = NULL;
	for (uint32_t i = 0; i <= NEW_JOBS_MAX; i++) {
		char name[8] = {(char)('a' + i / 26), (char)('a' + i % 26)};
		last = waiting(c, name, 0, 0);
		assert_false(c->queue.cycle_due);
		queue_put(c, last, 1);
	}
	assert_int_equal(c->queue.nnew, NEW_JOBS_MAX);
	assert_true(c->queue.cycle_due &&
		    (last->place.stage == QUEUE_NEW || last->place.stage == QUEUE_AGAIN));
	queue_take(c, c->queue.new_jobs[0]);
	assert_int_equal(c->queue.nnew, NEW_JOBS_MAX - 1);
	queue_put(c, last, 1); /* as before: nothing changes */
	assert_int_equal(c->queue.n, NEW_JOBS_MAX);
	queue_put(c, last, 3);
	assert_int_equal(last->place.want, 3);
}

/* They are looked at in the queue's order. Those that a cycle came to before are not new any more.
 */
static void new_jobs_are_looked_at_once(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j[5];
	for (uint32_t i = 0; i < ARRAY_LEN(j); i++) {
		const char name[] = {"dbeca"[i], 0};
		j[i] = waiting(c, name, 0, 0);
		queue_put(c, j[i], 1);
	}
	struct job_record *d = j[0], *b = j[1], *e = j[2], *cc = j[3], *a = j[4];
	queue_looked(d); /* it does not fit */
	queue_block(d);
	queue_looked(e); /* it fits */
	queue_satisfied(c, queue_find(c, e));
	assert_ptr_equal(queue_next_new(c), a);
	queue_looked(a);
	queue_refresh(c, a); /* the look goes on in the next step */
	assert_ptr_equal(queue_next_new(c), a);
	assert_ptr_equal(queue_next_new(c), b);
	assert_ptr_equal(queue_next_new(c), cc);
	assert_null(queue_next_new(c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(priority_then_age_then_name),      T(blocks_are_split_and_given_back),
		T(the_end_leaves_full_blocks),       T(a_new_priority_moves_and_begins_anew),
		T(a_cycle_passes_what_cannot_fit),   T(what_a_cycle_counts_as_free),
		T(a_cycle_goes_on_where_it_stopped), T(new_jobs_are_remembered_up_to_a_bound),
		T(new_jobs_are_looked_at_once),      T(when_nodes_may_be_held),
		T(the_lowest_waits_for_a_cycle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
