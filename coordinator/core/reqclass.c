/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests. A request's serial form is its identity (equal requests are one class, so
 * they are evaluated once) and also all that is kept of it: evaluation walks it. */
#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/match.h"
#include "coordinator/core/place.h"
#include "model/selector.h"

enum { BLOB_MAX = 1024 * 1024 };

static void put_u32(struct buf *b, uint32_t v)
{
	buf_put(b, &v, sizeof v);
}

static void put_str(struct buf *b, const char *s)
{
	buf_put(b, str_or_empty(s), strlen(str_or_empty(s)) + 1);
}

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

static void put_terms(struct buf *b, const struct job_spec *spec)
{
	put_u32(b, spec->nterms);
	for (uint32_t t = 0; t < spec->nterms; t++) {
		put_u32(b, spec->terms[t].n);
		for (uint32_t e = 0; e < spec->terms[t].n; e++) {
			const struct sel_expr *x = &spec->terms[t].v[e];
			put_str(b, x->key);
			put_u32(b, (uint32_t)x->op);
			put_u32(b, x->values.n);
			for (uint32_t i = 0; i < x->values.n; i++)
				put_str(b, x->values.v[i]);
		}
	}
}

static void put_spec(struct buf *b, const struct job_spec *spec)
{
	put_u32(b, spec->node_selector.n);
	for (uint32_t i = 0; i < spec->node_selector.n; i++) {
		put_str(b, spec->node_selector.v[i].key);
		put_str(b, spec->node_selector.v[i].val);
	}
	put_terms(b, spec);
	put_u32(b, spec->ntolerations);
	for (uint32_t i = 0; i < spec->ntolerations; i++) {
		const struct toleration *t = &spec->tolerations[i];
		put_str(b, t->key);
		put_str(b, t->value);
		put_u32(b, t->exists);
		put_u32(b, (uint32_t)t->effect);
	}
	for (uint32_t i = 0; i < spec->requests.n; i++) {
		put_str(b, spec->requests.v[i].name);
		buf_put(b, &spec->requests.v[i].milli, sizeof spec->requests.v[i].milli);
	}
}

struct reqclass *reqclass_get(struct core *c, const struct job_spec *spec)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct reqclass *k;
	put_spec(&b, spec);
	must(buf_rc(&b) == RC_OK); /* the CRD's bounds keep it far below */
	HASH_FIND(hh, c->classes, b.data, b.len, k);
	if (!k) {
		k = mem_zalloc(1, sizeof *k);
		k->blob_bytes = (uint32_t)b.len;
		k->blob = buf_steal(&b);
		k->needs = needs_of(c, &spec->requests);
		k->match_version = k->full_version = UINT64_MAX;
		HASH_ADD_KEYPTR(hh, c->classes, k->blob, k->blob_bytes, k);
	}
	k->refs++;
	return k;
}

void reqclass_put(struct core *c, struct reqclass *k)
{
	if (!k || --k->refs)
		return;
	HASH_DEL(c->classes, k);
	pick_forget(c, k);
	free(k->blob);
	needs_done(&k->needs);
	bitset_done(&k->match);
	bitset_done(&k->by_selector);
	bitset_done(&k->by_affinity);
	bitset_done(&k->by_taints);
	free(k);
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
	const char *values[EXPR_VALUES_MAX];
	AUTO(bitset_done) struct bitset ok = {0};
	struct sel_expr x = {.key = get_str(r)};
	x.op = (enum sel_op)get_u32(r);
	x.values.n = get_u32(r);
	x.values.v = values;
	for (uint32_t i = 0; i < x.values.n; i++) {
		const char *s = get_str(r);
		if (i < EXPR_VALUES_MAX)
			values[i] = s;
	}
	if (x.values.n > EXPR_VALUES_MAX)
		x.values.n = EXPR_VALUES_MAX;
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
	if (!nterms || MUTANT(affinity_ignored))
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

static void match_taints(const struct core *c, struct reader *r, struct bitset *ret)
{
	struct toleration tol[TOLERATIONS_MAX];
	uint32_t n = get_u32(r), kept = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct toleration t = {.key = get_str(r)};
		t.value = get_str(r);
		t.exists = get_u32(r);
		t.effect = (enum taint_effect)get_u32(r);
		if (kept < TOLERATIONS_MAX)
			tol[kept++] = t;
	}
	all_nodes(c, ret);
	for (const struct taintset *s = c->taintsets; s; s = s->hh.next) {
		struct taint t = {.key = intern_str(c->strs, s->taint.key),
				  .value = intern_str(c->strs, s->taint.val),
				  .effect = s->taint.effect};
		if (taint_blocks(&t, tol, kept))
			bitset_andnot(ret, &s->nodes);
	}
}

void reqclass_match(struct core *c, struct reqclass *k)
{
	struct reader r = {k->blob};
	bitset_zero(&k->by_selector);
	bitset_zero(&k->by_affinity);
	bitset_zero(&k->by_taints);
	match_selector(c, &r, &k->by_selector);
	match_terms(c, &r, &k->by_affinity);
	match_taints(c, &r, &k->by_taints);
}
