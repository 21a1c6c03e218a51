/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes a selection matches: evaluated when it is asked for, and kept for the last so many
 * selections, so that memory does not grow with distinct ones. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/core/inside.h"
#include "coordinator/core/match.h"
#include "model/selector.h"

struct reader {
	const char *p;
};

static uint32_t get_u32(struct reader *r)
{
	uint32_t v;
	memcpy(&v, r->p, sizeof v);
	r->p += sizeof v;
	return v;
}

static const char *get_str(struct reader *r)
{
	const char *s = r->p;
	r->p += strlen(s) + 1;
	return s;
}

static void all_nodes(const struct core *c, struct bitset *b)
{
	if (!c->node_cap)
		return;
	bitset_set(b, c->node_cap - 1); /* its size */
	memset(b->w, 0xff, b->n * sizeof *b->w);
}

static void match_selector(const struct core *c, struct reader *r, struct bitset *ret)
{
	all_nodes(c, ret);
	for (uint32_t n = get_u32(r); n; n--) {
		const char *key = get_str(r), *val = get_str(r);
		const struct labelkey *k = labelkey_find(c, intern_find(c->strs, key));
		const struct labelval *v = k ? labelval_find(k, intern_find(c->strs, val)) : NULL;
		if (v)
			bitset_and(ret, &v->nodes);
		else
			bitset_zero(ret);
	}
}

/* The nodes that an expression matches: those without the key, and those of each value that
 * occurs, as the rule for one value says. */
static void match_expr(const struct core *c, struct reader *r, struct bitset *term)
{
	AUTO(bitset_done) struct bitset ok = {0};
	struct sel_expr x = {.key = get_str(r)};
	x.op = (enum sel_op)get_u32(r);
	x.values.n = get_u32(r);
	AUTO(mem_freep) const char **values = mem_zalloc(x.values.n, sizeof *values);
	x.values.v = values;
	for (uint32_t i = 0; i < x.values.n; i++)
		values[i] = get_str(r);
	const struct labelkey *k = labelkey_find(c, intern_find(c->strs, x.key));
	if (sel_expr_matches_value(&x, NULL)) {
		all_nodes(c, &ok);
		if (k)
			bitset_andnot(&ok, &k->nodes);
	}
	for (const struct labelval *v = k ? k->vals : NULL; v; v = v->hh.next) {
		if (sel_expr_matches_value(&x, intern_str(c->strs, v->val)))
			bitset_or(&ok, &v->nodes);
	}
	bitset_and(term, &ok);
}

static void match_terms(const struct core *c, struct reader *r, struct bitset *ret)
{
	uint32_t nterms = get_u32(r);
	if (!nterms)
		all_nodes(c, ret);
	for (uint32_t t = 0; t < nterms; t++) {
		AUTO(bitset_done) struct bitset term = {0};
		uint32_t n = get_u32(r);
		if (n) /* a term without expressions matches nothing: core/v1 NodeSelectorTerm */
			all_nodes(c, &term);
		for (; n; n--)
			match_expr(c, r, &term);
		bitset_or(ret, &term);
	}
}

/* avoid[i]: nodes with more than i such taints. */
static void avoid_more(struct bitset avoid[AVOID_MAX], const struct bitset *nodes)
{
	AUTO(bitset_done) struct bitset both = {0};
	for (uint32_t i = AVOID_MAX - 1; i > 0; i--) {
		bitset_copy(&both, &avoid[i - 1]);
		bitset_and(&both, nodes);
		bitset_or(&avoid[i], &both);
	}
	bitset_or(&avoid[0], nodes);
}

/* The nodes whose taints keep it away not, and by how many taints others are to be avoided. */
static void match_taints(const struct core *c, struct reader *r, struct bitset *ret,
			 struct bitset *avoid)
{
	struct toleration tol[TOLERATIONS_MAX];
	uint32_t n = get_u32(r);
	must(n <= TOLERATIONS_MAX); /* kube/decode_job.c takes no more */
	for (uint32_t i = 0; i < n; i++) {
		struct toleration t = {.key = get_str(r)};
		t.value = get_str(r);
		t.exists = get_u32(r);
		t.effect = (enum taint_effect)get_u32(r);
		tol[i] = t;
	}
	all_nodes(c, ret);
	for (const struct taintset *s = c->taintsets; s; s = s->hh.next) {
		struct taint t = {.key = intern_str(c->strs, s->taint.key),
				  .value = intern_str(c->strs, s->taint.val),
				  .effect = s->taint.effect};
		if (taint_blocks(&t, tol, n))
			bitset_andnot(ret, &s->nodes);
		if (avoid && taint_avoids(&t, tol, n))
			avoid_more(avoid, &s->nodes);
	}
}

void matchset_parts(const struct core *c, const struct matchset *m, struct match_parts *ret)
{
	struct reader r = {m->blob};
	bitset_zero(&ret->selector);
	bitset_zero(&ret->affinity);
	bitset_zero(&ret->taints);
	match_selector(c, &r, &ret->selector);
	match_terms(c, &r, &ret->affinity);
	match_taints(c, &r, &ret->taints, NULL);
}

void match_parts_done(struct match_parts *p)
{
	bitset_done(&p->selector);
	bitset_done(&p->affinity);
	bitset_done(&p->taints);
}

void matchset_drop(struct core *c, struct matchset *m)
{
	if (!m->kept)
		return;
	c->kept[m->kept - 1] = NULL;
	m->kept = 0;
	bitset_done(&m->match);
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_done(&m->avoid[i]);
}

static void keep(struct core *c, struct matchset *m)
{
	if (m->kept)
		return;
	if (!c->kept)
		c->kept = mem_zalloc(KEPT_MAX, sizeof(struct matchset *));
	if (c->kept[c->kept_at])
		matchset_drop(c, c->kept[c->kept_at]);
	c->kept[c->kept_at] = m;
	m->kept = ++c->kept_at;
	c->kept_at %= KEPT_MAX;
}

static void evaluate(struct core *c, struct matchset *m)
{
	AUTO(bitset_done) struct bitset part = {0};
	struct reader r = {m->blob};
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_zero(&m->avoid[i]);
	bitset_zero(&m->match);
	match_selector(c, &r, &m->match);
	match_terms(c, &r, &part);
	bitset_and(&m->match, &part);
	bitset_zero(&part);
	match_taints(c, &r, &part, m->avoid);
	bitset_and(&m->match, &part);
}

const struct matchset *match_of(struct core *c, struct reqclass *k)
{
	struct matchset *m = k->set;
	if (!m->kept || m->version != c->label_version) {
		keep(c, m);
		m->version = c->label_version;
		evaluate(c, m);
	}
	return m;
}
