/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "test/unit/coordinator/core/chaos.h"

enum { STEPS = 300, SEEDS = 150, SEEDS_ASKED = 20 };

static void change_job(struct chaos *x)
{
	uint32_t i = dice(x, x->w->njobs);
	struct wjob *j = &x->w->jobs[i];
	struct job_spec *s = &j->job.spec;
	if (x->gone[i] || j->job.status.state == JOB_COMPLETED || j->job.status.state == JOB_FAILED)
		return;
	switch (dice(x, 5)) {
	case 0: s->parallelism = 1 + dice(x, 5); break;
	case 1: s->suspend = !s->suspend; break;
	case 2: s->template_hash = dice(x, 2) ? "00000000000000aa" : "00000000000000bb"; break;
	case 3: s->priority = (int32_t)dice(x, 10); break;
	default: s->update = dice(x, 2) ? UPDATE_RECREATE : UPDATE_ROLLING; break;
	}
	s->min_parallelism = 1 + dice(x, s->parallelism);
	w_job(x->w, j);
}

static void new_job(struct chaos *x)
{
	static const char *const names[JOBS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	if (x->w->njobs == JOBS)
		return;
	struct wjob *j = w_new_job(x->w, names[x->w->njobs], 1 + dice(x, 5));
	j->job.spec.min_parallelism = 1 + dice(x, j->job.spec.parallelism);
	j->job.spec.on_node_loss = dice(x, 2) ? LOSS_WAIT : LOSS_REPLACE;
	j->job.spec.backoff_limit = 1000;
	j->job.spec.credentials = dice(x, 4) == 0;
	j->requests[0] = (struct res){"cpu", 500 * (1 + dice(x, 4))};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	w_job(x->w, j);
}

static void delete_job(struct chaos *x)
{
	uint32_t i = dice(x, x->w->njobs);
	if (x->gone[i])
		return;
	x->gone[i] = true;
	w_job_gone(x->w, &x->w->jobs[i]);
	x->w->jobs[i].marked = false;
}

static void restart(struct chaos *x)
{
	struct world *w = x->w;
	x->ntodo = 0;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	for (uint32_t i = 0; i < w->nnodes; i++) {
		w->nodes[i].session = 0;
		w->nodes[i].marked = false;
		w_tell_node(w, &w->nodes[i]);
		w_compute_node(w, w->nodes[i].name, false);
	}
	for (uint32_t i = 0; i < w->njobs; i++) {
		w->jobs[i].marked = false;
		if (!x->gone[i])
			w_echo(w, &w->jobs[i]);
	}
	for (uint32_t i = 0; i < x->npods; i++) {
		if (!x->pods[i].exists)
			continue;
		struct member m = chaos_member(x, &x->pods[i]);
		w_pods(w, NULL, &m, 1, false);
	}
	w_pods(w, NULL, NULL, 0, true);
	w_sync(w);
}

static void node_fault(struct chaos *x)
{
	struct wnode *n = &x->w->nodes[dice(x, x->w->nnodes)];
	switch (dice(x, 5)) {
	case 0:
		n->not_ready = !n->not_ready;
		w_tell_node(x->w, n);
		break;
	case 1:
		if (n->session)
			n->muted = true;
		break;
	case 2:
		if (n->session)
			w_hangup(x->w, n->name);
		break;
	case 3:
		n->cordoned = !n->cordoned;
		w_tell_node(x->w, n);
		break;
	default: chaos_hello(x, n); break;
	}
}

static void remove_pod(struct chaos *x)
{
	if (!x->npods)
		return;
	struct tpod *p = &x->pods[dice(x, x->npods)];
	if (chaos_live(p))
		p->deleting = true; /* by hand, drain, eviction */
}

static void fault(struct chaos *x)
{
	switch (dice(x, 12)) {
	case 0:
	case 1: new_job(x); break;
	case 2:
	case 3:
		if (x->w->njobs)
			change_job(x);
		break;
	case 4:
		if (x->w->njobs && dice(x, 3) == 0)
			delete_job(x);
		break;
	case 5:
		if (dice(x, 4) == 0)
			restart(x);
		break;
	case 6: remove_pod(x); break;
	case 7:
	case 8: node_fault(x); break;
	default: break;
	}
}

static void turn(struct chaos *x)
{
	static const int64_t waits[] = {10, 100, 1000, 5000, 20000};
	w_clear(x->w);
	chaos_kubelet(x);
	for (uint32_t i = 0; i < x->w->nnodes; i++) {
		if (x->calm || dice(x, 3))
			chaos_agent(x, &x->w->nodes[i]);
	}
	for (uint32_t n = x->calm ? x->ntodo : dice(x, 4); n; n--)
		chaos_answer(x);
	w_wait(x->w, x->calm ? 1000 : waits[dice(x, 5)]);
}

static void calm_down(struct chaos *x)
{
	struct world *w = x->w;
	x->calm = true;
	for (uint32_t i = 0; i < w->nnodes; i++) {
		w->nodes[i].not_ready = w->nodes[i].cordoned = false;
		w_tell_node(w, &w->nodes[i]);
		chaos_hello(x, &w->nodes[i]);
	}
	for (uint32_t i = 0; i < w->njobs; i++) {
		w->jobs[i].job.spec.suspend = false;
		if (!x->gone[i] && w->jobs[i].job.status.state != JOB_COMPLETED)
			w_job(w, &w->jobs[i]);
	}
}

static void check_end(struct chaos *x)
{
	struct world *w = x->w;
	for (uint32_t i = 0; i < w->njobs; i++) {
		struct wjob *j = &w->jobs[i];
		uint32_t lives = 0, failed = 0;
		for (uint32_t k = 0; k < x->npods; k++) {
			const struct tpod *p = &x->pods[k];
			lives += p->job == j && chaos_live(p);
			/* A superseded attempt's end is nobody's fault: Wait has none. */
			failed += p->job == j && p->exists && p->phase == MEMBER_FAILED &&
				  !p->deleting && j->job.spec.on_node_loss == LOSS_WAIT;
		}
		if (lives)
			fail_msg("seed %llu: %s: %u pods live on", (unsigned long long)x->seed,
				 j->name, lives);
		if (x->gone[i])
			continue;
		if (j->job.status.state != JOB_COMPLETED)
			fail_msg("seed %llu: %s is %s: %s", (unsigned long long)x->seed, j->name,
				 job_state_text(j->job.status.state), j->job.status.message);
		if (j->job.status.failed < failed)
			fail_msg("seed %llu: %s: %u failed, %u counted",
				 (unsigned long long)x->seed, j->name, failed,
				 j->job.status.failed);
	}
}

static uint64_t first_seed = 1, last_seed = SEEDS;

/* A question about any job; the answer does not matter here, but it is one of the core's own nodes.
 */
static void ask(struct chaos *x, struct rng *r)
{
	struct res asks = {"cpu", 500 * (1 + (int64_t)rng_below(r, 4))};
	struct job_spec spec = {.parallelism = 1 + (uint32_t)rng_below(r, 5),
				.active_deadline_s = rng_below(r, 2) ? -1 : 60,
				.requests = {&asks, 1}};
	struct what_if w;
	spec.min_parallelism = 1 + (uint32_t)rng_below(r, spec.parallelism);
	core_what_if(x->w->core, &spec, &w);
	assert_true(w.n <= spec.parallelism && w.starts == (w.fit >= spec.min_parallelism));
	for (uint32_t i = 0; i < w.n; i++)
		assert_true(w.nodes[i][0] == 'n');
}

/* A fingerprint of all that the core did and said. */
static uint64_t run_seed(uint64_t seed, bool asked)
{
	struct rng questions = {seed};
	uint64_t did = 1;
	struct chaos *x = mem_zalloc(1, sizeof *x);
	w_setup((void **)&x->w);
	x->w->trace = first_seed == last_seed;
	x->seed = seed;
	x->rng.s = seed;
	x->w->on_action = chaos_action;
	x->w->self = x;
	w_nodes(x->w, NODES);
	for (uint32_t i = 0; i < STEPS; i++) {
		fault(x);
		turn(x);
		did = hash_str(hash_str(did, buf_str(&x->w->story)), buf_str(&x->w->did));
		if (asked)
			ask(x, &questions);
	}
	calm_down(x);
	for (uint32_t i = 0; i < 900; i++)
		turn(x);
	check_end(x);
	w_teardown((void **)&x->w);
	free(x);
	return did;
}

static void histories(void **state)
{
	(void)state;
	for (uint64_t s = first_seed; s <= last_seed; s++)
		run_seed(s, false);
}

/* What would be placed if a job came changes nothing, however often it is asked. */
static void questions_change_nothing(void **state)
{
	(void)state;
	for (uint64_t s = 1; s <= SEEDS_ASKED; s++)
		assert_true(run_seed(s, false) == run_seed(s, true));
	assert_true(run_seed(1, false) != run_seed(2, false));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(histories),
					   cmocka_unit_test(questions_change_nothing)};
	if (argc > 1)
		first_seed = last_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		last_seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
