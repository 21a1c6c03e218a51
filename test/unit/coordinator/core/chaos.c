/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/coordinator/core/chaos.h"

#include <stdio.h>
#include <string.h>

uint32_t dice(struct chaos *x, uint32_t n)
{
	return (uint32_t)rng_below(&x->rng, n);
}

void chaos_action(void *self, const struct core_action *a)
{
	struct chaos *x = self;
	struct todo t = {.type = a->type};
	if (a->type == ACT_POD_DELETE) {
		w_text(t.uid, sizeof t.uid, "%s", a->pod_delete.uid);
		w_text(t.name, sizeof t.name, "%s", a->pod_delete.name);
	} else if (a->type == ACT_POD_CREATE) {
		w_text(t.uid, sizeof t.uid, "%s", a->pod_create.job_uid);
		w_text(t.node, sizeof t.node, "%s", a->pod_create.node);
		w_text(t.name, sizeof t.name, "%s", a->pod_create.name);
		t.index = a->pod_create.index;
		t.attempt = a->pod_create.attempt;
	} else if (a->type == ACT_LIST_NODE || a->type == ACT_COMPUTE_NODE_APPLY) {
		w_text(t.node, sizeof t.node, "%s", a->node);
	} else if (a->type == ACT_JOB_GET) {
		w_text(t.uid, sizeof t.uid, "%s", a->object.uid);
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

bool chaos_live(const struct tpod *p)
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
			fail_msg("seed %llu: %s: completed index %u runs again",
				 (unsigned long long)x->seed, p->job->name, p->index);
		if (chaos_live(p))
			fail_msg("seed %llu: %s: two pods of index %u: %u and %u",
				 (unsigned long long)x->seed, p->job->name, p->index, p->attempt,
				 fresh->attempt);
	}
}

static void say(const struct chaos *x, const struct tpod *p, const char *what)
{
	if (x->w->trace)
		fprintf(stderr, "%lld     [%s %u.%u %s on %s %s%s]\n", (long long)x->w->now_ms,
			p->job->name, p->index, p->attempt, p->uid, p->node, what,
			p->deleting ? ", deleting" : "");
}

static struct tpod *create(struct chaos *x, struct wjob *j, uint32_t index, uint32_t attempt,
			   const char *node)
{
	assert_in_range(x->npods, 0, PODS - 1);
	struct tpod *p = &x->pods[x->npods++];
	*p = (struct tpod){.job = j,
			   .index = index,
			   .attempt = attempt,
			   .node = w_find(x->w, node)->name,
			   .phase = MEMBER_PENDING,
			   .exists = true};
	member_pod_name(j->name, j->uid, index, attempt, p->name);
	w_text(p->uid, sizeof p->uid, "p%u", ++x->uids);
	say(x, p, "created");
	check_truth(x, p);
	return p;
}

struct member chaos_member(struct chaos *x, const struct tpod *p)
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
				.pod = {.op = POD_OP_CREATE,
					.ns = "default",
					.pod = t->name,
					.reason = "",
					.message = ""}};
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
		m = chaos_member(x, p);
		ev.pod.member = &m;
	}
	w_step(x->w, &ev);
}

static void answer_delete(struct chaos *x, const struct todo *t)
{
	struct tpod *p = pod_named(x, t->name);
	struct core_event ev = {.type = CEV_POD_DONE,
				.pod = {.op = POD_OP_DELETE,
					.ns = "default",
					.pod = t->name,
					.reason = "",
					.message = ""}};
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
		struct member m = chaos_member(x, p);
		w_pods(x->w, node, &m, 1, false);
	}
	w_pods(x->w, node, NULL, 0, true);
}

static void answer_apply(struct chaos *x, const char *node)
{
	struct core_event ev = {.type = CEV_APPLIED, .applied = {.name = node, .rc = RC_OK}};
	w_step(x->w, &ev);
	w_compute_node(x->w, node, false);
}

static void answer_get(struct chaos *x, const char *uid)
{
	struct wjob *j = job_of(x, uid);
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = "default",
					    .name = j->name,
					    .uid = uid,
					    .rc = job_gone(x, j) ? RC_NOTFOUND : RC_OK,
					    .live_uid = uid}};
	w_step(x->w, &ev);
}

void chaos_answer(struct chaos *x)
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
	else if (t.type == ACT_COMPUTE_NODE_APPLY)
		answer_apply(x, t.node);
	else
		answer_get(x, t.uid);
}

/* An agent obeys its orders and tells what changed. */
void chaos_agent(struct chaos *x, struct wnode *n)
{
	const struct order *v;
	struct order copy[64];
	uint32_t norders;
	uint64_t rev;
	if (!n->session || n->muted)
		return;
	core_orders(x->w->core, n->name, &v, &norders, &rev);
	assert_in_range(norders, 0, ARRAY_LEN(copy));
	for (uint32_t i = 0; i < norders; i++)
		copy[i] = v[i];
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
		struct member m = chaos_member(x, p);
		p->told = true;
		p->was_told = p->exists;
		w_report(x->w, &m);
	}
}

void chaos_hello(struct chaos *x, struct wnode *n)
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
		m[k] = chaos_member(x, p);
		w_text(names[k], sizeof names[k], "%s", p->name);
		m[k].pod = names[k];
		k++;
	}
	n->muted = false;
	w_hello_with(x->w, n->name, m, k);
}

void chaos_kubelet(struct chaos *x)
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
