/* SPDX-License-Identifier: Apache-2.0 */
/* A member is given up with its node: for silence, for a Node that is not Ready, or because there
 * is no Node. Judged by what the coordinator was shown, and by rules that are written anew here. */
#include "test/sim/checks/lost.h"

#include "base/mem.h"
#include "test/sim/cluster/proc.h"

enum { MASS_PERCENT = 55, MASS_MIN = 3, TOGETHER_MS = 60000, NOT_READY_S = 60, DOUBT_MS = 15000 };
enum { FAILED_MS = NOT_READY_S * 1000 + 30000 };

static bool tainted_by_hand(const struct version *node)
{
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		if (str_eq(node->node.taints[i].key, TAINT_OUT_OF_SERVICE))
			return true;
	}
	return false;
}

/* ---- silence ---- */

static bool ready(const struct mind *m, const char *node)
{
	const struct known_version *k = mind_find(m, API_NODE, NULL, node);
	return k && k->v->node.ready == COND_TRUE;
}

/* Silent nodes that fell silent within a minute of each other, and whose kubelets still say that
 * they are well: probably the coordinator is deaf. What is silent for longer proves nothing. */
static void lost_for_silence(struct checks *c, struct mind *m, const struct line *l)
{
	const struct mind_node *one, *n;
	uint32_t silent = 0, all = 0;
	HASH_FIND_STR(m->nodes, l->node, one);
	m->lost_ms = c->world->clock.now_ms;
	for (n = m->nodes; one && n; n = n->hh.next) {
		int64_t apart_ms = n->silent_ms - one->silent_ms;
		bool together = n->silent && ready(m, n->name) && apart_ms <= TOGETHER_MS &&
				apart_ms >= -TOGETHER_MS;
		silent += together;
		all += together || (n->connected && !n->silent);
	}
	if (silent >= MASS_MIN && silent * 100 > all * MASS_PERCENT)
		world_fail(c->world, "mass-silence",
			   "%s gives up member %u of %s: %u of %u fell silent together",
			   m->proc->host.name, l->index, l->job_key, silent, all);
}

/* Those whose kubelets say that they are well. */
static bool most_are_silent(const struct mind *m)
{
	uint32_t silent = 0, all = 0;
	for (const struct mind_node *n = m->nodes; n; n = n->hh.next) {
		bool counts = n->silent && ready(m, n->name);
		silent += counts;
		all += counts || (n->connected && !n->silent);
	}
	return !all || (silent >= MASS_MIN && silent * 100 > all * MASS_PERCENT);
}

/* An agent that has not been heard for half a grace counts as quiet. Over a slow link any agent may
 * be that for a moment, and each such moment begins another grace. */
static bool some_may_be_quiet(const struct checks *c, const struct mind *m)
{
	uint32_t all = 0;
	for (const struct mind_node *n = m->nodes; n; n = n->hh.next)
		all += n->connected || (n->silent && ready(m, n->name));
	return net_is_slow(c->world->net) && all >= MASS_MIN;
}

static void doubt(struct checks *c, struct mind *m)
{
	int64_t now_ms = c->world->clock.now_ms;
	const struct host *h = &m->proc->host;
	if (!m->suspects_itself || most_are_silent(m) || some_may_be_quiet(c, m) || !h->alive ||
	    !proc_leads(m->proc) ||
	    (h->paused_until_ms && h->paused_until_ms + KNOWING_MS > now_ms)) {
		m->vain_ms = 0;
		return;
	}
	m->vain_ms = m->vain_ms ? m->vain_ms : now_ms;
	if (now_ms > m->vain_ms + DOUBT_MS)
		world_fail(c->world, "doubt-vain",
			   "%s suspects itself, but those that are silent are gone",
			   m->proc->host.name);
}

void check_doubt(struct checks *c)
{
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		if (c->minds->v[i].proc)
			doubt(c, &c->minds->v[i]);
	}
}

/* ---- Nodes that are not Ready ---- */

/* As the taint eviction controller does: the first toleration that covers the taint says for how
 * long. One of every taint, without a time, is meant for other taints. INT64_MAX: for ever. */
static int64_t tolerated_s(const struct job_spec *s, const char *taint)
{
	for (uint32_t i = 0; i < s->ntolerations; i++) {
		const struct toleration *t = &s->tolerations[i];
		bool any = !*str_or_empty(t->key);
		if (t->effect != EFFECT_ANY && t->effect != EFFECT_NO_EXECUTE)
			continue;
		if (any ? !t->exists : !str_eq(t->key, taint))
			continue;
		if (!any && !t->exists && *str_or_empty(t->value))
			continue;
		if (t->timed)
			return t->seconds > 0 ? t->seconds : 0;
		return any ? NOT_READY_S : INT64_MAX;
	}
	return NOT_READY_S;
}

bool check_given_up(const struct checks *c, const struct version *job, const char *node)
{
	const struct machine *m = cluster_machine(c->cluster, node);
	if (!m || !m->unready)
		return false;
	if (!m->agent.host.alive)
		return true; /* there is no witness */
	int64_t s = job ? tolerated_s(&job->job.spec, "node.kubernetes.io/not-ready") : 0;
	return (c->world->clock.now_ms - m->unready_ms) / 1000 >= s;
}

static void lost_not_ready(struct checks *c, struct mind *m, const struct line *l,
			   const struct known_version *node)
{
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, l->node);
	const struct mind_node *n;
	HASH_FIND_STR(m->nodes, l->node, n);
	if (!l->job || (n && n->told_failed) ||
	    (cn && cn->v->compute_node.status.state == COMPUTE_NODE_FAILED))
		return; /* it was given up before, by a previous leader maybe */
	bool answers = n ? n->connected && !n->silent : !m->open;
	int64_t may_s = tolerated_s(&l->job->job.spec, node->v->node.ready == COND_UNKNOWN
							       ? "node.kubernetes.io/unreachable"
							       : "node.kubernetes.io/not-ready");
	int64_t for_ms = c->world->clock.now_ms - node->unready_ms;
	if (answers && for_ms / 1000 < may_s)
		world_fail(c->world, "decide-lost",
			   "%s gives up member %u of %s: %s is not Ready for %d ms, its agent "
			   "answers",
			   m->proc->host.name, l->index, l->job_key, l->node, (int)for_ms);
}

void check_lost(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *k = mind_find(m, API_NODE, NULL, l->node);
	if (!k || tainted_by_hand(k->v))
		return;
	if (k->v->node.ready == COND_TRUE)
		lost_for_silence(c, m, l);
	else
		lost_not_ready(c, m, l, k);
}

static bool leads_undisturbed(const struct checks *c, const struct mind *m)
{
	const struct host *h = m->proc ? &m->proc->host : NULL;
	return h && h->alive && proc_leads(m->proc) &&
	       (!h->paused_until_ms || h->paused_until_ms + KNOWING_MS < c->world->clock.now_ms);
}

/* The time counts from when this leader saw it. */
static void unready(struct checks *c, const struct mind *m, const struct known_version *k)
{
	const char *name = k->v->meta.name;
	const struct version *v = store_find(&c->world->server.store, API_COMPUTE_NODE, NULL, name);
	int64_t since_ms = k->unready_ms > m->synced_ms ? k->unready_ms : m->synced_ms;
	if (k->unready_ms < 0 || m->synced_ms == INT64_MAX || !v ||
	    c->world->clock.now_ms <= since_ms + FAILED_MS)
		return;
	if (v->compute_node.status.state != COMPUTE_NODE_FAILED)
		world_fail(c->world, "unready-unsaid",
			   "ComputeNode %s is %s, but its Node is not Ready for %d s", name,
			   compute_node_state_text(v->compute_node.status.state),
			   (int)((c->world->clock.now_ms - since_ms) / 1000));
}

void check_unready(struct checks *c)
{
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		if (!leads_undisturbed(c, m))
			continue;
		for (const struct known_version *k = m->known; k; k = k->hh.next) {
			if (k->v->kind == API_NODE)
				unready(c, m, k);
		}
	}
}
