/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator says in its log what it decides, at the moment when it does. Each such line is
 * held against the rules and against what that process knew (mind.c). */
#include "test/sim/checks/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/agents.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/budget.h"
#include "test/sim/checks/gate.h"
#include "test/sim/checks/keep.h"
#include "test/sim/checks/kept.h"
#include "test/sim/checks/leads.h"
#include "test/sim/checks/line.h"
#include "test/sim/checks/lost.h"
#include "test/sim/checks/passed.h"
#include "test/sim/checks/place.h"
#include "test/sim/checks/prefer.h"
#include "test/sim/checks/retry.h"
#include "test/sim/checks/said.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/checks/stop.h"

enum { LOST_TOGETHER_MS = 2000 };

/* ---- what is heard and stopped ---- */

static void on_failed(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_failure *f;
	const struct version *v = l->job ? world_by_uid(c->world, API_JOB, l->job->meta.uid) : NULL;
	/* The line names the job, which may be another one of that name by now. */
	if (!v || !check_ever_made(c, l->job->meta.uid))
		return;
	buf_printf(&key, "%s/%u", l->job->meta.uid, l->index);
	HASH_FIND_STR(m->failures, buf_str(&key), f);
	if (!f) {
		f = mem_zalloc(1, sizeof *f);
		f->key = buf_steal(&key);
		HASH_ADD_KEYPTR(hh, m->failures, f->key, strlen(f->key), f);
	}
	f->failed = v->job.status.failed;
}

static uint32_t may_be_away(const struct job_spec *s)
{
	uint32_t n = s->max_unavailable_percent ? s->max_unavailable * job_at_once(s) / 100
						: s->max_unavailable;
	return n < 1 ? 1 : n;
}

/* In truth, whatever the coordinator has been told. */
static bool runs(const struct world *w, const struct line *l)
{
	const struct version *pod = line_pod(w, l, l->job->meta.uid);
	return pod && pod->began_ms && !pod_ended(pod);
}

/* The attempt that the line is about; made if there is none. */
static struct mind_att *att_of(struct mind *m, const struct line *l)
{
	return mind_att_of(m, l->job->meta.uid, l->index, l->attempt);
}

static void note_state(struct checks *c, const struct version *job)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "state/%s", job->meta.uid);
	check_note_changed(c, buf_str(&key));
}

/* An order of the leader before goes on: its job is no gang that starts now. */
static void on_resumed(struct checks *c, struct mind *m, const struct line *l)
{
	if (l->job)
		mind_job_of(m, l->job->meta.uid)->group_ms = c->world->clock.now_ms;
}

static void on_placed(struct checks *c, struct mind *m, const struct line *l)
{
	if (l->job)
		mem_strset(&att_of(m, l)->placed, l->job->job.spec.template_text);
	if (l->job) { /* before check_placed() takes note of it */
		check_preferred(c, m, l);
		check_retry(c, m, l);
		check_placed_on_kept(c, m, l);
		check_passed(c, m, l);
	}
	check_placed(c, m, l);
}

/* What was stopped is not to be created any more. (A pod of it that came late is another matter: it
 * is there, and may be taken up.) */
void decide_reply(struct checks *c, const struct proc *from, const struct msg *msg)
{
	struct mind *m = check_mind(c, from);
	for (uint32_t i = 0; m && msg->type == MSG_ORDERS && i < msg->orders.norders; i++) {
		const struct order *o = &msg->orders.orders[i];
		const struct mind_att *a =
			mind_att_find(m, str_or_empty(o->job_uid), o->index, o->attempt);
		if (o->launch && a && a->stopped)
			world_fail(c->world, "order-stopped", "%s orders %s, which it has stopped",
				   from->host.name, o->pod);
	}
}

static bool has_successor(const struct checks *c, const struct line *l)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const char *uid = check_label(sh->v[i], LABEL_JOB_UID);
		const struct version *pod = line_pod(c->world, l, uid);
		if (pod && check_same_index(sh->v[i], pod) &&
		    strtoul(check_label(sh->v[i], LABEL_ATTEMPT), NULL, 10) > l->attempt)
			return true;
	}
	return false;
}

/* A pod of an unknown job goes only when a live GET has said that there is no such job (any more),
 * or when it has a successor, whatever became of the job. */
static void on_stray_stopped(struct checks *c, const struct mind *m, const struct line *l)
{
	const struct mind_met *met = mind_met_find(m, l->job_key);
	if (has_successor(c, l))
		return;
	if (met && (met->shown || (met->asked && !(met->live && line_pod(c->world, l, met->live)))))
		return;
	world_fail(c->world, "delete-unasked", "%s stops member %u of %s, a job that %s",
		   m->proc->host.name, l->index, l->job_key,
		   met ? "is there, by its own GET" : "it does not know and has not asked for");
}

static void on_stopped(struct checks *c, struct mind *m, const struct line *l)
{
	on_stray_stopped(c, m, l);
	if (l->job && str_eq(l->why, "job deleted"))
		check_stopped_deleted(c, m, l);
	/* Members of a deleted job may have the name of the one that was made in its place. */
	if (!l->job || str_eq(l->why, "job deleted"))
		return;
	struct mind_att *a = att_of(m, l);
	a->stopped = true;
	check_stopped(c, m, l);
	if (!str_eq(l->why, "template changed") || l->job->job.spec.update != UPDATE_ROLLING ||
	    !a->runs || !runs(c->world, l))
		return;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	if (j->rolled_step != c->world->clock.steps)
		j->rolled = 0;
	j->rolled_step = c->world->clock.steps;
	if (++j->rolled > may_be_away(&l->job->job.spec))
		world_fail(c->world, "max-unavailable", "%s stops %u running members of %s at once",
			   m->proc->host.name, j->rolled, l->job_key);
}

static void on_lost(struct checks *c, struct mind *m, const struct line *l)
{
	if (l->job)
		att_of(m, l)->runs = false;
	check_lost(c, m, l);
}

static void on_silent(struct checks *c, struct mind *m, const struct line *l)
{
	int64_t now_ms = c->world->clock.now_ms;
	const struct machine *mc = cluster_machine(c->cluster, l->node);
	struct mind_node *n = mind_node_of(m, l->node);
	n->silent = true;
	n->silent_ms = now_ms;
	/* We stood still and it did not: nobody was silent but we. */
	if (mc && !check_broken(c, l->node) && mc->agent.host.alive &&
	    (!mc->agent.host.paused_until_ms ||
	     mc->agent.host.paused_until_ms + FAULTY_MS < now_ms) &&
	    m->proc->host.paused_until_ms <= now_ms &&
	    m->proc->host.paused_until_ms + LOST_TOGETHER_MS > now_ms)
		world_fail(c->world, "own-stall", "%s calls %s silent after it stood still itself",
			   m->proc->host.name, l->node);
}

static void on_answers(struct checks *c, struct mind_node *n)
{
	n->silent = false;
	n->since_ms = c->world->clock.now_ms;
}

static void on_registered(struct checks *c, struct mind_node *n)
{
	check_agent_came(c, n->name);
	n->registered = n->connected = true;
	on_answers(c, n);
}

static void on_admission_changed(struct checks *c, struct mind *m, const struct line *l)
{
	check_shape_changed(c, m, l);
	budget_admission_changed(c->budget);
}

void decide_line(struct checks *c, const struct proc *p, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	struct mind *m = check_mind(c, p);
	if (!m)
		return;
	check_leads(c, p, msg);
	check_gangs_over(c, m);
	check_preferred_over(c, m, m->offers.uid);
	struct line l = line_of(m, kv, n);
	check_not_denied(m, &l, msg);
	if (l.job && str_eq(msg, "job state changed"))
		note_state(c, l.job);
	if (l.job && !strncmp(msg, "nodes ", 6))
		budget_held(c->budget, l.job->meta.uid);
	if (str_eq(msg, "coordinator leads"))
		mind_forget_leadership(m);
	else if (str_eq(msg, "core synced"))
		check_gate_synced(c, m);
	else if (str_eq(msg, "wait for agents ended"))
		check_gate_open(c, m);
	else if (str_eq(msg, "member placed"))
		on_placed(c, m, &l);
	else if (str_eq(msg, "member resumed"))
		on_resumed(c, m, &l);
	else if (str_eq(msg, "no answer about what pods need, the template's requests hold"))
		check_shape_unanswered(m, &l);
	else if (str_eq(msg, "admission changes what pods ask for"))
		on_admission_changed(c, m, &l);
	else if (str_eq(msg, "nodes reserved"))
		check_kept(c, m, &l);
	else if (str_eq(msg, "nodes released"))
		check_released(c, m, &l);
	else if (str_eq(msg, "nodes held in vain"))
		check_kept_in_vain(c, m, &l);
	else if (str_eq(msg, "member started") && l.job)
		att_of(m, &l)->runs = true;
	else if (str_eq(msg, "member refused"))
		check_member_refused(c, m, &l);
	else if (str_eq(msg, "member denied"))
		check_denied(c, m, &l);
	else if (str_eq(msg, "member failed"))
		on_failed(c, m, &l);
	else if (str_eq(msg, "member stopped"))
		on_stopped(c, m, &l);
	else if (str_eq(msg, "member lost"))
		on_lost(c, m, &l);
	else if (str_eq(msg, "most agents silent at once, their members are not replaced"))
		m->suspects_itself = true;
	else if (str_eq(msg, "enough agents heard again"))
		m->suspects_itself = false;
	else if (str_eq(msg, "agent silent"))
		on_silent(c, m, &l);
	else if (str_eq(msg, "agent heard again"))
		on_answers(c, mind_node_of(m, l.node));
	else if (str_eq(msg, "agent unregistered"))
		mind_node_of(m, l.node)->connected = false;
	else if (str_eq(msg, "agent registered"))
		on_registered(c, mind_node_of(m, l.node));
}
