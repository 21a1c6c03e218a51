/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the core's actions: operations (ops.c), marks in the write queue, and answers to
 * parked Watches. */
#include "coordinator/act.h"

#include "base/mem.h"
#include "coordinator/proven.h"
#include "coordinator/status_keys.h"

static void mark(struct coordinator *c, const struct core_action *a)
{
	uint64_t key = a->type == ACT_JOB_STATUS
			       ? status_key_job(c->keys, a->object.ns, a->object.name)
			       : status_key_compute_node(c->keys, a->object.name);
	writeq_mark(c->writeq, key, a->object.urgent, a->object.ahead, a->object.not_before_ms,
		    c->now_ms);
}

static void pod_create(struct coordinator *c, enum op_type type, const struct pod_create *p,
		       const char *key)
{
	struct op *op = op_new(&c->ops, type, p->ns, p->name, NULL);
	mem_strset(&op->key, key);
	op->pod = *p;
	op->text[0] = mem_strdup(p->job_name);
	op->text[1] = mem_strdup(p->job_uid);
	op->text[2] = mem_strdup(p->node);
	proven_create(c, p, op->proof);
	op->pod.proof = op->proof;
	mem_strset(&op->hash, p->template_hash);
	op->pod.ns = op->ns;
	op->pod.name = op->name;
	op->pod.job_name = op->text[0];
	op->pod.job_uid = op->text[1];
	op->pod.node = op->text[2];
	op->pod.template_hash = op->hash;
	op_queue(op);
}

static void note(struct coordinator *c, const struct event_want *want)
{
	if (c->ops.nwaiting_notes >= NOTES_QUEUED_MAX) {
		c->stats.events_dropped++;
		return;
	}
	struct op *op = op_new(&c->ops, OP_NOTE, want->ns, want->name, want->uid);
	op->text[0] = mem_strdup(want->reason);
	op->text[1] = mem_strdup(want->note);
	op->warning = want->warning;
	op->when_ms = c->wall_ms;
	c->ops.nwaiting_notes++;
	op_queue(op);
}

static void pod_label(struct coordinator *c, const struct core_action *a)
{
	struct op *op =
		op_new(&c->ops, OP_POD_LABEL, a->pod_label.ns, a->pod_label.name, a->pod_label.uid);
	op->current = a->pod_label.current;
	op_queue(op);
}

static void object_op(struct coordinator *c, enum op_type type, const struct core_action *a)
{
	op_queue(op_new(&c->ops, type, a->object.ns, a->object.name, a->object.uid));
}

static void lookup(struct coordinator *c, const struct core_action *a)
{
	struct op *op = op_new(&c->ops, OP_LOOKUP, a->lookup.ns, a->lookup.name, NULL);
	op->needed = a->lookup.kind;
	op_queue(op);
}

static void choose(struct coordinator *c, const struct core_action *a)
{
	struct op *op = op_new(&c->ops, OP_CHOOSE, a->choose.ns, a->choose.claim, a->choose.uid);
	op->needed = NEEDED_CLAIM;
	op->text[0] = mem_strdup(a->choose.node);
	op->text[1] = mem_strdup(a->choose.volume);
	op->text[2] = mem_strdup(a->choose.rv);
	op_queue(op);
}

static void act(struct coordinator *c, const struct core_action *a)
{
	switch (a->type) {
	case ACT_ORDERS: server_sessions_orders_changed(c->sessions, a->node); break;
	case ACT_JOB_STATUS:
	case ACT_COMPUTE_NODE_STATUS: mark(c, a); break;
	case ACT_COMPUTE_NODE_APPLY:
		op_queue(op_new(&c->ops, OP_COMPUTE_NODE_APPLY, NULL, a->node, NULL));
		break;
	case ACT_LIST_NODE: op_queue(op_new(&c->ops, OP_LIST_NODE, NULL, a->node, NULL)); break;
	case ACT_COMPUTE_NODE_DELETE: object_op(c, OP_COMPUTE_NODE_DELETE, a); break;
	case ACT_JOB_GET: object_op(c, OP_JOB_GET, a); break;
	case ACT_LOOKUP: lookup(c, a); break;
	case ACT_CHOOSE: choose(c, a); break;
	case ACT_JOB_DELETE: object_op(c, OP_JOB_DELETE, a); break;
	case ACT_POD_CREATE: pod_create(c, OP_POD_CREATE, &a->pod_create, ""); break;
	case ACT_POD_ASK: pod_create(c, OP_POD_ASK, &a->pod_ask.create, a->pod_ask.key); break;
	case ACT_POD_DELETE:
		op_queue(op_new(&c->ops, OP_POD_DELETE, a->pod_delete.ns, a->pod_delete.name,
				a->pod_delete.uid));
		break;
	case ACT_POD_LABEL: pod_label(c, a); break;
	case ACT_SERVICE: object_op(c, OP_SERVICE, a); break;
	case ACT_NOTE: note(c, &a->note); break;
	case ACT_TEMPLATE_DROP: template_store_drop(&c->templates, a->template_name); break;
	}
}

void shell_step(struct coordinator *c, struct core_event *ev)
{
	ev->now_ms = c->now_ms;
	ev->wall_ms = c->wall_ms;
	core_step(c->core, ev, &c->actions);
	for (uint32_t i = 0; i < c->actions.n; i++)
		act(c, &c->actions.v[i]);
}
