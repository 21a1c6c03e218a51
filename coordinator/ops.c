/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of the shell's own: all writes but statuses (those are the write queue's), and reads
 * that the core asked for. First come, first served, at most OPS_INFLIGHT_MAX at once; each ends as
 * exactly one event to the core. */
#include <stdlib.h>
#include <utlist.h>

#include "coordinator/shell.h"

static struct op *op_free(struct op *op)
{
	free(op->ns);
	free(op->name);
	free(op->uid);
	for (size_t i = 0; i < ARRAY_LEN(op->text); i++)
		free(op->text[i]);
	free(op->hash);
	free(op->live_uid);
	free(op->cont);
	free(op);
	return NULL;
}

struct op *op_new(struct coordinator *c, enum op_type type, const char *ns, const char *name,
		  const char *uid)
{
	struct op *op = mem_zalloc(1, sizeof *op);
	op->owner = c;
	op->type = type;
	op->ns = mem_strdup(ns);
	op->name = mem_strdup(name);
	op->uid = mem_strdup(uid);
	op->when_ms = c->wall_ms;
	return op;
}

void op_queue(struct op *own_op)
{
	struct coordinator *c = own_op->owner;
	DL_APPEND(c->waiting, own_op);
	ops_start(c);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct op *op = self;
	struct coordinator *c = op->owner;
	(void)id;
	DL_DELETE(c->inflight, op);
	c->ninflight--;
	if (res->rc == RC_OK && *str_or_empty(res->cont)) {
		mem_strset(&op->cont, res->cont);
		op->id = 0;
		DL_PREPEND(c->waiting, op);
		ops_start(c);
		return;
	}
	op_end(op, res);
	op_free(op);
	ops_start(c);
}

static struct api_request list_request(const struct op *op, const char *field_selector)
{
	return (struct api_request){.verb = API_LIST,
				    .kind = API_POD,
				    .label_selector = LABEL_JOB_UID,
				    .field_selector = field_selector,
				    .limit = PODS_PAGE,
				    .cont = op->cont};
}

static struct api_request object_request(const struct op *op, enum api_verb verb,
					 enum api_kind kind)
{
	return (struct api_request){.verb = verb,
				    .kind = kind,
				    .ns = *op->ns ? op->ns : NULL,
				    .name = op->name,
				    .uid = *op->uid ? op->uid : NULL};
}

static uint64_t submit(struct op *op, const struct api_request *req)
{
	struct api_sink sink = {.self = op, .on_object = op_on_object, .on_done = on_done};
	return op->owner->api.submit(op->owner->api.self, req, &sink);
}

static uint64_t submit_create(struct op *op)
{
	struct api_request req = object_request(op, API_CREATE, API_POD);
	op->pod.template_text = templates_find(op->owner, op->pod.template_hash);
	if (!op->pod.template_text)
		return 0;
	req.pod_create = &op->pod;
	op->owner->stats.pod_creates++;
	return submit(op, &req);
}

static uint64_t submit_apply(struct op *op)
{
	struct cnode_apply apply;
	struct api_request req = object_request(op, API_APPLY, API_CNODE);
	if (!core_cnode_apply(op->owner->core, op->name, &apply))
		return 0;
	req.cnode_apply = &apply;
	return submit(op, &req);
}

static uint64_t submit_note(struct op *op)
{
	struct event_note note = {.ns = *op->ns ? op->ns : "default",
				  .kind = *op->ns ? KIND_JOB_NAME : KIND_NODE_NAME,
				  .name = op->name,
				  .uid = op->uid,
				  .reason = op->text[0],
				  .action = op->text[0],
				  .note = op->text[1],
				  .warning = op->warning,
				  .when_ms = op->when_ms};
	struct api_request req = {
		.verb = API_CREATE, .kind = API_EVENT, .ns = note.ns, .event = &note};
	op->owner->nwaiting_notes--;
	return submit(op, &req);
}

static uint64_t submit_list_node(struct op *op)
{
	AUTO(buf_done) struct buf sel = BUF_INIT(512);
	buf_printf(&sel, "spec.nodeName=%s", op->name);
	struct api_request req = list_request(op, buf_str(&sel));
	return submit(op, &req);
}

/* 0: it cannot be done any more (its object or template went); told with the next turn, since the
 * core is in the middle of its actions now. */
static uint64_t op_submit(struct op *op)
{
	struct api_request req;
	switch (op->type) {
	case OP_CNODE_APPLY: return submit_apply(op);
	case OP_POD_CREATE: return submit_create(op);
	case OP_NOTE: return submit_note(op);
	case OP_LIST_NODE: return submit_list_node(op);
	case OP_LIST_PODS: req = list_request(op, NULL); return submit(op, &req);
	case OP_POD_READ: req = object_request(op, API_GET, API_POD); return submit(op, &req);
	case OP_JOB_GET:
		req = object_request(op, API_GET, API_JOB);
		req.uid = NULL;
		return submit(op, &req);
	case OP_CNODE_DELETE:
		req = object_request(op, API_DELETE, API_CNODE);
		return submit(op, &req);
	case OP_POD_DELETE: req = object_request(op, API_DELETE, API_POD); return submit(op, &req);
	case OP_JOB_DELETE: req = object_request(op, API_DELETE, API_JOB); return submit(op, &req);
	case OP_N: break;
	}
	return 0;
}

void ops_start(struct coordinator *c)
{
	while (c->waiting && c->ninflight < OPS_INFLIGHT_MAX) {
		struct op *op = c->waiting;
		DL_DELETE(c->waiting, op);
		op->id = op_submit(op);
		c->ndead += !op->id;
		DL_APPEND(c->inflight, op);
		c->ninflight++;
	}
}

void ops_turn(struct coordinator *c)
{
	static const struct api_result stale = {
		.rc = RC_STALE, .reason = "", .message = "no longer wanted", .rv = "", .cont = ""};
	struct op *op, *tmp;
	if (!c->ndead)
		return;
	c->ndead = 0;
	DL_FOREACH_SAFE (c->inflight, op, tmp) {
		if (!op->id)
			on_done(op, 0, &stale);
	}
}

void ops_cancel(struct coordinator *c)
{
	struct op *op, *tmp;
	DL_FOREACH_SAFE (c->inflight, op, tmp) {
		if (op->id)
			c->api.cancel(c->api.self, op->id);
		DL_DELETE(c->inflight, op);
		op_free(op);
	}
	DL_FOREACH_SAFE (c->waiting, op, tmp) {
		DL_DELETE(c->waiting, op);
		op_free(op);
	}
	c->ninflight = c->ndead = 0;
	c->nwaiting_notes = 0;
}

void ops_list_pods(struct coordinator *c)
{
	c->pods_retry_ms = INT64_MAX;
	op_queue(op_new(c, OP_LIST_PODS, NULL, NULL, NULL));
}
