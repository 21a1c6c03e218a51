/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an operation becomes one event for the core; a list gives one event for each object
 * and one at its end. Nothing is decided here: the core decides what to do about an error. */
#include "coordinator/ops_end.h"

#include <string.h>

#include "base/backoff.h"
#include "base/buf.h"
#include "base/mem.h"
#include "coordinator/act.h"
#include "coordinator/observe.h"
#include "coordinator/proven.h"
#include "model/member.h"
#include "model/selector.h"

static void on_pod(struct coordinator *c, const char *node, const struct pod *pod)
{
	struct member m;
	if (!member_of_pod(pod, &m))
		return;
	proven_member(c, str_or_empty(pod->node), &m);
	if (!node && m.proven == PROOF_OLD && !reflector_synced(c->jobs)) {
		c->pods_again = true; /* it is held against the status of its job */
		return;
	}
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.node = node, .members = &m, .nmembers = 1}};
	shell_step(c, &ev);
}

static void tell_pod_done(struct coordinator *c, struct op *op, const struct api_result *res,
			  const struct member *m)
{
	struct core_event ev = {
		.type = CEV_POD_DONE,
		.pod = {.op = op->type == OP_POD_DELETE  ? POD_OP_DELETE
			      : op->type == OP_POD_LABEL ? POD_OP_LABEL
							 : POD_OP_CREATE,
			.rc = res->rc,
			.reason = res->reason,
			.message = res->message,
			.busy = api_busy(res),
			.retry_after_ms = res->retry_after_ms,
			.ns = op->ns,
			.pod = op->name,
			.member = m},
	};
	/* After EXISTS the pod was read: if it is the job's own, it is the answer to the create. */
	if (op->type == OP_POD_READ)
		ev.pod.rc = res->rc == RC_OK ? RC_EXISTS : res->rc;
	shell_step(c, &ev);
}

static void tell_asked(struct coordinator *c, const struct op *op, enum rc rc, const char *message,
		       const struct pod *pod)
{
	struct core_event ev = {.type = CEV_POD_ASKED,
				.asked = {.key = op->key, .rc = rc, .message = message}};
	if (pod) {
		ev.asked.requests = pod->requests;
		ev.asked.where = pod->where;
	}
	shell_step(c, &ev);
}

static void tell_looked_up(struct coordinator *c, const struct op *op, const struct api_result *res,
			   const struct needed *obj)
{
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = op->needed,
					      .ns = op->ns,
					      .name = op->name,
					      .rc = res->rc,
					      .message = res->message,
					      .obj = obj,
					      .more = obj && needed_listed(op->needed),
					      .choice = op->type == OP_CHOOSE}};
	shell_step(c, &ev);
}

/* The pod that a create made, or that has its name. */
static void tell_made(struct coordinator *c, struct op *op, const struct pod *pod)
{
	struct api_result ok = {.rc = RC_OK, .reason = "", .message = ""};
	struct member m;
	bool is_member = member_of_pod(pod, &m);
	if (is_member)
		proven_member(c, str_or_empty(pod->node), &m);
	tell_pod_done(c, op, &ok, is_member ? &m : NULL);
}

static const char *label_of(const struct meta *m, const char *key)
{
	return str_or_empty(kvs_get(&m->labels, key));
}

static void tell_service(struct coordinator *c, const struct op *op, enum rc rc,
			 const char *message, const struct meta *there)
{
	struct core_event ev = {
		.type = CEV_SERVICE,
		.service = {.ns = op->ns,
			    .name = op->name,
			    .uid = op->uid,
			    .rc = rc,
			    .message = message,
			    .owner_kind = there ? str_or_empty(there->owner_kind) : "",
			    .owner_uid = there ? str_or_empty(there->owner_uid) : "",
			    .made_for = there ? label_of(there, LABEL_JOB_UID) : ""}};
	shell_step(c, &ev);
}

static void on_object(void *self, struct op *op, const struct api_object *obj)
{
	struct coordinator *c = coordinator_of(self);
	switch (op->type) {
	case OP_LIST_PODS: on_pod(c, NULL, obj->pod); break;
	case OP_LIST_NODE: on_pod(c, op->name, obj->pod); break;
	case OP_POD_ASK:
		op->found = true;
		tell_asked(c, op, RC_OK, "", obj->pod);
		break;
	case OP_POD_CREATE:
	case OP_POD_READ:
		op->found = true;
		tell_made(c, op, obj->pod);
		break;
	case OP_JOB_GET:
		mem_strset(&op->live_uid, obj->meta->uid);
		op->live_orphan = obj->meta->deleted_ms && obj->meta->orphan_finalizer;
		break;
	case OP_LOOKUP:
		op->found = !needed_listed(op->needed); /* else its end is to be told */
		tell_looked_up(c, op, &(struct api_result){.rc = RC_OK, .message = ""},
			       obj->needed);
		break;
	case OP_SERVICE:
	case OP_SERVICE_READ:
		op->found = true;
		tell_service(c, op, op->type == OP_SERVICE ? RC_OK : RC_EXISTS, "", obj->meta);
		break;
	case OP_CHOOSE: break; /* the next read of the claim shows it */
	case OP_COMPUTE_NODE_APPLY:
	case OP_COMPUTE_NODE_DELETE:
	case OP_POD_DELETE:
	case OP_POD_LABEL:
	case OP_JOB_DELETE:
	case OP_NOTE:
	case OP_N: break;
	}
}

static void end_list_pods(struct coordinator *c, const struct api_result *res)
{
	struct core_event ev = {.type = CEV_PODS, .pods = {.rc = res->rc, .last = true}};
	if (res->rc == RC_OK) {
		c->pods_failures = 0;
		c->pods_listed = !c->pods_again;
		c->pods_ended = true;
		shell_step(c, &ev);
		observe_synced(c);
		return;
	}
	struct backoff b = {.base_ms = 500, .cap_ms = 10000, .n = c->pods_failures++};
	c->pods_retry_ms = c->now_ms + backoff_next(&b, &c->rng);
	log_warn(c->log, "pods not listed, trying again", KS("rc", rc_name(res->rc)),
		 KS("error", res->message), KI("after_ms", c->pods_retry_ms - c->now_ms));
	shell_step(c, &ev);
}

static void end_list_node(struct coordinator *c, struct op *op, const struct api_result *res)
{
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.node = op->name, .rc = res->rc, .last = true}};
	shell_step(c, &ev);
}

/* The names of resources in causes such as ".spec.resources.cpu". */
static uint32_t conflict_names(const struct strs *causes, const char **ret, uint32_t max)
{
	static const char prefix[] = ".spec.resources.";
	uint32_t n = 0;
	for (uint32_t i = 0; i < causes->n && n < max; i++) {
		if (!strncmp(causes->v[i], prefix, sizeof prefix - 1))
			ret[n++] = causes->v[i] + sizeof prefix - 1;
	}
	return n;
}

static bool names(const struct strs *causes, const char *field)
{
	for (uint32_t i = 0; i < causes->n; i++) {
		if (str_eq(causes->v[i], field))
			return true;
	}
	return false;
}

static void end_apply(struct coordinator *c, struct op *op, const struct api_result *res)
{
	const char *resources[64];
	struct core_event ev = {
		.type = CEV_APPLIED,
		.applied = {.name = op->name, .rc = res->rc, .message = res->message},
	};
	ev.applied.conflicts.v = resources;
	ev.applied.conflicts.n = conflict_names(&res->causes, resources, ARRAY_LEN(resources));
	ev.applied.label_conflict = names(&res->causes, ".metadata.labels." LABEL_MANAGED_BY);
	shell_step(c, &ev);
}

static void end_job_get(struct coordinator *c, struct op *op, const struct api_result *res)
{
	struct core_event ev = {
		.type = CEV_JOB_CHECKED,
		.checked = {.ns = op->ns,
			    .name = op->name,
			    .uid = op->uid,
			    .rc = res->rc,
			    .live_uid = str_or_empty(op->live_uid),
			    .live_orphan = op->live_orphan},
	};
	shell_step(c, &ev);
}

static void end_create(struct coordinator *c, struct op *op, const struct api_result *res)
{
	if (op->found)
		return; /* the core was told when the object came */
	if (res->rc != RC_EXISTS) {
		tell_pod_done(c, op, res, NULL);
		return;
	}
	struct op *read = op_new(&c->ops, OP_POD_READ, op->ns, op->name, NULL);
	op_queue(read);
}

static void end_service(struct coordinator *c, struct op *op, const struct api_result *res)
{
	if (op->found)
		return; /* the core was told when the object came */
	if (op->type == OP_SERVICE && res->rc == RC_EXISTS)
		op_queue(op_new(&c->ops, OP_SERVICE_READ, op->ns, op->name, op->uid));
	else
		tell_service(c, op, res->rc, res->message, NULL);
}

static void end_note(struct coordinator *c, struct op *op, const struct api_result *res)
{
	c->stats.events += res->rc == RC_OK;
	/* Events are best effort, as everywhere in Kubernetes: the status says the same. */
	if (res->rc != RC_OK && res->rc != RC_FORBIDDEN)
		log_debug(c->log, "Event not written", KS("object", op->name),
			  KS("error", res->message));
}

/* A deleted or replaced object is what was wanted. The core repeats other deletes of pods. */
static void end_delete(struct coordinator *c, struct op *op, const struct api_result *res)
{
	if (op->type == OP_POD_DELETE) {
		c->stats.pod_deletes += res->rc == RC_OK;
		tell_pod_done(c, op, res, NULL);
		return;
	}
	if (res->rc == RC_OK || res->rc == RC_NOTFOUND || res->rc == RC_CONFLICT)
		return;
	AUTO(buf_done) struct buf job = BUF_INIT(1024);
	buf_printf(&job, "%s/%s", op->ns, op->name);
	if (op->type == OP_JOB_DELETE)
		log_warn(c->log, "job not deleted", KS("job", buf_str(&job)),
			 KS("rc", rc_name(res->rc)), KS("error", res->message));
	else
		log_warn(c->log, "ComputeNode not deleted", KS("node", op->name),
			 KS("rc", rc_name(res->rc)), KS("error", res->message));
}

static void on_end(void *self, struct op *op, const struct api_result *res)
{
	struct coordinator *c = coordinator_of(self);
	switch (op->type) {
	case OP_COMPUTE_NODE_APPLY: end_apply(c, op, res); break;
	case OP_POD_CREATE: end_create(c, op, res); break;
	case OP_POD_ASK:
		if (!op->found)
			tell_asked(c, op, res->rc, res->message, NULL);
		break;
	case OP_POD_LABEL: tell_pod_done(c, op, res, NULL); break;
	case OP_POD_READ:
		if (!op->found)
			tell_pod_done(c, op, res, NULL);
		break;
	case OP_LOOKUP:
		if (!op->found)
			tell_looked_up(c, op, res, NULL);
		break;
	case OP_CHOOSE: tell_looked_up(c, op, res, NULL); break;
	case OP_COMPUTE_NODE_DELETE:
	case OP_POD_DELETE:
	case OP_JOB_DELETE: end_delete(c, op, res); break;
	case OP_JOB_GET: end_job_get(c, op, res); break;
	case OP_LIST_PODS: end_list_pods(c, res); break;
	case OP_LIST_NODE: end_list_node(c, op, res); break;
	case OP_SERVICE:
	case OP_SERVICE_READ: end_service(c, op, res); break;
	case OP_NOTE: end_note(c, op, res); break;
	case OP_N: break;
	}
}

struct ops_sink ops_end_sink(struct coordinator *c)
{
	return (struct ops_sink){.self = c, .on_object = on_object, .on_end = on_end};
}
