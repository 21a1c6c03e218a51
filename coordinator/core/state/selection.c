/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a selection keeps only its serial form. Evaluation walks through it. */
#include "coordinator/core/state/selection.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/tables.h"
#include "model/selector.h"

enum { BLOB_MAX = 1024 * 1024 };

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
	if (!c->nodes.cap)
		return;
	bitset_set(b, c->nodes.cap - 1); /* gives the set its size */
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

/* The nodes that an expression matches: those without the key if it matches them, and those of each
 * value that occurs if it matches the value. */
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
		if (n) /* a term without expressions matches no node: core/v1 NodeSelectorTerm */
			all_nodes(c, &term);
		for (; n; n--)
			match_expr(c, r, &term);
		bitset_or(ret, &term);
	}
}

/* avoid[i]: nodes with more than i taints that are to be avoided. */
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

/* The nodes whose taints are all tolerated, and, in avoid, by how many taints nodes are to be
 * avoided. */
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
	for (const struct taintset *s = c->labels.taints; s; s = s->hh.next) {
		struct taint t = {.key = intern_str(c->strs, s->taint.key),
				  .value = intern_str(c->strs, s->taint.val),
				  .effect = s->taint.effect};
		if (taint_blocks(&t, tol, n))
			bitset_andnot(ret, &s->nodes);
		if (avoid && taint_avoids(&t, tol, n))
			avoid_more(avoid, &s->nodes);
	}
}

void selection_parts(const struct core *c, const struct selection *m, struct selection_parts *ret)
{
	struct reader r = {m->blob};
	bitset_zero(&ret->selector);
	bitset_zero(&ret->affinity);
	bitset_zero(&ret->taints);
	match_selector(c, &r, &ret->selector);
	match_terms(c, &r, &ret->affinity);
	match_taints(c, &r, &ret->taints, NULL);
}

void selection_parts_done(struct selection_parts *p)
{
	bitset_done(&p->selector);
	bitset_done(&p->affinity);
	bitset_done(&p->taints);
}

static void drop_evaluated(struct core *c, struct selection *m)
{
	if (!m->kept)
		return;
	c->selections.evaluated[m->kept - 1] = NULL;
	m->kept = 0;
	bitset_done(&m->match);
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_done(&m->avoid[i]);
}

static void keep(struct core *c, struct selection *m)
{
	if (m->kept)
		return;
	if (!c->selections.evaluated)
		c->selections.evaluated = mem_zalloc(SELECTIONS_KEPT, sizeof(struct selection *));
	if (c->selections.evaluated[c->selections.next])
		drop_evaluated(c, c->selections.evaluated[c->selections.next]);
	c->selections.evaluated[c->selections.next] = m;
	m->kept = ++c->selections.next;
	c->selections.next %= SELECTIONS_KEPT;
}

static void evaluate(const struct core *c, struct selection *m)
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

const struct selection *selection_evaluate(struct core *c, struct request *k)
{
	struct selection *m = k->set;
	if (!m->kept || m->version != c->labels.version) {
		keep(c, m);
		m->version = c->labels.version;
		evaluate(c, m);
	}
	return m;
}

static void put_u32(struct buf *b, uint32_t v)
{
	buf_put(b, &v, sizeof v);
}

static void put_str(struct buf *b, const char *s)
{
	buf_put(b, str_or_empty(s), strlen(str_or_empty(s)) + 1);
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

static void put_selection(struct buf *b, const struct job_spec *spec)
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
}

struct selection *selection_get(struct core *c, const struct job_spec *spec)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct selection *m;
	put_selection(&b, spec);
	must(buf_rc(&b) == RC_OK); /* the CRD's bounds keep it far below */
	HASH_FIND(hh, c->selections.all, b.data, b.len, m);
	if (!m) {
		m = mem_zalloc(1, sizeof *m);
		m->blob_bytes = (uint32_t)b.len;
		m->blob = buf_steal(&b);
		m->id = ++c->selections.last_id;
		HASH_ADD_KEYPTR(hh, c->selections.all, m->blob, m->blob_bytes, m);
	}
	m->refs++;
	return m;
}

struct selection *selection_hold(struct selection *m)
{
	m->refs++;
	return m;
}

void selection_put(struct core *c, struct selection *m)
{
	if (--m->refs)
		return;
	HASH_DEL(c->selections.all, m);
	drop_evaluated(c, m);
	free(m->blob);
	free(m);
}

const struct selection *selection_question(const struct core *c, const struct job_spec *spec,
					   struct selection *scratch)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct selection *s;
	put_selection(&b, spec);
	must(buf_rc(&b) == RC_OK); /* the CRD's bounds keep it far below */
	HASH_FIND(hh, c->selections.all, b.data, b.len, s);
	if (s && s->kept && s->version == c->labels.version)
		return s;
	scratch->blob = b.data;
	evaluate(c, scratch);
	scratch->blob = NULL;
	return scratch;
}

void selection_question_done(struct selection *scratch)
{
	bitset_done(&scratch->match);
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_done(&scratch->avoid[i]);
}
