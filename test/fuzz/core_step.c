/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "coordinator/core/check.h"
#include "test/fuzz/core.h"
#include "wire/wire.h"

/* ---- what the core may believe ---- */

uint32_t core_job_of(const char *ns, const char *name)
{
	for (uint32_t i = 0; i < CORE_JOBS; i++) {
		if (str_eq(ns, "t") && str_eq(name, core_job_name(i)))
			return i;
	}
	return CORE_JOBS;
}

uint32_t core_node_of(const char *name)
{
	for (uint32_t i = 0; i < CORE_NODES; i++) {
		if (str_eq(name, core_node_name(i)))
			return i;
	}
	return CORE_NODES;
}

static bool was_ordered(const struct world *w, uint32_t job, uint32_t node, const struct member *m)
{
	for (uint32_t i = 0; i < w->nordered; i++) {
		const struct ordered *o = &w->ordered[i];
		if (o->job == job && o->node == node && o->index == m->index &&
		    o->attempt == m->attempt)
			return true;
	}
	return false;
}

static void note_order(struct world *w, uint32_t job, uint32_t node, uint32_t index,
		       uint32_t attempt, const char *pod)
{
	struct member m = {.index = index, .attempt = attempt};
	if (job == CORE_JOBS || was_ordered(w, job, node, &m))
		return;
	if (node == CORE_NODES)
		return;
	struct ordered *o = &w->ordered[w->nordered % CORE_ORDERED];
	w->nordered += w->nordered < CORE_ORDERED; /* the last place is used again and again */
	if (w->nordered == CORE_ORDERED)
		o = &w->ordered[CORE_ORDERED - 1];
	*o = (struct ordered){.job = job, .index = index, .attempt = attempt, .node = node};
	size_t len = strlen(pod);
	must(len < sizeof o->pod);
	memcpy(o->pod, pod, len);
}

/* An end counts only if the attempt was ordered to the node that tells it, or carries a proof. Old
 * pods are held against the job's status, which others may have written. */
static void credit(struct world *w, const char *node, const struct member *m)
{
	uint32_t job = core_job_of(m->ns, m->job_name), at = core_node_of(node ? node : m->node);
	if (job == CORE_JOBS ||
	    (m->proven != PROOF_VALID && m->proven != PROOF_OLD && !was_ordered(w, job, at, m)))
		return;
	/* Whoever was believed once needs no proof any more. */
	note_order(w, job, at, m->index, m->attempt, m->pod);
	if (m->phase == MEMBER_SUCCEEDED)
		bitset_set(&w->jobs[job].succeeded, m->index);
	w->jobs[job].failed++;
}

static void credit_event(struct world *w, const struct core_event *ev)
{
	if (ev->type == CEV_HELLO || ev->type == CEV_REPORT) {
		for (uint32_t i = 0; i < ev->agent.nmembers; i++)
			credit(w, ev->agent.node, &ev->agent.members[i]);
	} else if (ev->type == CEV_PODS) {
		for (uint32_t i = 0; i < ev->pods.nmembers; i++)
			credit(w, ev->pods.node, &ev->pods.members[i]);
	} else if (ev->type == CEV_POD_DONE && ev->pod.member) {
		credit(w, NULL, ev->pod.member);
	}
}

/* ---- what the core makes ---- */

static void same_order(const struct order *a, const struct order *b)
{
	must(str_eq(a->ns, b->ns) && str_eq(a->pod, b->pod) && str_eq(a->job_uid, b->job_uid));
	must(a->index == b->index && a->attempt == b->attempt && a->launch == b->launch);
	must(str_eq(a->pod_uid, b->pod_uid) && a->ticket == b->ticket);
}

static void check_orders(struct world *w, uint32_t node)
{
	AUTO(arena_done) struct arena read = ARENA_INIT(WIRE_ARENA_COORDINATOR_MAX);
	AUTO(buf_done) struct buf out = BUF_INIT(FRAME_COORDINATOR_MAX);
	const struct order *v;
	uint32_t n;
	struct msg back, msg = {.type = MSG_ORDERS, .orders = {.session = 1, .epoch = 2}};
	core_orders(w->core, core_node_name(node), &v, &n, &msg.orders.revision);
	must(n <= PAGE_ORDERS_MAX);
	if (!n || msg.orders.revision == w->revisions[node])
		return;
	w->revisions[node] = msg.orders.revision;
	struct order *proven = mem_alloc(n * sizeof *proven);
	for (uint32_t i = 0; i < n; i++) {
		proven[i] = v[i];
		proven[i].proof = ""; /* the shell signs */
		note_order(w, core_job_of(v[i].ns, v[i].job_name), node, v[i].index, v[i].attempt,
			   v[i].pod);
	}
	msg.orders.orders = proven;
	msg.orders.norders = n;
	must(wire_encode(&msg, FRAME_COORDINATOR_MAX, &out, NULL) == RC_OK);
	must(wire_decode(out.data, out.len, FRAME_COORDINATOR_MAX, &read, &back, NULL) == RC_OK);
	must(back.orders.norders == n);
	for (uint32_t i = 0; i < n; i++)
		same_order(&proven[i], &back.orders.orders[i]);
	mem_freep(&proven);
}

/* Nothing counts but what may be believed. */
static void check_status(const struct world *w, uint32_t job)
{
	const struct fuzz_job *j = &w->jobs[job];
	struct job_status s;
	const char *rv;
	if (!core_job_status(w->core, "t", core_job_name(job), &s, &rv))
		return;
	must(s.succeeded <= bitset_count(&j->succeeded));
	must(s.failed <= j->failed);
}

static void pend(struct world *w, const struct pending *p)
{
	if (w->npending == CORE_PENDING) /* the oldest is never answered */
		memmove(w->pending, w->pending + 1, (--w->npending) * sizeof *p);
	w->pending[w->npending++] = *p;
}

static void pend_object(struct world *w, const struct core_action *a)
{
	pend(w, &(struct pending){.type = a->type,
				  .ns = in_copy(w, a->object.ns),
				  .name = in_copy(w, a->object.name),
				  .uid = in_copy(w, a->object.uid)});
}

static void pend_create(struct world *w, const struct core_action *a)
{
	const struct pod_create *p = &a->pod_create;
	uint32_t job = core_job_of(p->ns, p->job_name);
	note_order(w, job, core_node_of(p->node), p->index, p->attempt, p->name);
	pend(w, &(struct pending){.type = a->type,
				  .ns = in_copy(w, p->ns),
				  .name = in_copy(w, p->name),
				  .uid = in_copy(w, p->job_uid),
				  .node = in_copy(w, p->node),
				  .index = p->index,
				  .attempt = p->attempt,
				  .job = job});
}

static void take(struct world *w, const struct core_action *a)
{
	switch (a->type) {
	case ACT_JOB_STATUS:
	case ACT_COMPUTE_NODE_STATUS:
	case ACT_JOB_GET:
	case ACT_JOB_DELETE:
	case ACT_SERVICE:
	case ACT_COMPUTE_NODE_DELETE: pend_object(w, a); break;
	case ACT_COMPUTE_NODE_APPLY:
	case ACT_LIST_NODE:
		pend(w, &(struct pending){.type = a->type, .name = in_copy(w, a->node)});
		break;
	case ACT_POD_CREATE: pend_create(w, a); break;
	case ACT_POD_ASK:
		pend(w, &(struct pending){.type = a->type, .name = in_copy(w, a->pod_ask.key)});
		break;
	case ACT_POD_DELETE:
	case ACT_POD_LABEL:
		pend(w, &(struct pending){.type = a->type,
					  .ns = in_copy(w, a->pod_delete.ns),
					  .name = in_copy(w, a->pod_delete.name)});
		break;
	case ACT_LOOKUP:
		pend(w, &(struct pending){.type = a->type,
					  .kind = a->lookup.kind,
					  .ns = in_copy(w, a->lookup.ns),
					  .name = in_copy(w, a->lookup.name)});
		break;
	case ACT_CHOOSE:
		pend(w, &(struct pending){.type = a->type,
					  .kind = NEEDED_CLAIM,
					  .ns = in_copy(w, a->choose.ns),
					  .name = in_copy(w, a->choose.claim)});
		break;
	case ACT_NOTE: must(*a->note.reason && *a->note.note && *a->note.kind); break;
	case ACT_ORDERS:
	case ACT_TEMPLATE_DROP: break;
	}
}

void world_step(struct world *w, struct core_event *ev)
{
	struct core_actions acts;
	ev->now_ms = w->now_ms;
	ev->wall_ms = w->wall_ms;
	credit_event(w, ev);
	core_step(w->core, ev, &acts);
	core_check(w->core);
	for (uint32_t i = 0; i < acts.n; i++)
		take(w, &acts.v[i]);
	for (uint32_t i = 0; i < CORE_NODES; i++)
		check_orders(w, i);
	for (uint32_t i = 0; i < CORE_JOBS; i++)
		check_status(w, i);
}
