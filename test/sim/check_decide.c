/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator says in its log what it decides, at the moment when it does. Each such line is
 * held against the rules and against what that process knew (check_known.c). */
#include "check_decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"

enum { GATE_MS = 30000, MASS_PERCENT = 55, MASS_MIN = 3, LOST_TOGETHER_MS = 2000 };

/* ---- a line of the log ---- */

struct line {
	const struct log_kv *kv;
	size_t n;
	const char *job_key, *node, *why;
	uint32_t index, attempt;
	const struct version *job; /* as known; NULL: not */
};

static const struct log_kv *value(const struct line *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->kv[i].key, key))
			return &l->kv[i];
	}
	return NULL;
}

static const char *text(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? str_or_empty(kv->str) : "";
}

static uint32_t number(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? (uint32_t)kv->num : 0;
}

static struct line line_of(const struct mind *m, const struct log_kv *kv, size_t n)
{
	struct line l = {.kv = kv, .n = n};
	AUTO(buf_done) struct buf ns = BUF_INIT(256);
	l.job_key = text(&l, "job");
	l.node = text(&l, "node");
	l.why = text(&l, "why");
	l.index = number(&l, "member");
	l.attempt = number(&l, "attempt");
	const char *slash = strchr(l.job_key, '/');
	if (!slash)
		return l;
	buf_put(&ns, l.job_key, (size_t)(slash - l.job_key));
	const struct known_version *k = mind_find(m, API_JOB, buf_str(&ns), slash + 1);
	l.job = k ? k->v : NULL;
	return l;
}

/* ---- a member is placed ---- */

static const char *label_of(const struct version *node, const struct version *cnode,
			    const char *key)
{
	const char *own =
		cnode && label_may_overlay(key) ? kvs_get(&cnode->meta.labels, key) : NULL;
	return own ? own : kvs_get(&node->meta.labels, key);
}

static bool term_matches(const struct sel_term *t, const struct version *node,
			 const struct version *cnode)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (!sel_expr_matches_value(&t->v[i], label_of(node, cnode, t->v[i].key)))
			return false;
	}
	return t->n > 0;
}

bool check_selects(const struct kvs *selector, const struct version *node,
		   const struct version *cnode)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		if (!str_eq(label_of(node, cnode, selector->v[i].key), selector->v[i].val))
			return false;
	}
	return true;
}

const char *check_mismatch(const struct job_spec *s, const struct version *node,
			   const struct version *cnode)
{
	bool any = !s->nterms;
	if (!check_selects(&s->node_selector, node, cnode))
		return "nodeSelector";
	for (uint32_t i = 0; i < s->nterms; i++)
		any |= term_matches(&s->terms[i], node, cnode);
	if (!any)
		return "nodeAffinity";
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		if (taint_blocks(&node->node.taints[i], s->tolerations, s->ntolerations))
			return "taints";
	}
	return NULL;
}

static void placed_where(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *n = mind_find(m, API_NODE, NULL, l->node);
	const struct known_version *cn = mind_find(m, API_CNODE, NULL, l->node);
	const struct version *cnode = cn ? cn->v : NULL;
	const char *bad = NULL;
	if (!n)
		bad = "there is no Node of that name";
	else if (n->v->node.ready != COND_TRUE)
		bad = "it is not ready";
	else if (n->v->node.unschedulable || (cnode && cnode->cnode.unschedulable))
		bad = "it is cordoned";
	else
		bad = check_mismatch(&l->job->job.spec, n->v, cnode);
	if (bad)
		sim_fail(c->sim, "decide-node", "%s: member %u of %s goes to %s: %s", m->proc->name,
			 l->index, l->job_key, l->node, bad);
}

static bool completed(const struct version *job, uint32_t index)
{
	AUTO(bitset_done) struct bitset done = {0};
	return bitset_parse_ranges(&done, str_or_empty(job->job.status.completed),
				   PARALLELISM_MAX) == RC_OK &&
	       bitset_has(&done, index);
}

/* What has been written, not what is known: the write comes before the try. */
static bool uncounted(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	const struct version *v = sim_by_uid(c->sim, API_JOB, l->job->meta.uid);
	struct mind_failure *f;
	buf_printf(&key, "%s/%u", l->job->meta.uid, l->index);
	HASH_FIND_STR(m->failures, buf_str(&key), f);
	return f && v && v->job.status.failed <= f->failed;
}

static void placed_whether(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job_spec *s = &l->job->job.spec;
	const struct job_status *st = &l->job->job.status;
	const char *bad = s->suspend                      ? "it is suspended"
			  : l->job->meta.deleted_ms       ? "it is being deleted"
			  : check_final(st->state)        ? "it is finished"
			  : l->index >= s->parallelism    ? "there is no such index"
			  : completed(l->job, l->index)   ? "the index is completed"
			  : st->failed > s->backoff_limit ? "more members failed than may"
			  : uncounted(c, m, l)            ? "its failure is not in status"
							  : NULL;
	if (bad)
		sim_fail(c->sim, "decide-member", "%s: member %u attempt %u of %s is placed: %s",
			 m->proc->name, l->index, l->attempt, l->job_key, bad);
}

/* A job that the leader found may have pods of which nobody has told it: first all agents are
 * heard, or it has waited long enough. */
static void placed_when(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *job = mind_find(m, API_JOB, l->job->meta.ns, l->job->meta.name);
	if (!m->open && job->since_ms <= m->synced_ms && l->job->job.status.attempts)
		sim_fail(c->sim, "decide-early",
			 "%s places member %u of %s before agents are heard", m->proc->name,
			 l->index, l->job_key);
}

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
				 "%s takes all agents for heard, not that of %s", m->proc->name,
				 k->v->meta.name);
	}
}

static uint32_t pods_of(const struct sim *s, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->meta.owner_uid, uid) ? 1 : 0;
	return n;
}

/* A gang that has never started is placed whole, in one moment; judged when the moment is over. */
static void gang_over(struct checks *c, struct mind *m, struct mind_job *j)
{
	if (j->group && j->group < j->need)
		sim_fail(c->sim, "gang", "%s placed %u members of a gang of %u", m->proc->name,
			 j->group, j->need);
	j->group = 0;
}

static void placed_gang(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job_spec *s = &l->job->job.spec;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	if (j->group_ms == c->sim->clock.now_ms) {
		j->group += j->group ? 1 : 0;
		return;
	}
	bool fresh = !l->job->job.status.start_ms && !l->job->job.status.attempts &&
		     !pods_of(c->sim, l->job->meta.uid) && j->group_ms < 0;
	j->group_ms = c->sim->clock.now_ms;
	j->group = fresh ? 1 : 0;
	j->need = s->min_parallelism < s->parallelism ? s->min_parallelism : s->parallelism;
}

static void gangs_over(struct checks *c, struct mind *m)
{
	for (struct mind_job *j = m->jobs; j; j = j->hh.next) {
		if (j->group && j->group_ms < c->sim->clock.now_ms)
			gang_over(c, m, j);
	}
}

static bool asks_no_more(const struct job_spec *a, const struct job_spec *b)
{
	if (a->nterms || b->nterms || a->ntolerations != b->ntolerations ||
	    a->min_parallelism > b->min_parallelism ||
	    !check_same_kvs(&a->node_selector, &b->node_selector))
		return false;
	for (uint32_t i = 0; i < a->requests.n; i++) {
		if (reslist_get(&a->requests, a->requests.v[i].name) >
		    reslist_get(&b->requests, a->requests.v[i].name))
			return false;
	}
	return !a->ntolerations;
}

/* A new job does not start before one of a higher priority that waits for nodes and asks for no
 * more. */
static void placed_in_turn(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *k;
	if (l->attempt != 1 || l->job->job.status.attempts)
		return;
	for (k = m->known; k; k = k->hh.next) {
		const struct job *o = &k->v->job;
		if (k->v->kind != API_JOB || o->spec.priority <= l->job->job.spec.priority ||
		    o->status.attempts || o->meta.deleted_ms || o->spec.suspend ||
		    !str_eq(o->status.reason, "Unschedulable") || o->meta.generation > 1)
			continue;
		if (mind_job_of(m, o->meta.uid)->group_ms >= 0)
			continue; /* it has just been placed */
		if (asks_no_more(&o->spec, &l->job->job.spec))
			sim_fail(c->sim, "priority", "%s places %s before %s", m->proc->name,
				 l->job_key, o->meta.name);
	}
}

static void on_placed(struct checks *c, struct mind *m, const struct line *l)
{
	if (!l->job) {
		sim_fail(c->sim, "decide-member",
			 "%s places a member of %s, which it does not know", m->proc->name,
			 l->job_key);
		return;
	}
	placed_where(c, m, l);
	placed_whether(c, m, l);
	placed_when(c, m, l);
	placed_gang(c, m, l);
	placed_in_turn(c, m, l);
}

/* ---- other lines ---- */

static void on_failed(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_failure *f;
	const struct version *v = l->job ? sim_by_uid(c->sim, API_JOB, l->job->meta.uid) : NULL;
	if (!v)
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

static bool runs(const struct sim *s, const char *uid, const struct line *l)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *v = sh->v[i];
		if (str_eq(v->meta.owner_uid, uid) && v->pod.phase == POD_RUNNING &&
		    strtoul(check_label(v, LABEL_INDEX), NULL, 10) == l->index &&
		    strtoul(check_label(v, LABEL_ATTEMPT), NULL, 10) == l->attempt)
			return true;
	}
	return false;
}

static struct mind_stop *stop_find(const struct mind *m, const char *uid, uint32_t index,
				   uint32_t attempt, struct buf *key)
{
	struct mind_stop *s;
	buf_printf(key, "%s/%u/%u", uid, index, attempt);
	HASH_FIND_STR(m->stops, buf_str(key), s);
	return s;
}

static void note_stop(struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	if (stop_find(m, l->job->meta.uid, l->index, l->attempt, &key))
		return;
	struct mind_stop *s = mem_zalloc(1, sizeof *s);
	s->key = buf_steal(&key);
	HASH_ADD_KEYPTR(hh, m->stops, s->key, strlen(s->key), s);
}

/* What was stopped is not to be created any more. (A pod of it that came late is another matter: it
 * is there, and may be taken up.) */
void checks_reply(void *self, const struct proc *from, const struct msg *msg)
{
	struct checks *c = self;
	struct mind *m = check_mind(c, from);
	for (uint32_t i = 0; m && msg->type == MSG_ORDERS && i < msg->orders.norders; i++) {
		AUTO(buf_done) struct buf key = BUF_INIT(128);
		const struct order *o = &msg->orders.orders[i];
		if (o->launch && stop_find(m, o->job_uid, o->index, o->attempt, &key))
			sim_fail(c->sim, "order-stopped", "%s orders %s, which it has stopped",
				 from->name, o->pod);
	}
}

static void on_stopped(struct checks *c, struct mind *m, const struct line *l)
{
	/* Members of a deleted job may have the name of the one that was made in its place. */
	if (l->job && !str_eq(l->why, "job deleted"))
		note_stop(m, l);
	if (!l->job || !str_eq(l->why, "template changed") ||
	    l->job->job.spec.update != UPDATE_ROLLING || !runs(c->sim, l->job->meta.uid, l))
		return;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	if (j->rolled_ms != c->sim->clock.now_ms)
		j->rolled = 0;
	j->rolled_ms = c->sim->clock.now_ms;
	if (++j->rolled > may_be_away(&l->job->job.spec))
		sim_fail(c->sim, "max-unavailable", "%s stops %u running members of %s at once",
			 m->proc->name, j->rolled, l->job_key);
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
	if (!k || k->v->node.ready != COND_TRUE || k->v->node.ntaints)
		return;
	m->lost_ms = c->sim->clock.now_ms;
	count_silent(m, &silent, &all);
	if (silent >= MASS_MIN && silent * 100 > all * MASS_PERCENT)
		sim_fail(c->sim, "mass-silence", "%s gives up member %u of %s: %u of %u are silent",
			 m->proc->name, l->index, l->job_key, silent, all);
}

static void on_silent(struct checks *c, struct mind *m, const struct line *l)
{
	const struct sim *s = c->sim;
	const struct machine *mc = sim_machine(c->sim, l->node);
	mind_node_of(m, l->node)->silent = true;
	/* We stood still and it did not: nobody was silent but we. */
	if (mc && !check_faulty(c, l->node) && mc->agent.alive &&
	    mc->agent.paused_until_ms + FAULTY_MS < s->clock.now_ms &&
	    m->proc->paused_until_ms <= s->clock.now_ms &&
	    m->proc->paused_until_ms + LOST_TOGETHER_MS > s->clock.now_ms)
		sim_fail(c->sim, "own-stall", "%s calls %s silent after it stood still itself",
			 m->proc->name, l->node);
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
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		const struct mind_node *n;
		if (!m->proc || !m->proc->alive || !proc_leads(m->proc))
			continue;
		HASH_FIND_STR(m->nodes, node, n);
		return n && n->connected && !n->silent &&
		       n->since_ms + for_ms < c->sim->clock.now_ms;
	}
	return false;
}

void checks_log(struct checks *c, const struct proc *p, const char *msg, const struct log_kv *kv,
		size_t n)
{
	struct mind *m = check_mind(c, p);
	if (!m)
		return;
	gangs_over(c, m);
	struct line l = line_of(m, kv, n);
	if (str_eq(msg, "leading"))
		mind_forget_leadership(m);
	else if (str_eq(msg, "core synced"))
		m->synced_ms = c->sim->clock.now_ms;
	else if (str_eq(msg, "agents have been heard"))
		on_open(c, m);
	else if (str_eq(msg, "member placed"))
		on_placed(c, m, &l);
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
