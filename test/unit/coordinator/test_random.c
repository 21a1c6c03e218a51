/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories: jobs come, change and go, nodes fall silent, agents and coordinators begin
 * anew, pods end in all ways; the truth is kept here. After every step: no index of a Wait job has
 * two pods, no completed index gets another pod. When faults stop: every job completes, nothing
 * lives on, and failures were counted once. A failing seed is printed; run it alone as argument. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { NODES = 6, JOBS = 8, PODS = 4096, STEPS = 300, SEEDS = 150 };

struct tpod {
	struct wjob *job;
	uint32_t index, attempt;
	char name[POD_NAME_BYTES], uid[32];
	const char *node;
	enum member_phase phase;
	bool exists, deleting, told, was_told;
};

struct todo { /* an answer of the API server's that is under way */
	enum core_action_type type;
	char node[32], name[POD_NAME_BYTES], uid[64];
	uint32_t index, attempt;
};

struct chaos {
	struct world *w;
	struct rng rng;
	uint64_t seed;
	struct tpod pods[PODS];
	uint32_t npods, uids;
	struct todo todo[1024];
	uint32_t ntodo;
	bool gone[JOBS], calm, cnode[NODES];
};

static uint32_t dice(struct chaos *x, uint32_t n)
{
	return (uint32_t)rng_below(&x->rng, n);
}

static void on_action(void *self, const struct core_action *a)
{
	struct chaos *x = self;
	struct todo t = {.type = a->type};
	if (a->type == ACT_POD_DELETE) {
		snprintf(t.uid, sizeof t.uid, "%s", a->pod_delete.uid);
		snprintf(t.name, sizeof t.name, "%s", a->pod_delete.name);
	} else if (a->type == ACT_POD_CREATE) {
		snprintf(t.uid, sizeof t.uid, "%s", a->pod_create.job_uid);
		snprintf(t.node, sizeof t.node, "%s", a->pod_create.node);
		snprintf(t.name, sizeof t.name, "%s", a->pod_create.name);
		t.index = a->pod_create.index;
		t.attempt = a->pod_create.attempt;
	} else if (a->type == ACT_LIST_NODE || a->type == ACT_CNODE_APPLY) {
		snprintf(t.node, sizeof t.node, "%s", a->node);
	} else if (a->type == ACT_JOB_GET) {
		snprintf(t.uid, sizeof t.uid, "%s", a->object.uid);
	} else {
		return;
	}
	assert_in_range(x->ntodo, 0, ARRAY_LEN(x->todo) - 1);
	x->todo[x->ntodo++] = t;
}

static struct wjob *job_of(struct chaos *x, const char *uid)
{
	for (uint32_t i = 0; i < x->w->njobs; i++) {
		if (!strcmp(x->w->jobs[i].uid, uid))
			return &x->w->jobs[i];
	}
	fail();
	return NULL;
}

static bool job_gone(const struct chaos *x, const struct wjob *j)
{
	return x->gone[j - x->w->jobs];
}

static struct tpod *pod_named(struct chaos *x, const char *name)
{
	for (uint32_t i = 0; i < x->npods; i++) {
		if (x->pods[i].exists && !strcmp(x->pods[i].name, name))
			return &x->pods[i];
	}
	return NULL;
}

static bool live(const struct tpod *p)
{
	return p->exists && !member_phase_final(p->phase);
}

static void check_truth(struct chaos *x, const struct tpod *fresh)
{
	for (uint32_t i = 0; i < x->npods; i++) {
		const struct tpod *p = &x->pods[i];
		/* Under Replace a create that is under way may still land: at least once. */
		if (p == fresh || p->job != fresh->job || p->index != fresh->index ||
		    p->job->job.spec.on_node_loss != LOSS_WAIT)
			continue;
		if (p->phase == MEMBER_SUCCEEDED && p->exists && p->told && !p->deleting)
			fail_msg("seed %llu: %s: completed index %u runs again", (unsigned long long)x->seed,
				 p->job->name, p->index);
		if (live(p))
			fail_msg("seed %llu: %s: two pods of index %u: %u and %u",
				 (unsigned long long)x->seed, p->job->name, p->index, p->attempt,
				 fresh->attempt);
	}
}

static void say(const struct chaos *x, const struct tpod *p, const char *what)
{
	if (x->w->trace)
		fprintf(stderr, "%lld     [%s %u.%u %s on %s %s%s]\n", (long long)x->w->now_ms, p->job->name,
			p->index, p->attempt, p->uid, p->node, what, p->deleting ? ", deleting" : "");
}

static struct tpod *create(struct chaos *x, struct wjob *j, uint32_t index, uint32_t attempt,
			   const char *node)
{
	assert_in_range(x->npods, 0, PODS - 1);
	struct tpod *p = &x->pods[x->npods++];
	*p = (struct tpod){.job = j, .index = index, .attempt = attempt, .node = w_find(x->w, node)->name,
			   .phase = MEMBER_PENDING, .exists = true};
	member_pod_name(j->name, j->uid, index, attempt, p->name);
	snprintf(p->uid, sizeof p->uid, "p%u", ++x->uids);
	say(x, p, "created");
	check_truth(x, p);
	return p;
}

static struct member member_of(struct chaos *x, const struct tpod *p)
{
	struct member m = w_member(x->w, p->job, p->node, p->index, p->attempt, p->phase);
	m.pod_uid = p->uid;
	m.deleting = p->deleting;
	m.ended_ms = x->w->wall_ms;
	if (!p->exists)
		m.phase = MEMBER_GONE;
	return m;
}

static void answer_create(struct chaos *x, const struct todo *t)
{
	struct wjob *j = job_of(x, t->uid);
	struct tpod *p = pod_named(x, t->name);
	struct core_event ev = {.type = CEV_POD_DONE,
				.pod = {.op = POD_OP_CREATE, .ns = "default", .pod = t->name,
					.reason = "", .message = ""}};
	struct member m;
	if (!x->calm && dice(x, 5) == 0) {
		ev.pod.rc = dice(x, 2) ? RC_TIMEOUT : RC_FORBIDDEN;
		ev.pod.message = "quota";
	} else if (job_gone(x, j)) {
		ev.pod.rc = RC_INVALID;
	} else {
		ev.pod.rc = p ? RC_EXISTS : RC_OK;
		if (!p)
			p = create(x, j, t->index, t->attempt, t->node);
		m = member_of(x, p);
		ev.pod.member = &m;
	}
	w_step(x->w, &ev);
}

static void answer_delete(struct chaos *x, const struct todo *t)
{
	struct tpod *p = pod_named(x, t->name);
	struct core_event ev = {.type = CEV_POD_DONE,
				.pod = {.op = POD_OP_DELETE, .ns = "default", .pod = t->name,
					.reason = "", .message = ""}};
	if (!p)
		ev.pod.rc = RC_NOTFOUND;
	else if (strcmp(p->uid, t->uid) != 0)
		ev.pod.rc = RC_CONFLICT;
	else if (!x->calm && dice(x, 6) == 0)
		ev.pod.rc = RC_SERVER;
	else
		p->deleting = true;
	w_step(x->w, &ev);
}

static void answer_list(struct chaos *x, const char *node)
{
	for (uint32_t i = 0; i < x->npods; i++) {
		struct tpod *p = &x->pods[i];
		if (!p->exists || strcmp(p->node, node) != 0)
			continue;
		struct member m = member_of(x, p);
		w_pods(x->w, node, &m, 1, false);
	}
	w_pods(x->w, node, NULL, 0, true);
}

static void answer_apply(struct chaos *x, const char *node)
{
	struct core_event ev = {.type = CEV_APPLIED, .applied = {.name = node, .rc = RC_OK}};
	w_step(x->w, &ev);
	w_cnode(x->w, node, false);
}

static void answer_get(struct chaos *x, const char *uid)
{
	struct wjob *j = job_of(x, uid);
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = "default", .name = j->name, .uid = uid,
					    .rc = job_gone(x, j) ? RC_NOTFOUND : RC_OK,
					    .live_uid = uid}};
	w_step(x->w, &ev);
}

static void answer(struct chaos *x)
{
	if (!x->ntodo)
		return;
	uint32_t k = dice(x, x->ntodo);
	struct todo t = x->todo[k];
	memmove(&x->todo[k], &x->todo[k + 1], (--x->ntodo - k) * sizeof t);
	if (t.type == ACT_POD_CREATE)
		answer_create(x, &t);
	else if (t.type == ACT_POD_DELETE)
		answer_delete(x, &t);
	else if (t.type == ACT_LIST_NODE)
		answer_list(x, t.node);
	else if (t.type == ACT_CNODE_APPLY)
		answer_apply(x, t.node);
	else
		answer_get(x, t.uid);
}

/* An agent obeys its orders and tells what changed. */
static void agent(struct chaos *x, struct wnode *n)
{
	const struct order *v;
	struct order copy[64];
	uint32_t norders;
	uint64_t rev;
	if (!n->session || n->muted)
		return;
	core_orders(x->w->core, n->name, &v, &norders, &rev);
	assert_in_range(norders, 0, ARRAY_LEN(copy));
	memcpy(copy, v, norders * sizeof *v);
	for (uint32_t i = 0; i < norders; i++) {
		if (!copy[i].launch || *copy[i].pod_uid)
			continue;
		struct wjob *j = job_of(x, copy[i].job_uid);
		uint32_t index = copy[i].index, attempt = copy[i].attempt;
		const struct tpod *p = pod_named(x, copy[i].pod);
		if (p && !strcmp(p->node, n->name))
			continue;
		if (p) {
			w_tell(x->w, j, n->name, index, attempt, MEMBER_HELD);
		} else if (!x->calm && dice(x, 10) == 0) {
			w_tell(x->w, j, n->name, index, attempt, MEMBER_DENIED);
		} else {
			create(x, j, index, attempt, n->name);
		}
		break; /* the orders may be others now */
	}
	for (uint32_t i = 0; i < x->npods; i++) {
		struct tpod *p = &x->pods[i];
		if (strcmp(p->node, n->name) || p->told || (!p->exists && !p->was_told))
			continue;
		struct member m = member_of(x, p);
		p->told = true;
		p->was_told = p->exists;
		w_report(x->w, &m);
	}
}

static void hello(struct chaos *x, struct wnode *n)
{
	struct member m[256];
	char names[256][POD_NAME_BYTES];
	uint32_t k = 0;
	for (uint32_t i = 0; i < x->npods; i++) {
		struct tpod *p = &x->pods[i];

		if (strcmp(p->node, n->name))
			continue;
		p->told = true;
		p->was_told = p->exists;
		if (!p->exists)
			continue;
		m[k] = member_of(x, p);
		snprintf(names[k], sizeof names[k], "%s", p->name);
		m[k].pod = names[k];
		k++;
	}
	n->muted = false;
	w_hello_with(x->w, n->name, m, k);
}

static void kubelet(struct chaos *x)
{
	for (uint32_t i = 0; i < x->npods; i++) {
		struct tpod *p = &x->pods[i];
		uint32_t d = dice(x, 20);
		if (!p->exists || w_find(x->w, p->node)->not_ready)
			continue;
		if (p->deleting || (job_gone(x, p->job) && d == 0)) {
			p->exists = d > 6;
			p->told &= p->exists;
			if (!p->exists)
				say(x, p, "removed");
			continue;
		}
		enum member_phase was = p->phase;
		if (p->phase == MEMBER_PENDING && d < 8)
			p->phase = MEMBER_RUNNING;
		else if (p->phase == MEMBER_RUNNING && d < (x->calm ? 8 : 3))
			p->phase = MEMBER_SUCCEEDED;
		else if (!x->calm && p->phase == MEMBER_RUNNING && d == 19)
			p->phase = MEMBER_FAILED;
		else if (!x->calm && p->phase == MEMBER_PENDING && d == 19)
			p->phase = MEMBER_REFUSED;
		p->told &= was == p->phase;
		if (was != p->phase)
			say(x, p, member_phase_text(p->phase));
	}
}

static void change_job(struct chaos *x)
{
	uint32_t i = dice(x, x->w->njobs);
	struct wjob *j = &x->w->jobs[i];
	struct job_spec *s = &j->job.spec;
	if (x->gone[i] || j->job.status.state == JOB_COMPLETED || j->job.status.state == JOB_FAILED)
		return;
	switch (dice(x, 5)) {
	case 0:
		s->parallelism = 1 + dice(x, 5);
		break;
	case 1:
		s->suspend = !s->suspend;
		break;
	case 2:
		s->template_hash = dice(x, 2) ? "00000000000000aa" : "00000000000000bb";
		break;
	case 3:
		s->priority = (int32_t)dice(x, 10);
		break;
	default:
		s->update = dice(x, 2) ? UPDATE_RECREATE : UPDATE_ROLLING;
		break;
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
	w->core = core_new(&w->cfg, &w->log, x->seed);
	w_lead(w);
	for (uint32_t i = 0; i < w->nnodes; i++) {
		w->nodes[i].session = 0;
		w->nodes[i].marked = false;
		w_tell_node(w, &w->nodes[i]);
		w_cnode(w, w->nodes[i].name, false);
	}
	for (uint32_t i = 0; i < w->njobs; i++) {
		w->jobs[i].marked = false;
		if (!x->gone[i])
			w_echo(w, &w->jobs[i]);
	}
	for (uint32_t i = 0; i < x->npods; i++) {
		if (!x->pods[i].exists)
			continue;
		struct member m = member_of(x, &x->pods[i]);
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
	default:
		hello(x, n);
		break;
	}
}

static void remove_pod(struct chaos *x)
{
	if (!x->npods)
		return;
	struct tpod *p = &x->pods[dice(x, x->npods)];
	if (live(p))
		p->deleting = true; /* by hand, drain, eviction */
}

static void fault(struct chaos *x)
{
	switch (dice(x, 12)) {
	case 0:
	case 1:
		new_job(x);
		break;
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
	case 6:
		remove_pod(x);
		break;
	case 7:
	case 8:
		node_fault(x);
		break;
	default:
		break;
	}
}

static void turn(struct chaos *x)
{
	static const int64_t waits[] = {10, 100, 1000, 5000, 20000};
	w_clear(x->w);
	kubelet(x);
	for (uint32_t i = 0; i < x->w->nnodes; i++) {
		if (x->calm || dice(x, 3))
			agent(x, &x->w->nodes[i]);
	}
	for (uint32_t n = x->calm ? x->ntodo : dice(x, 4); n; n--)
		answer(x);
	w_wait(x->w, x->calm ? 1000 : waits[dice(x, 5)]);
}

static void calm_down(struct chaos *x)
{
	struct world *w = x->w;
	x->calm = true;
	for (uint32_t i = 0; i < w->nnodes; i++) {
		w->nodes[i].not_ready = w->nodes[i].cordoned = false;
		w_tell_node(w, &w->nodes[i]);
		hello(x, &w->nodes[i]);
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
			lives += p->job == j && live(p);
			/* A superseded attempt's end is nobody's fault: Wait has none. */
			failed += p->job == j && p->exists && p->phase == MEMBER_FAILED &&
				  !p->deleting && j->job.spec.on_node_loss == LOSS_WAIT;
		}
		if (lives)
			fail_msg("seed %llu: %s: %u pods live on", (unsigned long long)x->seed, j->name,
				 lives);
		if (x->gone[i])
			continue;
		if (j->job.status.state != JOB_COMPLETED)
			fail_msg("seed %llu: %s is %s: %s", (unsigned long long)x->seed, j->name,
				 job_state_text(j->job.status.state), j->job.status.message);
		if (j->job.status.failed < failed)
			fail_msg("seed %llu: %s: %u failed, %u counted", (unsigned long long)x->seed,
				 j->name, failed, j->job.status.failed);
	}
}

static uint64_t first_seed = 1, last_seed = SEEDS;

static void run_seed(uint64_t seed)
{
	struct chaos *x = mem_zalloc(1, sizeof *x);
	w_setup((void **)&x->w);
	x->w->trace = first_seed == last_seed;
	x->seed = seed;
	x->rng.s = seed;
	x->w->on_action = on_action;
	x->w->self = x;
	w_nodes(x->w, NODES);
	for (uint32_t i = 0; i < STEPS; i++) {
		fault(x);
		turn(x);
	}
	calm_down(x);
	for (uint32_t i = 0; i < 900; i++)
		turn(x);
	check_end(x);
	w_teardown((void **)&x->w);
	free(x);
}

static void histories(void **state)
{
	(void)state;
	for (uint64_t s = first_seed; s <= last_seed; s++)
		run_seed(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(histories)};
	if (argc > 1)
		first_seed = last_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		last_seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
