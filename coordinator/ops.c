/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an operation is made when it is sent, from the newest state: the text of a pod
 * comes from the template store, the resources of an apply from the core. */
#include "coordinator/ops.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/buf.h"
#include "base/mem.h"

static struct op *op_free(struct op *op)
{
	free(op->ns);
	free(op->name);
	free(op->uid);
	for (size_t i = 0; i < ARRAY_LEN(op->text); i++)
		free(op->text[i]);
	free(op->hash);
	free(op->key);
	free(op->live_uid);
	free(op->cont);
	free(op);
	return NULL;
}

struct op *op_new(struct ops *o, enum op_type type, const char *ns, const char *name,
		  const char *uid)
{
	struct op *op = mem_zalloc(1, sizeof *op);
	op->owner = o;
	op->type = type;
	op->ns = mem_strdup(ns);
	op->name = mem_strdup(name);
	op->uid = mem_strdup(uid);
	return op;
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

static void on_object(void *self, uint64_t id, enum watch_event we, const struct api_object *obj);
static void on_done(void *self, uint64_t id, const struct api_result *res);

static uint64_t submit(struct op *op, const struct api_request *req)
{
	struct api_sink sink = {.self = op, .on_object = on_object, .on_done = on_done};
	return op->owner->api.submit(op->owner->api.self, req, &sink);
}

static uint64_t submit_create(struct op *op)
{
	struct api_request req = object_request(op, API_CREATE, API_POD);
	AUTO(mem_freep) char *name = template_name(op->ns, op->pod.template_hash);
	op->pod.template_text = template_store_find(op->owner->templates, name);
	if (!op->pod.template_text)
		return 0;
	req.pod_create = &op->pod;
	req.dry_run = op->type == OP_POD_ASK;
	op->owner->pod_creates += !req.dry_run;
	return submit(op, &req);
}

static uint64_t submit_apply(struct op *op)
{
	struct compute_node_apply apply;
	struct api_request req = object_request(op, API_APPLY, API_COMPUTE_NODE);
	if (!core_compute_node_apply(op->owner->core, op->name, &apply))
		return 0;
	req.compute_node_apply = &apply;
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

static uint64_t submit_choice(struct op *op)
{
	struct claim_choice choice = {
		.node = op->text[0], .ns = op->ns, .claim = op->name, .uid = op->uid};
	bool volume = *op->text[1];
	struct api_request req = {.verb = API_PATCH,
				  .kind = volume ? API_VOLUME : API_CLAIM,
				  .ns = volume ? NULL : op->ns,
				  .name = volume ? op->text[1] : op->name,
				  .rv = op->text[2],
				  .choice = &choice};
	return submit(op, &req);
}

static uint64_t submit_pool(struct op *op)
{
	struct api_request req = {
		.verb = API_LIST, .kind = API_VOLUME, .limit = PODS_PAGE, .cont = op->cont};
	return submit(op, &req);
}

/* Returns 0 if the operation is no longer possible because its object or template was deleted.
 * Its owner is told in the next turn, since the core is in the middle of its actions now. */
static uint64_t op_submit(struct op *op)
{
	struct api_request req;
	switch (op->type) {
	case OP_COMPUTE_NODE_APPLY: return submit_apply(op);
	case OP_POD_CREATE:
	case OP_POD_ASK: return submit_create(op);
	case OP_NOTE: return submit_note(op);
	case OP_LIST_NODE: return submit_list_node(op);
	case OP_LIST_PODS: req = list_request(op, NULL); return submit(op, &req);
	case OP_POD_READ: req = object_request(op, API_GET, API_POD); return submit(op, &req);
	case OP_JOB_GET:
		req = object_request(op, API_GET, API_JOB);
		req.uid = NULL;
		return submit(op, &req);
	case OP_CHOOSE: return submit_choice(op);
	case OP_LOOKUP:
		if (op->needed == NEEDED_POOL)
			return submit_pool(op);
		req = object_request(op, API_GET, api_kind_needed(op->needed));
		return submit(op, &req);
	case OP_COMPUTE_NODE_DELETE:
		req = object_request(op, API_DELETE, API_COMPUTE_NODE);
		return submit(op, &req);
	case OP_POD_DELETE: req = object_request(op, API_DELETE, API_POD); return submit(op, &req);
	case OP_POD_LABEL:
		req = object_request(op, API_PATCH, API_POD);
		req.current = op->current;
		return submit(op, &req);
	case OP_JOB_DELETE: req = object_request(op, API_DELETE, API_JOB); return submit(op, &req);
	case OP_N: break;
	}
	return 0;
}

static void start(struct ops *o)
{
	while (o->waiting && o->ninflight < OPS_INFLIGHT_MAX) {
		struct op *op = o->waiting;
		DL_DELETE(o->waiting, op);
		op->id = op_submit(op);
		o->ndead += !op->id;
		DL_APPEND(o->inflight, op);
		o->ninflight++;
	}
}

void op_queue(struct op *own_op)
{
	struct ops *o = own_op->owner;
	DL_APPEND(o->waiting, own_op);
	start(o);
}

static void on_object(void *self, uint64_t id, enum watch_event we, const struct api_object *obj)
{
	struct op *op = self;
	(void)id;
	(void)we;
	op->owner->sink.on_object(op->owner->sink.self, op, obj);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct op *op = self;
	struct ops *o = op->owner;
	(void)id;
	DL_DELETE(o->inflight, op);
	o->ninflight--;
	if (res->rc == RC_OK && *str_or_empty(res->cont)) {
		mem_strset(&op->cont, res->cont);
		op->id = 0;
		DL_PREPEND(o->waiting, op);
		start(o);
		return;
	}
	o->sink.on_end(o->sink.self, op, res);
	op_free(op);
	start(o);
}

void ops_turn(struct ops *o)
{
	static const struct api_result stale = {
		.rc = RC_STALE, .reason = "", .message = "no longer wanted", .rv = "", .cont = ""};
	struct op *op, *tmp;
	if (!o->ndead)
		return;
	o->ndead = 0;
	DL_FOREACH_SAFE (o->inflight, op, tmp) {
		if (!op->id)
			on_done(op, 0, &stale);
	}
}

bool ops_want_turn(const struct ops *o)
{
	return o->ndead > 0;
}

void ops_cancel(struct ops *o)
{
	struct op *op, *tmp;
	DL_FOREACH_SAFE (o->inflight, op, tmp) {
		if (op->id)
			o->api.cancel(o->api.self, op->id);
		DL_DELETE(o->inflight, op);
		op_free(op);
	}
	DL_FOREACH_SAFE (o->waiting, op, tmp) {
		DL_DELETE(o->waiting, op);
		op_free(op);
	}
	o->ninflight = o->ndead = 0;
	o->nwaiting_notes = 0;
}
