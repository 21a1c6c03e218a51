/* SPDX-License-Identifier: Apache-2.0 */
/* A job that starts is given the nodes that it prefers most (preferred terms of nodeAffinity) of
 * those that it could have, where nothing is to be said against them: no taint to be avoided, and
 * no member that ended there. How full they are does not matter. */
#include "test/sim/checks/prefer.h"

#include "base/mem.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/kept.h"
#include "test/sim/checks/passed.h"
#include "test/sim/checks/place.h"
#include "test/sim/checks/shapes.h"

static bool avoided(const struct version *node)
{
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		if (node->node.taints[i].effect == EFFECT_PREFER_NO_SCHEDULE)
			return true;
	}
	return false;
}

static uint32_t prefers(const struct mind *m, const struct version *job, const char *name)
{
	const struct known_version *node = mind_find(m, API_NODE, NULL, name);
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, name);
	return node ? check_prefers(&job->job.spec, node->v, cn ? cn->v : NULL) : 0;
}

/* Everything that decides is known. */
static bool judged(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job *o = &l->job->job;
	return o->spec.npreferred && o->meta.generation == 1 && !o->spec.claims.n &&
	       !o->status.attempts && !check_ever_made(c, o->meta.uid) &&
	       !conns_rough(c->world->conns) &&
	       m->synced_ms < c->world->clock.now_ms - KNOWING_MS &&
	       check_admission_known(c, m, l->job, c->world->clock.now_ms);
}

static void begin(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_offers *o = &m->offers;
	mem_strset(&o->uid, l->job->meta.uid);
	o->at_ms = c->world->clock.now_ms;
	o->least = UINT32_MAX;
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		if (k->v->kind != API_NODE || avoided(k->v) ||
		    !check_could_take(c, m, l->job, k->v) ||
		    check_kept_from(c, m, l->job, k->v->meta.name))
			continue;
		VEC_GROW(o->v, o->n, o->cap);
		o->v[o->n++] = (struct mind_offer){mem_strdup(k->v->meta.name),
						   prefers(m, l->job, k->v->meta.name), false};
	}
}

void check_preferred(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_offers *o = &m->offers;
	check_preferred_over(c, m, l->job->meta.uid);
	if (!o->uid && judged(c, m, l))
		begin(c, m, l);
	if (!o->uid)
		return;
	for (uint32_t i = 0; i < o->n; i++)
		o->v[i].taken |= str_eq(o->v[i].node, l->node);
	uint32_t has = prefers(m, l->job, l->node);
	/* What the node is like may not be known yet. */
	if (has < o->least && !check_changed_lately(c, l->node))
		o->least = has;
}

void check_preferred_over(struct checks *c, struct mind *m, const char *next_uid)
{
	struct mind_offers *o = &m->offers;
	if (!o->uid || (str_eq(next_uid, o->uid) && o->at_ms == c->world->clock.now_ms))
		return;
	for (uint32_t i = 0; i < o->n; i++) {
		if (!o->v[i].taken && o->v[i].prefers > o->least)
			world_fail(
				c->world, "preferred",
				"%s gives a job a node of %u points, and leaves %s, which has %u",
				m->proc->host.name, o->least, o->v[i].node, o->v[i].prefers);
	}
	mind_offers_forget(m);
}
