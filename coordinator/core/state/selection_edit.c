/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes looks at nodeSelector, affinity and NoSchedule taints only when a pod is placed
 * (requiredDuringSchedulingIgnoredDuringExecution). An edit of a ComputeJob's selection is a new
 * wish, so members move where it excludes their node. Each of the three parts is held against what
 * it was:
 *
 * - nodeSelector: pairs that were not asked for before.
 * - nodeAffinity: the terms, if they changed. A node that matched them before the edit must match
 *   them now. One that did not (it was relabelled) may stay if some term asks for nothing more, of
 *   what the node has, than some term did before.
 * - tolerations: taints that were tolerated before.
 */
#include "coordinator/core/state/selection_edit.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/terms.h"
#include "model/selector.h"

enum { BLOB_MAX = 1024 * 1024, COMPARES_MAX = 1 << 20 };

/* ---- the serial forms ---- */

struct expr {
	const char *at, *end; /* its bytes */
	const char *key, *values;
	uint32_t op, nvalues;
};

struct term {
	struct expr *v;
	uint32_t n;
};

struct parsed {
	const char *selector; /* the pairs */
	uint32_t npairs, nterms, nexprs, ntolerations;
	const char *affinity, *affinity_end;
	struct term *terms;
	struct expr *exprs;                                 /* of all terms */
	struct toleration tolerations[2 * TOLERATIONS_MAX]; /* and those of the RuntimeClass */
};

static void parsed_done(struct parsed *p)
{
	free(p->terms);
	free(p->exprs);
}

static struct expr read_expr(struct reader *r)
{
	struct expr e = {.at = r->p, .key = get_str(r)};
	e.op = get_u32(r);
	e.nvalues = get_u32(r);
	e.values = r->p;
	for (uint32_t i = 0; i < e.nvalues; i++)
		get_str(r);
	e.end = r->p;
	return e;
}

static uint32_t count_exprs(struct reader r, uint32_t nterms)
{
	uint32_t count = 0;
	for (; nterms; nterms--) {
		uint32_t n = get_u32(&r);
		count += n;
		for (; n; n--)
			read_expr(&r);
	}
	return count;
}

static void read_terms(struct reader *r, struct parsed *ret)
{
	ret->affinity = r->p;
	ret->nterms = get_u32(r);
	ret->nexprs = count_exprs(*r, ret->nterms);
	ret->terms = mem_zalloc(ret->nterms, sizeof *ret->terms);
	ret->exprs = mem_zalloc(ret->nexprs, sizeof *ret->exprs);
	struct expr *at = ret->exprs;
	for (uint32_t t = 0; t < ret->nterms; t++) {
		ret->terms[t] = (struct term){at, get_u32(r)};
		for (uint32_t i = 0; i < ret->terms[t].n; i++)
			*at++ = read_expr(r);
	}
	ret->affinity_end = r->p;
}

static void parse(const struct selection *s, struct parsed *ret)
{
	struct reader r = {s->blob};
	ret->npairs = get_u32(&r);
	ret->selector = r.p;
	for (uint32_t i = 0; i < ret->npairs; i++) {
		get_str(&r);
		get_str(&r);
	}
	read_terms(&r, ret);
	ret->ntolerations = tolerations_get(&r, ret->tolerations, TOLERATIONS_MAX);
}

/* ---- nodeSelector ---- */

static bool asked_for(const struct parsed *p, const char *key, const char *val)
{
	struct reader r = {p->selector};
	for (uint32_t i = 0; i < p->npairs; i++) {
		const char *k = get_str(&r), *v = get_str(&r);
		if (!strcmp(k, key) && !strcmp(v, val))
			return true;
	}
	return false;
}

static void stays_by_selector(const struct core *c, const struct parsed *was,
			      const struct parsed *is, struct bitset *ret)
{
	struct reader r = {is->selector};
	for (uint32_t i = 0; i < is->npairs; i++) {
		const char *key = get_str(&r), *val = get_str(&r);
		if (asked_for(was, key, val))
			continue;
		const struct labelkey *k = labelkey_find(c, intern_find(c->strs, key));
		const struct labelval *v = k ? labelval_find(k, intern_find(c->strs, val)) : NULL;
		if (v)
			bitset_and(ret, &v->nodes);
		else
			bitset_zero(ret);
	}
}

/* ---- nodeAffinity ---- */

/* The nodes that an expression matches. */
static void expr_nodes(const struct core *c, const struct expr *e, struct bitset *ret)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	put_u32(&b, 1); /* terms */
	put_u32(&b, 1); /* expressions */
	buf_put(&b, e->at, (size_t)(e->end - e->at));
	struct reader r = {b.data};
	bitset_zero(ret);
	terms_match(c, &r, ret);
}

static bool has_value(const struct expr *e, const char *value, uint32_t *compares)
{
	struct reader r = {e->values};
	for (uint32_t i = 0; i < e->nvalues && *compares; i++) {
		--*compares;
		if (!strcmp(get_str(&r), value))
			return true;
	}
	return false;
}

/* All values of a are values of b; false too when too much was compared already. */
static bool values_within(const struct expr *a, const struct expr *b, uint32_t *compares)
{
	struct reader r = {a->values};
	for (uint32_t i = 0; i < a->nvalues; i++) {
		if (!has_value(b, get_str(&r), compares))
			return false;
	}
	return true;
}

/* Whoever matched the old expression matches the new one, whatever node it is. */
static bool asks_no_more(const struct expr *old, const struct expr *young, uint32_t *compares)
{
	size_t len = (size_t)(old->end - old->at);
	if (len == (size_t)(young->end - young->at) && !memcmp(old->at, young->at, len))
		return true;
	if (strcmp(old->key, young->key) != 0 || old->op != young->op)
		return false;
	return (old->op == SEL_IN && values_within(old, young, compares)) ||
	       (old->op == SEL_NOT_IN && values_within(young, old, compares));
}

static bool asked_before(const struct term *old, const struct expr *young, uint32_t *compares)
{
	for (uint32_t i = 0; i < old->n; i++) {
		if (asks_no_more(&old->v[i], young, compares))
			return true;
	}
	return false;
}

/* Nodes that match what a term asks for anew, beside an old term. */
static void match_news(const struct term *old, const struct term *young,
		       const struct bitset *young_nodes, uint32_t *compares, struct bitset *ret)
{
	for (uint32_t i = 0; i < young->n; i++) {
		if (!asked_before(old, &young->v[i], compares))
			bitset_and(ret, &young_nodes[i]);
	}
}

static void stays_relabelled(const struct core *c, const struct parsed *was,
			     const struct parsed *is, const struct bitset *on, struct bitset *ret)
{
	AUTO(bitset_done) struct bitset news = {0};
	uint32_t compares = COMPARES_MAX;
	struct bitset *nodes = mem_zalloc(is->nexprs, sizeof *nodes);
	for (uint32_t i = 0; i < is->nexprs; i++)
		expr_nodes(c, &is->exprs[i], &nodes[i]);
	for (uint32_t y = 0; y < is->nterms; y++) {
		const struct term *young = &is->terms[y];
		for (uint32_t o = 0; o < was->nterms && young->n; o++) {
			bitset_copy(&news, on);
			match_news(&was->terms[o], young, &nodes[young->v - is->exprs], &compares,
				   &news);
			bitset_or(ret, &news);
		}
	}
	for (uint32_t i = 0; i < is->nexprs; i++)
		bitset_done(&nodes[i]);
	free(nodes);
}

static void stays_by_affinity(const struct core *c, const struct parsed *was,
			      const struct parsed *is, const struct bitset *matched,
			      const struct bitset *matches, const struct bitset *on,
			      struct bitset *ret)
{
	AUTO(bitset_done) struct bitset may = {0}, relabelled = {0};
	size_t len = (size_t)(was->affinity_end - was->affinity);
	if (len == (size_t)(is->affinity_end - is->affinity) &&
	    !memcmp(was->affinity, is->affinity, len))
		return;
	bitset_copy(&may, matches);
	bitset_copy(&relabelled, on);
	bitset_andnot(&relabelled, matched);
	bitset_andnot(&relabelled, matches);
	if (bitset_count(&relabelled))
		stays_relabelled(c, was, is, &relabelled, &may);
	bitset_and(ret, &may);
}

/* ---- tolerations ---- */

/* The RuntimeClass is a part of the template: what it tolerates now counts as tolerated before. */
static void add_class(const struct lookup *class, struct parsed *p)
{
	if (class)
		p->ntolerations += lookup_tolerations(class, p->tolerations + p->ntolerations,
						      TOLERATIONS_MAX);
}

static void stays_by_taints(const struct core *c, const struct parsed *was, const struct parsed *is,
			    struct bitset *ret)
{
	for (const struct taintset *s = c->labels.taints; s; s = s->hh.next) {
		struct taint t = {.key = intern_str(c->strs, s->taint.key),
				  .value = intern_str(c->strs, s->taint.val),
				  .effect = s->taint.effect};
		if (taint_blocks(&t, is->tolerations, is->ntolerations) &&
		    !taint_blocks(&t, was->tolerations, was->ntolerations))
			bitset_andnot(ret, &s->nodes);
	}
}

void selection_edit_stays(const struct core *c, const struct selection *was,
			  const struct selection *is, const struct bitset *on, struct bitset *ret)
{
	AUTO(selection_parts_done) struct selection_parts old = {0}, young = {0};
	AUTO(parsed_done) struct parsed a = {0}, b = {0};
	parse(was, &a);
	parse(is, &b);
	add_class(is->runtime_class, &a);
	add_class(is->runtime_class, &b);
	selection_parts(c, was, &old);
	selection_parts(c, is, &young);
	bitset_copy(ret, on);
	stays_by_selector(c, &a, &b, ret);
	stays_by_affinity(c, &a, &b, &old.affinity, &young.affinity, on, ret);
	stays_by_taints(c, &a, &b, ret);
}
