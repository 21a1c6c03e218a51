/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "kube/encode_status.h"
#include "test/fuzz/core.h"

static void fits(const json_t *o)
{
	AUTO(mem_freep) char *text = json_dumps(o, JSON_COMPACT);
	must(text && strlen(text) < 1024 * 1024);
}

/* The status as it is stored: texts of the core live until the next step. */
static void store(struct world *w, uint32_t job, const struct job_status *s)
{
	struct job_status *to = &w->jobs[job].stored;
	*to = (struct job_status){.state = s->state,
				  .start_ms = s->start_ms,
				  .end_ms = s->end_ms,
				  .succeeded = s->succeeded,
				  .failed = s->failed,
				  .attempts = s->attempts,
				  .completed = in_copy(w, s->completed),
				  .failed_indexes = in_copy(w, s->failed_indexes),
				  .selector = in_copy(w, s->selector),
				  .reason = in_copy(w, s->reason),
				  .message = in_copy(w, s->message),
				  .observed_generation = s->observed_generation};
}

static void write_job(struct world *w, const struct pending *p)
{
	struct job_status s;
	const char *rv;
	uint32_t job = core_job_of(p->ns, p->name);
	bool any = core_job_status(w->core, p->ns, p->name, &s, &rv);
	must(job < CORE_JOBS);
	if (any) {
		AUTO(js_freep) json_t *o = encode_job_status(&s);
		fits(o);
	}
	core_job_status_taken(w->core, p->ns, p->name, any ? &s : NULL);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.is_job = true,
					    .ns = p->ns,
					    .name = p->name,
					    .uid = p->uid,
					    .rc = (enum rc[]){RC_OK, RC_OK, RC_CONFLICT, RC_INVALID,
							      RC_NOTFOUND}[in_number(&w->in, 5)],
					    .message = "",
					    .rv = "9"}};
	if (!any)
		return;
	if (ev.written.rc == RC_OK)
		store(w, job, &s);
	world_step(w, &ev);
}

static void write_compute_node(struct world *w, const struct pending *p)
{
	struct compute_node_status s;
	const char *rv;
	bool any = core_compute_node_status(w->core, p->name, &s, &rv);
	if (any) {
		AUTO(js_freep) json_t *o = encode_compute_node_status(&s);
		fits(o);
	}
	core_compute_node_status_taken(w->core, p->name, any ? &s : NULL);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.ns = "",
					    .name = p->name,
					    .uid = p->uid,
					    .rc = (enum rc[]){RC_OK, RC_CONFLICT,
							      RC_NOTFOUND}[in_number(&w->in, 3)],
					    .message = "",
					    .rv = "9"}};
	if (any)
		world_step(w, &ev);
}

static enum rc any_rc(struct world *w)
{
	return (enum rc[]){RC_OK,        RC_OK,       RC_OK,        RC_EXISTS,
			   RC_FORBIDDEN, RC_INVALID,  RC_TIMEOUT,   RC_NOTFOUND,
			   RC_SERVER,    RC_CONFLICT, RC_THROTTLED, RC_TOOBIG}[in_number(&w->in,
											 12)];
}

static void service_done(struct world *w, const struct pending *p)
{
	struct core_event ev = {
		.type = CEV_SERVICE,
		.service = {.ns = p->ns,
			    .name = p->name,
			    .uid = p->uid,
			    .rc = any_rc(w),
			    .message = "words",
			    .owner_kind = in_text(&w->in, "", KIND_JOB_NAME, "Other"),
			    .owner_uid = in_number(&w->in, 2) ? p->uid : "another",
			    .made_for = in_text(&w->in, "", p->uid, "another")}};
	world_step(w, &ev);
}

/* The pod that was made, or one that somebody else made under its name. */
static void pod_done(struct world *w, const struct pending *p, enum pod_op op)
{
	uint32_t n = 0;
	enum rc rc = any_rc(w);
	struct member own = {.ns = p->ns,
			     .job_name = p->job < CORE_JOBS ? core_job_name(p->job) : "",
			     .job_uid = p->uid,
			     .pod = p->name,
			     .pod_uid = in_text(&w->in, "p1", "p2", "p3", "p4"),
			     .node = p->node,
			     .index = p->index,
			     .attempt = p->attempt,
			     .template_hash = "00000000000000aa",
			     .phase = MEMBER_PENDING,
			     .reason = "",
			     .message = "",
			     .proof = "",
			     .proven = PROOF_VALID};
	const struct member *other = make_members(w, 0, &n);
	struct core_event ev = {.type = CEV_POD_DONE,
				.pod = {.op = op,
					.rc = rc,
					.reason = "",
					.message = in_text(&w->in, "", "exceeded quota: x"),
					.busy = rc == RC_THROTTLED,
					.retry_after_ms = rc == RC_THROTTLED ? 30000 : 0,
					.ns = p->ns,
					.pod = p->name}};
	if (op == POD_OP_CREATE && (rc == RC_OK || rc == RC_EXISTS))
		ev.pod.member = n == 1 ? other : n == 2 ? NULL : &own;
	world_step(w, &ev);
}

static void asked(struct world *w, const struct pending *p)
{
	struct core_event ev = {.type = CEV_POD_ASKED,
				.asked = {.key = p->name, .rc = any_rc(w), .message = "m"}};
	ev.asked.requests = make_capacity(w)->foreign;
	world_step(w, &ev);
}

static void looked_up(struct world *w, const struct pending *p)
{
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = p->kind,
					      .ns = p->ns,
					      .name = p->name,
					      .rc = any_rc(w),
					      .message = "m",
					      .choice = p->type == ACT_CHOOSE}};
	if (p->type == ACT_LOOKUP && ev.looked_up.rc == RC_OK) {
		ev.looked_up.obj = make_needed(w, p);
		ev.looked_up.more = needed_listed(p->kind);
		world_step(w, &ev);
		ev.looked_up.obj = NULL;
		ev.looked_up.more = false;
		if (!needed_listed(p->kind))
			return;
	}
	world_step(w, &ev);
}

static void checked(struct world *w, const struct pending *p)
{
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = p->ns,
					    .name = p->name,
					    .uid = p->uid,
					    .rc = any_rc(w),
					    .live_uid = in_text(&w->in, "u0.0", "u1.1"),
					    .live_orphan = in_number(&w->in, 2)}};
	if (in_number(&w->in, 2))
		ev.checked.live_uid = p->uid;
	world_step(w, &ev);
}

static void listed(struct world *w, const struct pending *p)
{
	struct core_event ev = {.type = CEV_PODS, .pods = {.node = p->name}};
	uint32_t node = core_node_of(p->name), n = 0;
	ev.pods.members = make_members(w, node < CORE_NODES ? node : 0, &n);
	ev.pods.nmembers = n;
	world_step(w, &ev);
	ev.pods.nmembers = 0;
	ev.pods.last = true;
	ev.pods.rc = any_rc(w);
	world_step(w, &ev);
}

static void applied(struct world *w, const struct pending *p)
{
	static const char *const names[] = {"cpu", "memory"};
	struct core_event ev = {.type = CEV_APPLIED,
				.applied = {.name = p->name,
					    .rc = any_rc(w),
					    .message = "",
					    .conflicts = {names, in_number(&w->in, 3)},
					    .label_conflict = in_number(&w->in, 2)}};
	world_step(w, &ev);
}

void world_answer(struct world *w)
{
	if (!w->npending)
		return;
	uint32_t k = in_number(&w->in, w->npending);
	struct pending p = w->pending[k];
	memmove(&w->pending[k], &w->pending[k + 1], (--w->npending - k) * sizeof p);
	switch (p.type) {
	case ACT_JOB_STATUS: write_job(w, &p); break;
	case ACT_COMPUTE_NODE_STATUS: write_compute_node(w, &p); break;
	case ACT_COMPUTE_NODE_APPLY: applied(w, &p); break;
	case ACT_POD_CREATE: pod_done(w, &p, POD_OP_CREATE); break;
	case ACT_POD_DELETE: pod_done(w, &p, POD_OP_DELETE); break;
	case ACT_SERVICE: service_done(w, &p); break;
	case ACT_POD_LABEL: pod_done(w, &p, POD_OP_LABEL); break;
	case ACT_POD_ASK: asked(w, &p); break;
	case ACT_JOB_GET: checked(w, &p); break;
	case ACT_LIST_NODE: listed(w, &p); break;
	case ACT_CHOOSE:
	case ACT_LOOKUP: looked_up(w, &p); break;
	case ACT_JOB_DELETE:
	case ACT_COMPUTE_NODE_DELETE:
	case ACT_NOTE:
	case ACT_ORDERS:
	case ACT_TEMPLATE_DROP: break;
	}
}
