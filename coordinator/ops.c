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

static uint64_t submit_service(struct op *op)
{
	struct job_service service = {.job_name = op->name, .job_uid = op->uid};
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_SERVICE,
				  .ns = op->ns,
				  .name = op->name,
				  .service = &service};
	return submit(op, &req);
}

static uint64_t submit_list_needed(struct op *op)
{
	struct api_request req = {.verb = API_LIST,
				  .kind = api_kind_needed(op->needed),
				  .limit = PODS_PAGE,
				  .cont = op->cont};
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
	case OP_SERVICE: return submit_service(op);
	case OP_SERVICE_READ:
		req = object_request(op, API_GET, API_SERVICE);
		req.uid = NULL;
		return submit(op, &req);
	case OP_LOOKUP:
		if (needed_listed(op->needed))
			return submit_list_needed(op);
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

/* ---- the window ---- */

/* The core has given it a ticket. */
static bool has_ticket(const struct op *op)
{
	return op->type == OP_POD_CREATE;
}

static enum pace_kind kind_of(enum op_type type)
{
	static const enum pace_kind kinds[OP_N] = {
		[OP_COMPUTE_NODE_APPLY] = PACE_STATUS,
		[OP_COMPUTE_NODE_DELETE] = PACE_DELETE,
		[OP_POD_CREATE] = PACE_CREATE,
		[OP_POD_ASK] = PACE_CREATE,
		[OP_POD_READ] = PACE_READ,
		[OP_POD_DELETE] = PACE_DELETE,
		[OP_POD_LABEL] = PACE_STATUS,
		[OP_JOB_GET] = PACE_READ,
		[OP_LOOKUP] = PACE_READ,
		[OP_CHOOSE] = PACE_STATUS,
		[OP_JOB_DELETE] = PACE_DELETE,
		[OP_SERVICE] = PACE_STATUS,
		[OP_SERVICE_READ] = PACE_READ,
		[OP_LIST_PODS] = PACE_LIST,
		[OP_LIST_NODE] = PACE_LIST,
		[OP_NOTE] = PACE_EVENT,
	};
	return kinds[type];
}

static void answered(struct ops *o, const struct op *op, const struct api_result *res)
{
	if (has_ticket(op))
		return;
	if (api_busy(res))
		pace_refused(&o->pace, op->sent_ms, o->now_ms, res->retry_after_ms, op->id);
	else if (api_answered(res))
		pace_answered(&o->pace, kind_of(op->type), op->sent_ms, o->now_ms);
	else
		pace_back(&o->pace);
}

void ops_init(struct ops *o)
{
	pace_init(&o->pace, &(struct pace_config){.least = 4,
						  .most = OPS_INFLIGHT_MAX,
						  .initial = OPS_INFLIGHT_INITIAL});
}

void ops_now(struct ops *o, int64_t now_ms)
{
	o->now_ms = now_ms;
}

static void begin(struct ops *o, struct op *op)
{
	op->sent_ms = o->now_ms;
	if (!has_ticket(op))
		pace_started(&o->pace);
	op->id = op_submit(op);
	o->ndead += !op->id;
	DL_APPEND(o->inflight, op);
	o->ninflight++;
}

static void start(struct ops *o)
{
	while (o->waiting && pace_may(&o->pace, o->now_ms)) {
		struct op *op = o->waiting;
		DL_DELETE(o->waiting, op);
		begin(o, op);
	}
}

void op_queue(struct op *own_op)
{
	struct ops *o = own_op->owner;
	if (has_ticket(own_op)) {
		begin(o, own_op);
		return;
	}
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

/* An Event that a busy server refuses waits its turn again: the window has become smaller, or all
 * pauses. Its name follows from what it says, so it is never stored twice. */
static bool noted_later(struct ops *o, struct op *op, const struct api_result *res)
{
	if (op->type != OP_NOTE || !api_busy(res) || ++op->refusals >= NOTE_TRIES_MAX)
		return false;
	o->nwaiting_notes++;
	return true;
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct op *op = self;
	struct ops *o = op->owner;
	(void)id;
	DL_DELETE(o->inflight, op);
	o->ninflight--;
	answered(o, op, res);
	bool more = res->rc == RC_OK && *str_or_empty(res->cont);
	if (more)
		mem_strset(&op->cont, res->cont);
	if (more || noted_later(o, op, res)) {
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
	start(o);
	if (!o->ndead)
		return;
	o->ndead = 0;
	DL_FOREACH_SAFE (o->inflight, op, tmp) {
		if (!op->id)
			on_done(op, 0, &stale);
	}
}

int64_t ops_deadline(const struct ops *o)
{
	if (o->ndead)
		return o->now_ms;
	return o->waiting ? pace_deadline(&o->pace) : INT64_MAX;
}

void ops_cancel(struct ops *o)
{
	struct op *op, *tmp;
	DL_FOREACH_SAFE (o->inflight, op, tmp) {
		if (op->id)
			o->api.cancel(o->api.self, op->id);
		if (!has_ticket(op))
			pace_back(&o->pace);
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
