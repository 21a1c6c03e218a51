/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/terms.h"

#include <string.h>

#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/tables.h"
#include "model/selector.h"

uint32_t get_u32(struct reader *r)
{
	uint32_t v;
	memcpy(&v, r->p, sizeof v);
	r->p += sizeof v;
	return v;
}

const char *get_str(struct reader *r)
{
	const char *s = r->p;
	r->p += strlen(s) + 1;
	return s;
}

void put_u32(struct buf *b, uint32_t v)
{
	buf_put(b, &v, sizeof v);
}

void put_str(struct buf *b, const char *s)
{
	buf_put(b, str_or_empty(s), strlen(str_or_empty(s)) + 1);
}

void nodes_all(const struct core *c, struct bitset *b)
{
	if (!c->nodes.cap)
		return;
	bitset_set(b, c->nodes.cap - 1); /* gives the set its size */
	memset(b->w, 0xff, b->n * sizeof *b->w);
}

/* Adds the nodes with one of the n values that follow. A value is looked up, so the work grows with
 * the values that are asked for, however many occur. */
static void add_listed(const struct core *c, const struct labelkey *k, struct reader *r, uint32_t n,
		       struct bitset *ok)
{
	for (; n; n--) {
		uint32_t val = intern_find(c->strs, get_str(r));
		const struct labelval *v = k && val ? labelval_find(k, val) : NULL;
		if (v)
			bitset_or(ok, &v->nodes);
	}
}

/* Adds the nodes whose value is above or below the one that follows. */
static void add_compared(const struct core *c, const struct labelkey *k, struct reader *r,
			 enum sel_op op, uint32_t n, struct bitset *ok)
{
	const char *bound = n ? get_str(r) : "";
	const struct sel_expr x = {.op = op, .values = {&bound, n}};
	for (uint32_t i = 1; i < n; i++)
		(void)get_str(r);
	for (const struct labelval *v = k ? k->vals : NULL; v && n == 1; v = v->hh.next) {
		if (sel_expr_matches_value(&x, intern_str(c->strs, v->val)))
			bitset_or(ok, &v->nodes);
	}
}

static void all_but(const struct core *c, struct bitset *ok)
{
	AUTO(bitset_done) struct bitset others = {0};
	nodes_all(c, &others);
	bitset_andnot(&others, ok);
	bitset_copy(ok, &others);
}

/* The nodes that an expression matches, by the rules of sel_expr_matches_value. */
static void match_expr(const struct core *c, struct reader *r, struct bitset *term)
{
	AUTO(bitset_done) struct bitset ok = {0};
	const struct labelkey *k = labelkey_find(c, intern_find(c->strs, get_str(r)));
	enum sel_op op = (enum sel_op)get_u32(r);
	uint32_t n = get_u32(r);
	if (op == SEL_GT || op == SEL_LT) {
		add_compared(c, k, r, op, n, &ok);
	} else {
		bool listed = op == SEL_IN || op == SEL_NOT_IN;
		add_listed(c, listed ? k : NULL, r, n, &ok);
		if (!listed && k)
			bitset_or(&ok, &k->nodes);
		if (op == SEL_NOT_IN || op == SEL_DOES_NOT_EXIST)
			all_but(c, &ok);
	}
	bitset_and(term, &ok);
}

void terms_match(const struct core *c, struct reader *r, struct bitset *ret)
{
	uint32_t nterms = get_u32(r);
	if (!nterms)
		nodes_all(c, ret);
	for (uint32_t t = 0; t < nterms; t++) {
		AUTO(bitset_done) struct bitset term = {0};
		uint32_t n = get_u32(r);
		if (n) /* a term without expressions matches no node: core/v1 NodeSelectorTerm */
			nodes_all(c, &term);
		for (; n; n--)
			match_expr(c, r, &term);
		bitset_or(ret, &term);
	}
}

void terms_put(struct buf *b, const struct sel_term *terms, uint32_t n)
{
	put_u32(b, n);
	for (uint32_t t = 0; t < n; t++) {
		put_u32(b, terms[t].n);
		for (uint32_t e = 0; e < terms[t].n; e++) {
			const struct sel_expr *x = &terms[t].v[e];
			put_str(b, x->key);
			put_u32(b, (uint32_t)x->op);
			put_u32(b, x->values.n);
			for (uint32_t i = 0; i < x->values.n; i++)
				put_str(b, x->values.v[i]);
		}
	}
}

void terms_skip(struct reader *r)
{
	for (uint32_t t = get_u32(r); t; t--) {
		for (uint32_t e = get_u32(r); e; e--) {
			(void)get_str(r);
			(void)get_u32(r);
			for (uint32_t i = get_u32(r); i; i--)
				(void)get_str(r);
		}
	}
}

void selector_put(struct buf *b, const struct kvs *l)
{
	put_u32(b, l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		put_str(b, l->v[i].key);
		put_str(b, l->v[i].val);
	}
}

void added_put(struct buf *b, const struct pod_where *w)
{
	selector_put(b, &w->node_selector);
	tolerations_put(b, w->tolerations, w->ntolerations);
}

void tolerations_put(struct buf *b, const struct toleration *v, uint32_t n)
{
	put_u32(b, n);
	for (uint32_t i = 0; i < n; i++) {
		put_str(b, v[i].key);
		put_str(b, v[i].value);
		put_u32(b, v[i].exists);
		put_u32(b, (uint32_t)v[i].effect);
	}
}

uint32_t tolerations_get(struct reader *r, struct toleration *v, uint32_t max)
{
	uint32_t n = get_u32(r);
	for (uint32_t i = 0; i < n; i++) {
		struct toleration t = {.key = get_str(r)};
		t.value = get_str(r);
		t.exists = get_u32(r);
		t.effect = (enum taint_effect)get_u32(r);
		if (i < max)
			v[i] = t;
	}
	return n < max ? n : max;
}
