/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants, looked at with every change, request and message. What the programs could not have
 * known is allowed for: a change younger than KNOWING_MS, a machine that was faulty. */
#include "test/sim/checks/checks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/agents.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/budget.h"
#include "test/sim/checks/choices.h"
#include "test/sim/checks/decide.h"
#include "test/sim/checks/depends.h"
#include "test/sim/checks/failing.h"
#include "test/sim/checks/floor.h"
#include "test/sim/checks/free.h"
#include "test/sim/checks/gate.h"
#include "test/sim/checks/heard.h"
#include "test/sim/checks/hello.h"
#include "test/sim/checks/memory.h"
#include "test/sim/checks/mind.h"
#include "test/sim/checks/orders.h"
#include "test/sim/checks/paced.h"
#include "test/sim/checks/rate.h"
#include "test/sim/checks/refused.h"
#include "test/sim/checks/room.h"
#include "test/sim/checks/said.h"
#include "test/sim/checks/scan.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/checks/status.h"
#include "test/sim/checks/stop.h"
#include "test/sim/checks/witness.h"
#include "test/sim/checks/words.h"
#include "test/sim/cluster/proc.h"

static bool is_member(const struct version *v)
{
	return v->kind == API_POD && *str_or_empty(v->meta.owner_uid) && !v->forged;
}

static void change(struct checks *c, const struct change *ch)
{
	const struct version *v = ch->now;
	if (ch->ev == WATCH_ADDED && is_member(v))
		check_born(c, v);
	if (ch->ev == WATCH_ADDED && is_member(v))
		check_replaced(c, v);
	if (ch->ev == WATCH_ADDED && is_member(v))
		check_depends_born(c, v);
	if (v->kind == API_JOB && ch->ev != WATCH_DELETED)
		check_note_dependencies(c, v);
	if (v->kind == API_JOB && ch->ev == WATCH_MODIFIED)
		check_depends_told(c, ch->prev, v);
	if (ch->ev == WATCH_ADDED && is_member(v))
		check_asked_again(c, v);
	if (ch->ev == WATCH_MODIFIED && is_member(v))
		check_ended(c, v);
	if (is_member(v) && v->pod.started)
		check_note_together(c, v);
	if (ch->ev == WATCH_DELETED && is_member(v))
		check_gone(c, v);
	if (ch->ev == WATCH_DELETED && is_member(v))
		check_note_refused_gone(c, v);
	if (v->kind == API_POD && ch->ev == WATCH_DELETED && !pod_ended(v))
		check_note_room(c, v);
	if (v->kind == API_JOB && ch->ev == WATCH_MODIFIED)
		check_status(c, ch->prev, v);
	if (v->kind == API_JOB && ch->ev == WATCH_MODIFIED)
		check_refused_job(c, ch->prev, v);
	if (v->kind == API_JOB && ch->prev)
		check_note_selection(c, ch->prev, v);
	if (v->kind == API_JOB && ch->ev != WATCH_DELETED)
		check_note_template(c, v);
	if (v->kind == API_JOB && (ch->ev == WATCH_DELETED ||
				   (ch->prev && ch->prev->meta.generation != v->meta.generation)))
		check_shapes_gone(c);
	/* What users said last may not be known yet. */
	if (v->kind == API_JOB && ch->prev && ch->prev->meta.generation != v->meta.generation)
		check_note_changed(c, v->meta.uid);
	/* The admission policy holds who does not know yet that a pod was orphaned. */
	if (v->kind == API_POD && ch->prev && ch->prev->meta.owner_uid && !v->meta.owner_uid)
		check_note_changed(c, v->meta.uid);
	if (v->kind == API_POD && !v->meta.owner_uid)
		check_note_changed(c, v->pod.node);
	if (v->kind == API_CLAIM && ch->ev == WATCH_MODIFIED)
		check_choice(c, ch->prev, v);
	if (v->kind == API_STORAGE_CLASS || v->kind == API_CSI_DRIVER ||
	    v->kind == API_CSI_CAPACITY)
		check_note_changed(c, CHANGED_ROOM);
	if (v->kind >= API_RUNTIME_CLASS)
		check_note_changed(c, CHANGED_NEEDED);
	if (v->kind == API_NODE || (v->kind == API_COMPUTE_NODE &&
				    (!ch->prev || ch->prev->meta.generation != v->meta.generation ||
				     !check_same_kvs(&ch->prev->meta.labels, &v->meta.labels))))
		check_note_changed(c, v->meta.name);
}

static void request(struct checks *c, const char *who, const struct api_request *req)
{
	static const char *const verbs[] = {"LIST",  "WATCH",  "GET",   "CREATE",
					    "PATCH", "STATUS", "APPLY", "DELETE"};
	if (req->kind != API_LEASE)
		world_log(c->world, who, LOG_DEBUG, "request",
			  (struct log_kv[]){KS("verb", verbs[req->verb]), KI("kind", req->kind),
					    KS("name", req->name), KS("rv", req->rv)},
			  4);
	if (req->verb == API_PATCH_STATUS && *who == 'c')
		c->said_step = c->world->clock.steps;
	c->coordinator_creates = req->verb == API_CREATE && req->kind == API_POD && *who == 'c';
	if (strncmp(who, "coordinator", 11) == 0 || strncmp(who, "agent/", 6) == 0)
		check_rate(c, who, req);
	if (req->verb == API_GET && req->kind == API_JOB)
		mind_note_get(c, who, req);
	if (req->verb == API_DELETE)
		check_delete(c, who, req);
	if (req->verb == API_DELETE && req->kind == API_JOB && *who == 'c')
		check_depends_deleted(c, who, req);
	if (req->verb == API_PATCH_STATUS && !*str_or_empty(req->rv))
		world_fail(c->world, "unfenced", "%s writes the status of %s unfenced", who,
			   req->name);
	if (req->verb == API_PATCH_STATUS && req->kind == API_COMPUTE_NODE)
		check_agentless_said(c, who, req);
	if (req->verb == API_CREATE && req->kind == API_POD)
		check_note_asked(c, req->pod_create->job_uid, req->pod_create->index,
				 req->pod_create->attempt);
	if (req->verb == API_CREATE && req->kind == API_POD && !strncmp(who, "agent/", 6))
		check_ordered(c, who, req->pod_create->name);
	if (req->verb == API_CREATE && req->kind == API_POD)
		check_failing(c, who, req->pod_create);
	if (req->verb == API_CREATE && req->kind == API_EVENT)
		check_event_words(c, req->event->note);
}

/* ---- what the cluster, its connections and its network show ---- */

static void on_change(void *self, const struct change *ch)
{
	struct checks *c = self;
	change(c, ch);
	heard_change(c->heard, ch);
	budget_change(c->budget, ch);
}

static void on_request(void *self, const char *who, const struct api_request *req)
{
	struct checks *c = self;
	if (req->dry_run) { /* it creates nothing */
		struct mind *m = check_mind(c, cluster_proc(c->cluster, who));
		budget_request(c->budget, who, req);
		if (m)
			check_shape_asked(c, m, req->pod_create);
		return;
	}
	witness_request(c->cluster, who, req);
	request(c, who, req);
	heard_request(c->heard, who, req);
	budget_request(c->budget, who, req);
}

static void on_log(void *self, const struct proc *p, const char *msg, const struct log_kv *kv,
		   size_t n)
{
	decide_line(self, p, msg, kv, n);
}

static void on_turn(void *self, const struct proc *p)
{
	witness_turn(p);
	check_paced(self, p);
	check_same_orders(self, p);
	check_memory(self, p);
}

static void on_saw(void *self, const struct host *host, enum watch_event ev, struct version *v)
{
	mind_saw(self, proc_of(host), ev, v);
}

static void on_list(void *self, const struct host *host, enum api_kind kind, bool ends)
{
	mind_list(self, proc_of(host), kind, ends);
}

static void on_message(void *self, const struct host *host, const struct msg *msg)
{
	struct checks *c = self;
	if (host->stranger)
		return;
	check_scan(c);
	if (msg->type == MSG_WELCOME && msg->welcome.epoch > c->epoch) {
		c->epoch = msg->welcome.epoch;
		c->led_ms = c->world->clock.now_ms;
	}
	budget_message(c->budget, proc_of(host), msg);
	orders_message(c, proc_of(host), msg);
}

static void on_sent(void *self, const struct host *host, const struct msg *msg)
{
	if (msg->type == MSG_HELLO && !host->stranger)
		check_hello(self, host, &msg->hello);
}

static void on_reply(void *self, const struct host *host, const struct msg *msg)
{
	decide_reply(self, proc_of(host), msg);
}

struct checks *checks_new(struct cluster *cl)
{
	struct checks *c = mem_zalloc(1, sizeof *c);
	c->cluster = cl;
	c->world = &cl->world;
	c->minds = mem_zalloc(1, sizeof *c->minds);
	c->heard = heard_new(c);
	c->budget = budget_new(cl);
	c->led_ms = c->synced_ms = INT64_MIN / 2;
	cl->watch = (struct cluster_watch){c, on_change, on_request, on_log, on_turn};
	net_watch(cl->world.net, c, on_message, on_reply);
	net_watch_sent(cl->world.net, on_sent);
	conns_watch(cl->world.conns, &(struct conns_witness){c, on_saw, on_list});
	return c;
}

struct checks *checks_free(struct checks *c)
{
	struct made *m, *mtmp;
	struct changed *h, *htmp;
	HASH_ITER (hh, c->made, m, mtmp) {
		HASH_DEL(c->made, m);
		free(m->key);
		free(m);
	}
	HASH_ITER (hh, c->changed, h, htmp) {
		HASH_DEL(c->changed, h);
		free(h->name);
		free(h);
	}
	check_agents_free(c);
	check_depends_free(c);
	HASH_ITER (hh, c->stopped, h, htmp) {
		HASH_DEL(c->stopped, h);
		free(h->name);
		free(h);
	}
	orders_free(c);
	minds_free(c);
	check_failing_free(c);
	check_rates_free(c);
	check_floors_free(c);
	check_moves_free(c);
	heard_free(c->heard);
	budget_free(c->budget);
	free(c);
	return NULL;
}

const struct heard *checks_heard(const struct checks *c)
{
	return c->heard;
}
