/* SPDX-License-Identifier: Apache-2.0 */
/* The core's actions become operations (ops.c), marks in the write queue, and answers to parked
 * Watches. Statuses are not carried by the action: the write queue asks for the newest one when a
 * write goes out. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/shell.h"

uint64_t act_job_key(struct coordinator *c, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	buf_printf(&key, "j/%s/%s", ns, name);
	uint32_t id = intern_find(c->keys, buf_str(&key));
	return id ? id : intern_get(c->keys, buf_str(&key));
}

uint64_t act_cnode_key(struct coordinator *c, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	buf_printf(&key, "n/%s", name);
	uint32_t id = intern_find(c->keys, buf_str(&key));
	return id ? id : intern_get(c->keys, buf_str(&key));
}

void act_forget(struct coordinator *c, uint64_t key)
{
	writeq_forget(c->writeq, key);
	intern_put(c->keys, (uint32_t)key);
}

/* The kind, namespace and name of a key; *own_text is the memory behind them. */
static bool key_split(struct coordinator *c, uint64_t key, char **own_text, const char **ret_ns,
		      const char **ret_name)
{
	*own_text = mem_strdup(intern_str(c->keys, (uint32_t)key));
	char *s = *own_text;
	bool is_job = s[0] == 'j';
	s += 2;
	*ret_ns = NULL;
	if (is_job) {
		char *slash = strchr(s, '/');
		must(slash);
		*slash = 0;
		*ret_ns = s;
		s = slash + 1;
	}
	*ret_name = s;
	return is_job;
}

/* The write queue borrows the request until submit returns: statuses and names stay here. */
struct rendered {
	struct job_status job;
	struct cnode_status cnode;
	char *text;
};

static struct rendered *rendered_of(struct coordinator *c)
{
	if (!c->rendered)
		c->rendered = mem_zalloc(1, sizeof *c->rendered);
	return c->rendered;
}

void act_done(struct coordinator *c)
{
	if (c->rendered)
		free(c->rendered->text);
	free(c->rendered);
	c->rendered = NULL;
}

static bool render(void *self, uint64_t key, struct api_request *req)
{
	struct coordinator *c = self;
	struct rendered *r = rendered_of(c);
	const char *ns, *name, *rv = NULL;
	must(c->magic == SHELL_MAGIC);
	free(r->text);
	bool is_job = key_split(c, key, &r->text, &ns, &name);
	bool known = is_job ? core_job_status(c->core, ns, name, &r->job, &rv)
			    : core_cnode_status(c->core, name, &r->cnode, &rv);
	if (!known)
		return false;
	*req = (struct api_request){.verb = API_PATCH_STATUS,
				    .kind = is_job ? API_JOB : API_CNODE,
				    .ns = ns,
				    .name = name,
				    .rv = rv};
	if (is_job)
		req->job_status = &r->job;
	else
		req->cnode_status = &r->cnode;
	return true;
}

/* What the server stored is what the next status is computed from: it reaches the core before the
 * watch tells it again. */
static void written(void *self, uint64_t key, const struct api_result *res,
		    const struct api_object *obj)
{
	struct coordinator *c = self;
	AUTO(mem_freep) char *text = NULL;
	const char *ns, *name;
	must(c->magic == SHELL_MAGIC);
	bool is_job = key_split(c, key, &text, &ns, &name);
	c->stats.status_writes += res->rc == RC_OK;
	c->stats.status_conflicts += res->rc == RC_CONFLICT;
	struct core_event ev = {
		.type = CEV_STATUS_WRITTEN,
		.written = {.is_job = is_job,
			    .ns = str_or_empty(ns),
			    .name = name,
			    .uid = obj ? obj->meta->uid : "",
			    .rc = res->rc,
			    .message = res->message,
			    .rv = obj ? obj->meta->rv : str_or_empty(res->rv)},
	};
	if (obj && is_job)
		ev.written.observed_generation = obj->job->status.observed_generation;
	shell_step(c, &ev);
}

struct writeq *act_writeq(struct coordinator *c)
{
	struct writeq_config cfg = {.inflight_max = 32,
				    .interval_ms = 1000,
				    .backoff_base_ms = 200,
				    .backoff_cap_ms = 30000,
				    .self = c,
				    .render = render,
				    .done = written};
	return writeq_new(&cfg, &c->api, c->log, rng_next(&c->rng));
}

static void mark(struct coordinator *c, const struct core_action *a)
{
	uint64_t key = a->type == ACT_JOB_STATUS ? act_job_key(c, a->object.ns, a->object.name)
						 : act_cnode_key(c, a->object.name);
	writeq_mark(c->writeq, key, a->object.urgent, a->object.ahead, a->object.not_before_ms,
		    c->now_ms);
}

static void pod_create(struct coordinator *c, const struct pod_create *p)
{
	struct op *op = op_new(c, OP_POD_CREATE, p->ns, p->name, NULL);
	op->pod = *p;
	op->text[0] = mem_strdup(p->job_name);
	op->text[1] = mem_strdup(p->job_uid);
	op->text[2] = mem_strdup(p->node);
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
	if (c->nwaiting_notes >= NOTES_QUEUED_MAX) {
		c->stats.events_dropped++;
		return;
	}
	struct op *op = op_new(c, OP_NOTE, want->ns, want->name, want->uid);
	op->text[0] = mem_strdup(want->reason);
	op->text[1] = mem_strdup(want->note);
	op->warning = want->warning;
	c->nwaiting_notes++;
	op_queue(op);
}

static void object_op(struct coordinator *c, enum op_type type, const struct core_action *a)
{
	op_queue(op_new(c, type, a->object.ns, a->object.name, a->object.uid));
}

static void act(struct coordinator *c, const struct core_action *a)
{
	switch (a->type) {
	case ACT_ORDERS: server_sessions_orders_changed(c->sessions, a->node); break;
	case ACT_JOB_STATUS:
	case ACT_CNODE_STATUS: mark(c, a); break;
	case ACT_CNODE_APPLY: op_queue(op_new(c, OP_CNODE_APPLY, NULL, a->node, NULL)); break;
	case ACT_LIST_NODE: op_queue(op_new(c, OP_LIST_NODE, NULL, a->node, NULL)); break;
	case ACT_CNODE_DELETE: object_op(c, OP_CNODE_DELETE, a); break;
	case ACT_JOB_GET: object_op(c, OP_JOB_GET, a); break;
	case ACT_JOB_DELETE: object_op(c, OP_JOB_DELETE, a); break;
	case ACT_POD_CREATE: pod_create(c, &a->pod_create); break;
	case ACT_POD_DELETE:
		op_queue(op_new(c, OP_POD_DELETE, a->pod_delete.ns, a->pod_delete.name,
				a->pod_delete.uid));
		break;
	case ACT_NOTE: note(c, &a->note); break;
	case ACT_TEMPLATE_DROP: templates_drop(c, a->template_hash); break;
	}
}

void act_all(struct coordinator *c, const struct core_actions *actions)
{
	for (uint32_t i = 0; i < actions->n; i++)
		act(c, &actions->v[i]);
}
