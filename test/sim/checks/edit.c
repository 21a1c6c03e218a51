/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/edit.h"

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/checks/place.h"

/* ---- nodeSelector: pairs that were not asked for before ---- */

static bool asks_for(const struct kvs *l, const struct kv *kv)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i].key, kv->key) && str_eq(l->v[i].val, kv->val))
			return true;
	}
	return false;
}

static bool selector_excludes(const struct kvs *was, const struct kvs *is,
			      const struct version *node, const struct version *compute_node)
{
	for (uint32_t i = 0; i < is->n; i++) {
		const struct kvs one = {&is->v[i], 1};
		if (!asks_for(was, &is->v[i]) && !check_selects(&one, node, compute_node))
			return true;
	}
	return false;
}

/* ---- nodeAffinity: terms that were there are no news ---- */

static bool same_strs(const struct strs *a, const struct strs *b)
{
	for (uint32_t i = 0; i < a->n && i < b->n; i++) {
		if (!str_eq(a->v[i], b->v[i]))
			return false;
	}
	return a->n == b->n;
}

static bool same_term(const struct sel_term *a, const struct sel_term *b)
{
	for (uint32_t i = 0; i < a->n && i < b->n; i++) {
		if (!str_eq(a->v[i].key, b->v[i].key) || a->v[i].op != b->v[i].op ||
		    !same_strs(&a->v[i].values, &b->v[i].values))
			return false;
	}
	return a->n == b->n;
}

/* No term was taken away, so whoever was admitted is admitted. */
static bool only_adds(const struct job_spec *was, const struct job_spec *is)
{
	for (uint32_t i = 0; i < was->nterms; i++) {
		bool kept = false;
		for (uint32_t k = 0; k < is->nterms; k++)
			kept |= same_term(&was->terms[i], &is->terms[k]);
		if (!kept)
			return false;
	}
	return was->nterms > 0;
}

static bool admits(const struct job_spec *s, const struct version *node,
		   const struct version *compute_node)
{
	const struct job_spec affinity = {.terms = s->terms, .nterms = s->nterms};
	struct version plain = {.kind = API_NODE, .meta = node->meta};
	return !check_mismatch(&affinity, &plain, compute_node);
}

static bool affinity_excludes(const struct job_spec *was, const struct job_spec *is,
			      const struct version *node, const struct version *compute_node)
{
	if (!is->nterms || only_adds(was, is))
		return false;
	return !admits(is, node, compute_node);
}

/* ---- tolerations: of taints that were tolerated before ---- */

static bool tolerates(const struct job_spec *s, const struct taint *t)
{
	for (uint32_t i = 0; i < s->ntolerations; i++) {
		const struct toleration *o = &s->tolerations[i];
		bool key = *str_or_empty(o->key) ? str_eq(o->key, t->key) : o->exists;
		bool value = o->exists || str_eq(str_or_empty(o->value), str_or_empty(t->value));
		if (key && value && (o->effect == EFFECT_ANY || o->effect == t->effect))
			return true;
	}
	return false;
}

static bool taints_exclude(const struct job_spec *was, const struct job_spec *is,
			   const struct version *node)
{
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		const struct taint *t = &node->node.taints[i];
		if (t->effect != EFFECT_PREFER_NO_SCHEDULE && tolerates(was, t) &&
		    !tolerates(is, t))
			return true;
	}
	return false;
}

static bool same_tolerations(const struct job_spec *a, const struct job_spec *b)
{
	for (uint32_t i = 0; i < a->ntolerations && i < b->ntolerations; i++) {
		const struct toleration *s = &a->tolerations[i], *t = &b->tolerations[i];
		if (!str_eq(s->key, t->key) || !str_eq(s->value, t->value) ||
		    s->exists != t->exists || s->effect != t->effect)
			return false;
	}
	return a->ntolerations == b->ntolerations;
}

bool check_same_selection(const struct job_spec *a, const struct job_spec *b)
{
	for (uint32_t i = 0; i < a->nterms && i < b->nterms; i++) {
		if (!same_term(&a->terms[i], &b->terms[i]))
			return false;
	}
	return a->nterms == b->nterms && check_same_kvs(&a->node_selector, &b->node_selector) &&
	       same_tolerations(a, b);
}

bool check_excluded(const struct job_spec *was, const struct job_spec *is,
		    const struct version *node, const struct version *compute_node)
{
	return selector_excludes(&was->node_selector, &is->node_selector, node, compute_node) ||
	       affinity_excludes(was, is, node, compute_node) || taints_exclude(was, is, node);
}
