/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a selection keeps only its serial form. Evaluation walks through it. */
#include "coordinator/core/state/selection.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/preference.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/terms.h"
#include "model/selector.h"

enum {
	BLOB_MAX = 4 * 1024 * 1024, /* job_bound keeps it below an eighth of that */
	WORK_BYTES = 256
};

/* At what admission adds; p NULL: nothing. */
static struct reader reader_added(const struct selection *m)
{
	return (struct reader){m->own_bytes < m->blob_bytes ? m->blob + m->own_bytes : NULL};
}

static void match_selector(const struct core *c, struct reader *r, struct bitset *ret)
{
	nodes_all(c, ret);
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
static void match_taints(const struct core *c, const struct selection *m, struct reader *r,
			 struct reader *added, struct bitset *ret, struct bitset *avoid)
{
	struct toleration tol[3 * TOLERATIONS_MAX];
	uint32_t n = tolerations_get(r, tol, TOLERATIONS_MAX); /* the CRD takes no more */
	if (m->runtime_class)
		n += lookup_tolerations(m->runtime_class, tol + n, TOLERATIONS_MAX);
	if (added->p)
		n += tolerations_get(added, tol + n, TOLERATIONS_MAX);
	nodes_all(c, ret);
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

uint32_t selection_tolerations(const struct selection *m, struct toleration *v, uint32_t max)
{
	struct reader r = {m->blob};
	for (uint32_t n = get_u32(&r); n; n--) {
		(void)get_str(&r);
		(void)get_str(&r);
	}
	terms_skip(&r);
	uint32_t n = tolerations_get(&r, v, max);
	if (m->runtime_class)
		n += lookup_tolerations(m->runtime_class, v + n, max - n);
	return n;
}

void selection_parts(const struct core *c, const struct selection *m, struct selection_parts *ret)
{
	struct reader r = {m->blob}, added = reader_added(m);
	bitset_zero(&ret->selector);
	bitset_zero(&ret->affinity);
	bitset_zero(&ret->taints);
	bitset_zero(&ret->runtime_class);
	bitset_zero(&ret->added);
	nodes_all(c, &ret->runtime_class);
	nodes_all(c, &ret->added);
	if (added.p)
		match_selector(c, &added, &ret->added);
	if (m->runtime_class)
		lookup_match(c, m->runtime_class, &ret->runtime_class);
	match_selector(c, &r, &ret->selector);
	terms_match(c, &r, &ret->affinity);
	match_taints(c, m, &r, &added, &ret->taints, NULL);
}

void selection_parts_done(struct selection_parts *p)
{
	bitset_done(&p->selector);
	bitset_done(&p->affinity);
	bitset_done(&p->taints);
	bitset_done(&p->runtime_class);
	bitset_done(&p->added);
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
	for (uint32_t i = 0; i < PREFER_BITS; i++)
		bitset_done(&m->prefer[i]);
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
	struct reader r = {m->blob}, added = reader_added(m);
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_zero(&m->avoid[i]);
	bitset_zero(&m->match);
	match_selector(c, &r, &m->match);
	if (added.p) {
		match_selector(c, &added, &part);
		bitset_and(&m->match, &part);
		bitset_zero(&part);
	}
	terms_match(c, &r, &part);
	bitset_and(&m->match, &part);
	bitset_zero(&part);
	match_taints(c, m, &r, &added, &part, m->avoid);
	bitset_and(&m->match, &part);
	if (m->runtime_class)
		lookup_match(c, m->runtime_class, &m->match);
	m->prefers = preferences_match(c, &r, &m->match, m->prefer);
}

const struct selection *selection_evaluate(struct core *c, struct request *k)
{
	struct selection *m = k->set;
	if (!m->kept || m->version != c->labels.version) {
		keep(c, m);
		m->version = c->labels.version;
		evaluate(c, m);
		c->selections.work += m->blob_bytes / WORK_BYTES;
	}
	return m;
}

uint32_t selection_work(struct core *c)
{
	uint32_t work = c->selections.work;
	c->selections.work = 0;
	return work;
}

/* Returns how many of the bytes are what moves members when it is edited: not preferences, which
 * count only when a node is chosen, and not the RuntimeClass, which is a part of the template. */
static size_t put_selection(struct buf *b, const struct job_spec *spec)
{
	selector_put(b, &spec->node_selector);
	terms_put(b, spec->terms, spec->nterms);
	tolerations_put(b, spec->tolerations, spec->ntolerations);
	size_t moves = b->len;
	preferences_put(b, spec->preferred, spec->npreferred);
	put_str(b, spec->runtime_class);
	must(buf_rc(b) == RC_OK);
	return moves;
}

bool selection_moves(const struct selection *a, const struct selection *b)
{
	return a->moves_bytes != b->moves_bytes || memcmp(a->blob, b->blob, a->moves_bytes) != 0;
}

/* Which bytes of a blob are what. */
struct layout {
	size_t moves, own;
};

static struct selection *find_or_new(struct core *c, struct buf *blob, struct layout at,
				     const char *runtime_class)
{
	struct selection *m;
	must(buf_rc(blob) == RC_OK);
	HASH_FIND(hh, c->selections.all, blob->data, blob->len, m);
	if (!m) {
		m = mem_zalloc(1, sizeof *m);
		m->moves_bytes = (uint32_t)at.moves;
		m->own_bytes = (uint32_t)at.own;
		m->blob_bytes = (uint32_t)blob->len;
		m->blob = buf_steal(blob);
		m->id = ++c->selections.last_id;
		if (*str_or_empty(runtime_class))
			m->runtime_class = lookup_get(c, NEEDED_RUNTIME_CLASS, NULL, runtime_class);
		HASH_ADD_KEYPTR(hh, c->selections.all, m->blob, m->blob_bytes, m);
	}
	m->refs++;
	return m;
}

struct selection *selection_get(struct core *c, const struct job_spec *spec)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct layout at = {.moves = put_selection(&b, spec)};
	at.own = b.len;
	buf_put(&b, spec->added, spec->added_bytes);
	return find_or_new(c, &b, at, spec->runtime_class);
}

struct selection *selection_with(struct core *c, const struct selection *s, const char *added,
				 uint32_t added_bytes)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	buf_put(&b, s->blob, s->own_bytes);
	buf_put(&b, added, added_bytes);
	return find_or_new(c, &b, (struct layout){s->moves_bytes, s->own_bytes},
			   s->runtime_class ? s->runtime_class->name : NULL);
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
	lookup_put(c, m->runtime_class);
	free(m->blob);
	free(m);
}

const struct selection *selection_question(const struct core *c, const struct job_spec *spec,
					   struct selection *scratch)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct selection *s;
	(void)put_selection(&b, spec);
	HASH_FIND(hh, c->selections.all, b.data, b.len, s);
	scratch->own_bytes = scratch->blob_bytes = (uint32_t)b.len;
	if (s && s->kept && s->version == c->labels.version)
		return s;
	scratch->blob = b.data;
	scratch->runtime_class = lookup_find(c, NEEDED_RUNTIME_CLASS, NULL, spec->runtime_class);
	evaluate(c, scratch);
	scratch->blob = NULL;
	return scratch;
}

void selection_question_done(struct selection *scratch)
{
	bitset_done(&scratch->match);
	for (uint32_t i = 0; i < AVOID_MAX; i++)
		bitset_done(&scratch->avoid[i]);
	for (uint32_t i = 0; i < PREFER_BITS; i++)
		bitset_done(&scratch->prefer[i]);
}
