/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/coordinator/state/tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/memory.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"
#include "coordinator/core/state/volumes.h"

enum { START_MS = 1000000, TEXT_MAX = 1 << 24 };

struct tables {
	struct core core;
	struct log log;
	struct buf logged, text; /* text: what the last call returned */
};

static struct tables *whole(struct core *c)
{
	return OWNER_OF(c, struct tables, core);
}

static void on_log(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		   size_t n)
{
	struct tables *t = self;
	(void)level;
	buf_puts(&t->logged, msg);
	for (size_t i = 0; i < n; i++) {
		if (kv[i].str)
			buf_printf(&t->logged, " %s=%s", kv[i].key, kv[i].str);
		else
			buf_printf(&t->logged, " %s=%" PRId64, kv[i].key, kv[i].num);
	}
	buf_putc(&t->logged, '\n');
}

int tables_setup(void **state)
{
	struct tables *t = mem_zalloc(1, sizeof *t);
	struct core *c = &t->core;
	t->log = (struct log){.min = LOG_DEBUG, .self = t, .sink = on_log};
	t->logged = (struct buf)BUF_INIT(TEXT_MAX);
	t->text = (struct buf)BUF_INIT(TEXT_MAX);
	c->cfg = core_config_usual();
	c->log = &t->log;
	tables_init(c);
	c->leading = c->synced = c->settled = c->gate.open = true;
	c->gate.opens_ms = INT64_MAX;
	c->now_ms = c->wall_ms = c->loop_ms = START_MS;
	*state = c;
	return 0;
}

static void free_records(struct core *c)
{
	struct job_record *j;
	struct node_record *n, *ntmp;
	queue_forget(c);
	HASH_ITER (hh, c->nodes.by_name, n, ntmp) {
		while (n->attempts)
			attempt_free(c, n->attempts);
	}
	DL_FOREACH2(c->jobs.all, j, all_next)
	dependencies_free(c, j);
	while ((j = c->jobs.all))
		job_free(c, j);
	HASH_ITER (hh, c->nodes.by_name, n, ntmp)
		node_free(c, n);
	templates_forget(c);
}

int tables_teardown(void **state)
{
	struct core *c = *state;
	free_records(c);
	tickets_forget(c);
	tables_done(c);
	buf_done(&whole(c)->logged);
	buf_done(&whole(c)->text);
	free(whole(c));
	return 0;
}

struct core *tables_of(void **state)
{
	return *state;
}

/* ---- nodes ---- */

struct node_record *tables_node(struct core *c, const char *name, int64_t cpu_milli,
				int64_t memory_milli)
{
	const struct res room[] = {{"cpu", cpu_milli}, {"memory", memory_milli}, {"pods", 110000}};
	const struct reslist list = {room, ARRAY_LEN(room)};
	struct node_record *n = node_get(c, name);
	n->kube.exists = n->compute.exists = true;
	n->kube.ready = COND_TRUE;
	n->agent.heard = n->agent.capacity_known = true;
	n->agent.session = 1;
	n->agent.heard_loop_ms = c->loop_ms;
	node_set_connected(c, n, true);
	n->verdict.state = COMPUTE_NODE_RUNNING;
	res_row_set(c, n, ROW_ALLOC, &list);
	res_row_set(c, n, ROW_SPEC, &list);
	res_caps(c, n);
	bitset_set(&c->nodes.usable, n->idx);
	return n;
}

void tables_select(struct core *c, struct node_record *n, const struct kvs *labels,
		   const struct taint *taints, uint32_t ntaints)
{
	labels_node_out(c, n);
	labels_set(c, &n->kube.labels, labels);
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		intern_put(c->strs, n->kube.taints[i].key);
		intern_put(c->strs, n->kube.taints[i].val);
	}
	free(n->kube.taints);
	n->kube.taints = mem_zalloc(ntaints, sizeof *n->kube.taints);
	n->kube.ntaints = ntaints;
	for (uint32_t i = 0; i < ntaints; i++)
		n->kube.taints[i] = (struct node_taint){
			intern_get(c->strs, taints[i].key),
			intern_get(c->strs, str_or_empty(taints[i].value)), taints[i].effect};
	labels_node_in(c, n);
}

void tables_fill(struct core *c, struct node_record *n, int64_t cpu_milli)
{
	struct need cpu = {RES_CPU, cpu_milli};
	const struct needs needs = {&cpu, 1};
	res_use(c, n, &needs, 1);
}

/* ---- jobs ---- */

void tables_request(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	struct request *r = request_get(c, spec);
	request_put(c, j->spec.request);
	j->spec.request = r;
}

struct job_record *tables_job(struct core *c, const char *name, uint32_t parallelism)
{
	return tables_job_in(c, "default", name, parallelism);
}

struct job_record *tables_job_in(struct core *c, const char *ns, const char *name,
				 uint32_t parallelism)
{
	static const struct res asks[] = {{"cpu", 1000}, {"memory", INT64_C(1000) * GI}};
	const struct job_spec spec = {.requests = {asks, ARRAY_LEN(asks)}};
	AUTO(buf_done) struct buf uid = BUF_INIT(128);
	buf_printf(&uid, "uid-%s", name);
	struct job_record *j = job_new(c, ns, name, buf_str(&uid));
	j->object.known = true;
	j->object.generation = 1;
	j->object.created_ms = c->wall_ms;
	job_set_named(c, j, true);
	j->spec.completions = j->spec.parallelism = parallelism;
	j->spec.min_parallelism = parallelism;
	j->spec.deadline_s = j->spec.ttl_s = -1;
	j->spec.backoff_limit = 6;
	j->spec.template_id = intern_get(c->strs, "0123456789abcdef");
	templates_use(c, j->ns, j->spec.template_id, 1);
	tables_request(c, j, &spec);
	job_set_state(c, j, JOB_PENDING);
	return j;
}

struct attempt *tables_attempt(struct core *c, struct job_record *j, uint32_t index,
			       struct node_record *n)
{
	struct slot *s = job_slot(j, index);
	struct attempt *a = attempt_new(c, j, index, s->last + 1, n);
	a->confirmed = true;
	a->template_id = j->spec.template_id;
	intern_ref(c->strs, a->template_id);
	request_resolve(c, j->spec.request);
	a->needs = needs_copy(&j->spec.request->needs);
	a->ports = host_ports_copy(&j->spec.request->ports);
	a->volumes = volumes_of(j->spec.request);
	job_slot(j, index)->current = a;
	attempt_set_state(c, a, ATTEMPT_ORDERED);
	ticket_found(c, a);
	return a;
}

void tables_job_free(struct core *c, struct job_record *j)
{
	while (j->members.attempts)
		attempt_free(c, j->members.attempts);
	dependencies_free(c, j);
	job_free(c, j);
	c->out.n = 0;
}

/* ---- what came out ---- */

static void put_object(struct buf *b, const char *what, const struct core_action *a)
{
	buf_printf(b, "%s %s%s", what, a->object.name, a->object.urgent ? " urgent" : "");
}

static void put_action(struct buf *b, const struct core_action *a)
{
	static const char *const kinds[] = {"RuntimeClass",
					    "PersistentVolumeClaim",
					    "PersistentVolume",
					    "StorageClass",
					    "CSIDriver",
					    "CSINodes",
					    "CSIStorageCapacities",
					    "pool"};
	switch (a->type) {
	case ACT_ORDERS: buf_printf(b, "ORDERS %s", a->node); break;
	case ACT_LIST_NODE: buf_printf(b, "LIST_NODE %s", a->node); break;
	case ACT_COMPUTE_NODE_APPLY: buf_printf(b, "CNODE_APPLY %s", a->node); break;
	case ACT_JOB_STATUS: put_object(b, "JOB_STATUS", a); break;
	case ACT_COMPUTE_NODE_STATUS: put_object(b, "CNODE_STATUS", a); break;
	case ACT_COMPUTE_NODE_DELETE: put_object(b, "CNODE_DELETE", a); break;
	case ACT_JOB_GET: put_object(b, "JOB_GET", a); break;
	case ACT_JOB_DELETE: put_object(b, "JOB_DELETE", a); break;
	case ACT_POD_CREATE:
		buf_printf(b, "POD_CREATE %s/%u/%u on %s", a->pod_create.job_name,
			   a->pod_create.index, a->pod_create.attempt, a->pod_create.node);
		break;
	case ACT_POD_ASK: buf_printf(b, "POD_ASK %s", a->pod_ask.key); break;
	case ACT_POD_DELETE: buf_printf(b, "POD_DELETE %s", a->pod_delete.uid); break;
	case ACT_SERVICE: put_object(b, "SERVICE", a); break;
	case ACT_POD_LABEL:
		buf_printf(b, "POD_LABEL %s %s", a->pod_label.uid,
			   a->pod_label.current ? "current" : "none");
		break;
	case ACT_NOTE:
		buf_printf(b, "%s %s %s: %s", a->note.warning ? "WARNING" : "NORMAL", a->note.name,
			   a->note.reason, a->note.note);
		break;
	case ACT_CHOOSE:
		buf_printf(b, "CHOOSE %s %s %s %s %s", a->choose.claim, a->choose.uid,
			   *a->choose.volume ? "gets" : "on",
			   *a->choose.volume ? a->choose.volume : a->choose.node, a->choose.rv);
		break;
	case ACT_LOOKUP:
		buf_printf(b, "LOOKUP %s %s", kinds[a->lookup.kind], a->lookup.name);
		break;
	case ACT_TEMPLATE_DROP: buf_printf(b, "TEMPLATE_DROP %s", a->template_name); break;
	}
	buf_putc(b, '\n');
}

const char *tables_did(struct core *c)
{
	struct buf *b = &whole(c)->text;
	buf_reset(b);
	for (uint32_t i = 0; i < c->out.n; i++)
		put_action(b, &c->out.v[i]);
	c->out.n = 0;
	return buf_str(b);
}

const char *tables_logged(struct core *c)
{
	struct tables *t = whole(c);
	buf_reset(&t->text);
	buf_puts(&t->text, buf_str(&t->logged));
	buf_reset(&t->logged);
	return buf_str(&t->text);
}

const char *tables_names(struct core *c, const struct bitset *b)
{
	struct buf *text = &whole(c)->text;
	buf_reset(text);
	for (uint32_t i = bitset_next(b, 0); i != UINT32_MAX; i = bitset_next(b, i + 1)) {
		if (i < c->nodes.n && c->nodes.at[i])
			buf_printf(text, "%s%s", text->len ? " " : "", c->nodes.at[i]->name);
	}
	return buf_str(text);
}
