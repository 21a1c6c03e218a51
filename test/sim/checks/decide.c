/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator says in its log what it decides, at the moment when it does. Each such line is
 * held against the rules and against what that process knew (check_known.c). */
#include "test/sim/checks/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { GATE_MS = 30000, MASS_PERCENT = 55, MASS_MIN = 3, LOST_TOGETHER_MS = 2000 };

/* ---- a line of the log ---- */

static const struct log_kv *value(const struct line *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->kv[i].key, key))
			return &l->kv[i];
	}
	return NULL;
}

const char *line_text(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? str_or_empty(kv->str) : "";
}

int64_t line_number(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? kv->num : 0;
}

static struct line line_of(const struct mind *m, const struct log_kv *kv, size_t n)
{
	struct line l = {.kv = kv, .n = n};
	AUTO(buf_done) struct buf ns = BUF_INIT(256);
	l.job_key = line_text(&l, "job");
	l.node = line_text(&l, "node");
	l.why = line_text(&l, "why");
	l.index = (uint32_t)line_number(&l, "member");
	l.attempt = (uint32_t)line_number(&l, "attempt");
	const char *slash = strchr(l.job_key, '/');
	if (!slash)
		return l;
	buf_put(&ns, l.job_key, (size_t)(slash - l.job_key));
	const struct known_version *k = mind_find(m, API_JOB, buf_str(&ns), slash + 1);
	l.job = k ? k->v : NULL;
	return l;
}

/* ---- what is heard and stopped ---- */

static void on_open(struct checks *c, struct mind *m)
{
	const struct known_version *k;
	const struct mind_node *n;
	m->open = true;
	if (c->sim->clock.now_ms >= m->synced_ms + GATE_MS)
		return;
	for (k = m->known; k; k = k->hh.next) {
		if (k->v->kind != API_NODE || k->v->node.ready != COND_TRUE)
			continue;
		HASH_FIND_STR(m->nodes, k->v->meta.name, n);
		if (!n || !n->registered)
			sim_fail(c->sim, "decide-early",
				 "%s takes all agents for heard, not that of %s",
				 m->proc->host.name, k->v->meta.name);
	}
}

static void on_failed(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_failure *f;
	const struct version *v = l->job ? sim_by_uid(c->sim, API_JOB, l->job->meta.uid) : NULL;
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
	uint32_t n = s->max_unavailable_percent ? s->max_unavailable * s->parallelism / 100
						: s->max_unavailable;
	return n < 1 ? 1 : n;
}

const struct version *line_pod(const struct sim *s, const struct line *l, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(check_label(sh->v[i], LABEL_JOB_UID), uid) &&
		    strtoul(check_label(sh->v[i], LABEL_INDEX), NULL, 10) == l->index &&
		    strtoul(check_label(sh->v[i], LABEL_ATTEMPT), NULL, 10) == l->attempt)
			return sh->v[i];
	}
	return NULL;
}

/* In truth, whatever the coordinator has been told. */
static bool runs(const struct sim *s, const struct line *l)
{
	const struct version *pod = line_pod(s, l, l->job->meta.uid);
	return pod && pod->pod.phase == POD_RUNNING;
}

static struct mind_att *att_find(const struct mind *m, const char *uid, uint32_t index,
				 uint32_t attempt, struct buf *key)
{
	struct mind_att *a;
	buf_printf(key, "%s/%u/%u", uid, index, attempt);
	HASH_FIND_STR(m->atts, buf_str(key), a);
	return a;
}

/* The attempt that the line is about; made if there is none. */
static struct mind_att *att_of(struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_att *a = att_find(m, l->job->meta.uid, l->index, l->attempt, &key);
	if (a)
		return a;
	a = mem_zalloc(1, sizeof *a);
	a->key = buf_steal(&key);
	HASH_ADD_KEYPTR(hh, m->atts, a->key, strlen(a->key), a);
	return a;
}

const char *mind_placed(const struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	const struct mind_att *a = att_find(m, l->job->meta.uid, l->index, l->attempt, &key);
	return a ? a->placed : NULL;
}

static void on_placed(struct checks *c, struct mind *m, const struct line *l)
{
	if (l->job)
		mem_strset(&att_of(m, l)->placed, l->job->job.spec.template_text);
	check_placed(c, m, l);
}

/* What was stopped is not to be created any more. (A pod of it that came late is another matter: it
 * is there, and may be taken up.) */
void checks_reply(void *self, const struct host *from, const struct msg *msg)
{
	struct checks *c = self;
	struct mind *m = check_mind(c, proc_of(from));
	for (uint32_t i = 0; m && msg->type == MSG_ORDERS && i < msg->orders.norders; i++) {
		AUTO(buf_done) struct buf key = BUF_INIT(128);
		const struct order *o = &msg->orders.orders[i];
		const struct mind_att *a =
			att_find(m, str_or_empty(o->job_uid), o->index, o->attempt, &key);
		if (o->launch && a && a->stopped)
			sim_fail(c->sim, "order-stopped", "%s orders %s, which it has stopped",
				 from->name, o->pod);
	}
}

/* A pod of an unknown job goes only when a live GET has said that there is no such job (any more).
 */
static void on_stray_stopped(struct checks *c, const struct mind *m, const struct line *l)
{
	const struct mind_met *met = mind_met_find(m, l->job_key);
	if (met && (met->shown || (met->asked && !(met->live && line_pod(c->sim, l, met->live)))))
		return;
	sim_fail(c->sim, "delete-unasked", "%s stops member %u of %s, a job that %s",
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
	    !a->runs || !runs(c->sim, l))
		return;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	if (j->rolled_step != c->sim->clock.steps)
		j->rolled = 0;
	j->rolled_step = c->sim->clock.steps;
	if (++j->rolled > may_be_away(&l->job->job.spec))
		sim_fail(c->sim, "max-unavailable", "%s stops %u running members of %s at once",
			 m->proc->host.name, j->rolled, l->job_key);
}

static void count_silent(const struct mind *m, uint32_t *ret_silent, uint32_t *ret_all)
{
	*ret_silent = *ret_all = 0;
	for (const struct mind_node *n = m->nodes; n; n = n->hh.next) {
		*ret_silent += n->silent;
		*ret_all += n->silent || n->connected;
	}
}

/* Lost for silence alone: its Node says that it is well. */
static void on_lost(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *k = mind_find(m, API_NODE, NULL, l->node);
	uint32_t silent, all;
	if (l->job)
		att_of(m, l)->runs = false;
	if (!k || k->v->node.ready != COND_TRUE || k->v->node.ntaints)
		return;
	m->lost_ms = c->sim->clock.now_ms;
	count_silent(m, &silent, &all);
	if (silent >= MASS_MIN && silent * 100 > all * MASS_PERCENT)
		sim_fail(c->sim, "mass-silence", "%s gives up member %u of %s: %u of %u are silent",
			 m->proc->host.name, l->index, l->job_key, silent, all);
}

static void on_silent(struct checks *c, struct mind *m, const struct line *l)
{
	const struct sim *s = c->sim;
	const struct machine *mc = sim_machine(c->sim, l->node);
	mind_node_of(m, l->node)->silent = true;
	/* We stood still and it did not: nobody was silent but we. */
	if (mc && !check_broken(c, l->node) && mc->agent.host.alive &&
	    (!mc->agent.host.paused_until_ms ||
	     mc->agent.host.paused_until_ms + FAULTY_MS < s->clock.now_ms) &&
	    m->proc->host.paused_until_ms <= s->clock.now_ms &&
	    m->proc->host.paused_until_ms + LOST_TOGETHER_MS > s->clock.now_ms)
		sim_fail(c->sim, "own-stall", "%s calls %s silent after it stood still itself",
			 m->proc->host.name, l->node);
}

static void on_answers(struct checks *c, struct mind_node *n)
{
	n->silent = false;
	n->since_ms = c->sim->clock.now_ms;
}

static void on_registered(struct checks *c, struct mind_node *n)
{
	n->registered = n->connected = true;
	on_answers(c, n);
}

bool check_answers(struct checks *c, const char *node, int64_t for_ms)
{
	bool any = false;
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		const struct mind_node *n;
		if (!m->proc || !m->proc->host.alive || !proc_leads(m->proc))
			continue; /* one that stood still may believe so for a while: ask all */
		HASH_FIND_STR(m->nodes, node, n);
		if (!n || !n->connected || n->silent ||
		    n->since_ms + for_ms >= c->sim->clock.now_ms)
			return false;
		any = true;
	}
	return any;
}

void checks_log(struct checks *c, const struct proc *p, const char *msg, const struct log_kv *kv,
		size_t n)
{
	struct mind *m = check_mind(c, p);
	if (!m)
		return;
	check_gangs_over(c, m);
	struct line l = line_of(m, kv, n);
	check_not_denied(m, &l, msg);
	if (str_eq(msg, "leading"))
		mind_forget_leadership(m);
	else if (str_eq(msg, "core synced"))
		m->synced_ms = c->sim->clock.now_ms;
	else if (str_eq(msg, "agents have been heard"))
		on_open(c, m);
	else if (str_eq(msg, "member placed"))
		on_placed(c, m, &l);
	else if (str_eq(msg, "nodes reserved"))
		check_kept(c, m, &l);
	else if (str_eq(msg, "nodes not reserved any more"))
		check_not_kept(m);
	else if (str_eq(msg, "member started") && l.job)
		att_of(m, &l)->runs = true;
	else if (str_eq(msg, "member denied"))
		check_denied(c, m, &l);
	else if (str_eq(msg, "member failed"))
		on_failed(c, m, &l);
	else if (str_eq(msg, "member stopped"))
		on_stopped(c, m, &l);
	else if (str_eq(msg, "member lost"))
		on_lost(c, m, &l);
	else if (str_eq(msg, "agent is silent"))
		on_silent(c, m, &l);
	else if (str_eq(msg, "agent answers again"))
		on_answers(c, mind_node_of(m, l.node));
	else if (str_eq(msg, "agent hung up"))
		mind_node_of(m, l.node)->connected = false;
	else if (str_eq(msg, "agent registered"))
		on_registered(c, mind_node_of(m, l.node));
}
