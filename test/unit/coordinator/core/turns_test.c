/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is, in a queue long enough to stand in many blocks and changed in all ways; and a
 * cycle that is stopped in the middle while what it stands at goes away. */
#include "test/unit/coordinator/core/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { JOBS = 400, DEEDS = 3000 };

struct one {
	char name[16];
	int64_t created_ms, generation;
	int32_t priority;
	enum { WAITS, RUNS, OVER } at;
};

struct line {
	struct world *w;
	struct rng rng;
	struct one jobs[JOBS + DEEDS];
	uint32_t n;
};

static void tell(struct line *l, struct one *o)
{
	struct res cpu = {"cpu", 3000};
	struct job job = {.meta = {.ns = "default",
				   .name = o->name,
				   .uid = o->name,
				   .rv = "1",
				   .generation = ++o->generation,
				   .created_ms = o->created_ms},
			  .spec = {.parallelism = 1,
				   .min_parallelism = 1,
				   .backoff_limit = 6,
				   .active_deadline_s = -1,
				   .ttl_s = -1,
				   .max_unavailable = 1,
				   .priority = o->priority,
				   .requests = {&cpu, 1},
				   .template_hash = "00000000000000aa"}};
	struct core_event ev = {.type = CEV_JOB, .job = &job};
	w_step(l->w, &ev);
}

static struct one *comes(struct line *l)
{
	struct one *o = &l->jobs[l->n++];
	w_text(o->name, sizeof o->name, "j%u", l->n);
	o->created_ms = 1000 * (int64_t)rng_below(&l->rng, 500);
	o->priority = (int32_t)rng_below(&l->rng, 3);
	tell(l, o);
	return o;
}

static struct one *anyone(struct line *l)
{
	struct one *o = &l->jobs[rng_below(&l->rng, l->n)];
	return o->at == WAITS ? o : NULL;
}

static void goes(struct line *l, struct one *o)
{
	struct meta meta = {.ns = "default", .name = o->name, .uid = o->name};
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = &meta};
	o->at = OVER;
	w_step(l->w, &ev);
}

static struct one *first(struct line *l)
{
	struct one *best = NULL;
	for (struct one *o = l->jobs; o < l->jobs + l->n; o++) {
		if (o->at != WAITS)
			continue;
		if (!best || o->priority > best->priority ||
		    (o->priority == best->priority &&
		     (o->created_ms < best->created_ms ||
		      (o->created_ms == best->created_ms && strcmp(o->name, best->name) < 0))))
			best = o;
	}
	return best;
}

/* The one that runs ends; the first of those that wait has its place. */
static void next(struct line *l)
{
	const struct order *v;
	uint32_t n;
	uint64_t rev;
	struct one *best = first(l);
	core_orders(l->w->core, "n1", &v, &n, &rev);
	assert_int_equal(n, 1);
	struct member m = {.ns = "default",
			   .job_name = v->job_name,
			   .job_uid = v->job_uid,
			   .pod = v->pod,
			   .pod_uid = v->pod,
			   .node = "n1",
			   .attempt = v->attempt,
			   .template_hash = v->template_hash,
			   .phase = MEMBER_SUCCEEDED};
	w_report(l->w, &m);
	core_orders(l->w->core, "n1", &v, &n, &rev);
	assert_int_equal(n, best != NULL);
	if (!best)
		return;
	assert_string_equal(v->job_name, best->name);
	best->at = RUNS;
}

static void deed(struct line *l)
{
	struct one *o = anyone(l);
	switch (rng_below(&l->rng, 5)) {
	case 0: comes(l); break;
	case 1:
		if (o)
			goes(l, o);
		break;
	case 2:
		if (o) {
			o->priority = (int32_t)rng_below(&l->rng, 3);
			tell(l, o);
		}
		break;
	default: next(l); break;
	}
}

static void a_long_queue_keeps_its_order(void **state)
{
	struct line *l = mem_zalloc(1, sizeof *l);
	l->w = w_of(state);
	l->rng.s = 7;
	w_nodes(l->w, 1);
	comes(l)->at = RUNS;
	while (l->n < JOBS)
		comes(l);
	for (uint32_t i = 0; i < DEEDS && first(l); i++)
		deed(l);
	while (first(l))
		next(l);
	next(l);
	free(l);
}

/* ---- a cycle that is stopped ---- */

static void tick(struct world *w)
{
	struct core_event ev = {.type = CEV_TICK};
	w_step(w, &ev);
}

/* One job is looked at in a turn. Nodes of 4 CPU; what waits asks for 3. */
static void slow_world(struct world *w, uint32_t nodes)
{
	w->cfg.step_jobs = 1;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, nodes);
	w_wait(w, 100);
}

static struct wjob *asking(struct world *w, const char *name, int64_t milli)
{
	struct wjob *j = w_new_job(w, name, 1);
	j->requests[0] = (struct res){"cpu", milli};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	return j;
}

/* a, b and c wait; the cycle has looked at a alone when those from b on are deleted. */
static void the_next_one_goes_away(void **state)
{
	struct world *w = w_of(state);
	slow_world(w, 1);
	struct wjob *run = asking(w, "run", 3000), *v[3];
	static const char *const names[] = {"a", "b", "c"};
	w_job(w, run);
	for (uint32_t i = 0; i < 3; i++) {
		v[i] = asking(w, names[i], 4000);
		v[i]->job.meta.created_ms += i;
		w_job(w, v[i]);
	}
	w_wait(w, 1000);
	w->more_news = true;
	w_all(w, run, MEMBER_SUCCEEDED); /* all three are worth a look again */
	for (uint32_t i = 0; i < 3; i++)
		tick(w);
	w_job_gone(w, v[1]);
	w_job_gone(w, v[2]);
	w->more_news = false;
	w_wait(w, 1000);
	assert_int_equal(w_orders(w, v[0]), 1);
	assert_true(core_deadline(w->core) > w->now_ms);
}

/* Room was freed, then the node went; another was cordoned: no reason to look. */
static void what_has_grown_is_gone_again(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	w_find(w, "n3")->cordoned = true;
	w_tell_node(w, w_find(w, "n3"));
	struct wjob *a = asking(w, "a", 3000), *b = asking(w, "b", 3000);
	struct wjob *wait = asking(w, "wait", 3000);
	w_job(w, a);
	w_job(w, b);
	w_job(w, wait);
	w->more_news = true;
	w_all(w, a, MEMBER_SUCCEEDED);
	w_all(w, b, MEMBER_SUCCEEDED);
	w_node_gone(w, "n1");
	w_find(w, "n3")->cordoned = false;
	w_tell_node(w, w_find(w, "n3"));
	w_hangup(w, "n3");
	w_node_gone(w, "n3"); /* nobody knows it any more */
	w_find(w, "n2")->cordoned = true;
	w_tell_node(w, w_find(w, "n2"));
	w->more_news = false;
	w_wait(w, 3000);
	assert_int_equal(w_orders(w, wait), 0);
	w_find(w, "n2")->cordoned = false;
	w_tell_node(w, w_find(w, "n2"));
	assert_int_equal(w_orders(w, wait), 1);
}

/* It came while the room table changes, and goes before anybody looked. */
static void new_and_gone_before_the_look(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *a = asking(w, "a", 3000), *brief = asking(w, "brief", 3000);
	w_job(w, a);
	w->more_news = true;
	w_all(w, a, MEMBER_SUCCEEDED);
	w_job(w, brief);
	w_job_gone(w, brief);
	w->more_news = false;
	w_wait(w, 1000);
	assert_false(w_told(w, "brief member=0"));
	assert_true(core_deadline(w->core) > w->now_ms);
}

/* Three nodes are asked when they are free, one a turn; then nobody wants to know any more. */
static void who_asks_goes_away(void **state)
{
	struct world *w = w_of(state);
	slow_world(w, 3);
	struct wjob *run = asking(w, "run", 3000), *big = asking(w, "big", 4000);
	run->job.spec.parallelism = run->job.spec.min_parallelism = 3;
	run->job.spec.active_deadline_s = 100;
	w_job(w, run);
	w_wait(w, 100);
	assert_int_equal(w_orders(w, run), 3);
	w->more_news = true;
	w_job(w, big);
	tick(w);
	w_job_gone(w, big);
	w->more_news = false;
	struct wjob *small = asking(w, "small", 1000);
	w_job(w, small);
	w_wait(w, 100);
	assert_int_equal(w_orders(w, small), 1); /* nothing is kept for big */
	assert_int_equal(w_orders(w, run), 3);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(a_long_queue_keeps_its_order), T(the_next_one_goes_away),
		T(what_has_grown_is_gone_again), T(new_and_gone_before_the_look),
		T(who_asks_goes_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
