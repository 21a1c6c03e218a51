/* SPDX-License-Identifier: Apache-2.0 */
/* The rules are those of shared/model/selector.h, applied once to each value and each taint that
 * occurs. */
#include "coordinator/core/state/labels.h"

#include <stdlib.h>

#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"
#include "model/selector.h"

void labels_done(struct core *c, struct labels *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		intern_put(c->strs, l->v[i].key);
		intern_put(c->strs, l->v[i].val);
	}
	free(l->v);
	*l = (struct labels){0};
}

void labels_set(struct core *c, struct labels *l, const struct kvs *from)
{
	struct labels fresh = {.v = mem_zalloc(from->n, sizeof *fresh.v)};
	for (uint32_t i = 0; i < from->n; i++)
		fresh.v[fresh.n++] = (struct label){intern_get(c->strs, from->v[i].key),
						    intern_get(c->strs, from->v[i].val)};
	labels_done(c, l);
	*l = fresh;
}

/* The labels of the Node, overlaid by those labels of the ComputeNode that may overlay. */
static void labels_overlay(struct core *c, struct node_record *n)
{
	const struct labels *own = &n->compute.labels, *base = &n->kube.labels;
	struct labels *l = &n->labels;
	l->v = mem_zalloc((size_t)own->n + base->n, sizeof *l->v);
	for (uint32_t i = 0; i < own->n; i++) {
		if (label_may_overlay(intern_str(c->strs, own->v[i].key)))
			l->v[l->n++] = own->v[i];
	}
	uint32_t overlaid = l->n;
	for (uint32_t i = 0; i < base->n; i++) {
		uint32_t k = 0;
		while (k < overlaid && l->v[k].key != base->v[i].key)
			k++;
		if (k == overlaid)
			l->v[l->n++] = base->v[i];
	}
	for (uint32_t i = 0; i < l->n; i++) {
		intern_ref(c->strs, l->v[i].key);
		intern_ref(c->strs, l->v[i].val);
	}
}

struct labelkey *labelkey_find(const struct core *c, uint32_t key)
{
	struct labelkey *k;
	HASH_FIND(hh, c->labels.keys, &key, sizeof key, k);
	return k;
}

struct labelval *labelval_find(const struct labelkey *k, uint32_t val)
{
	struct labelval *v;
	HASH_FIND(hh, k->vals, &val, sizeof val, v);
	return v;
}

static void label_in(struct core *c, uint32_t node, struct label l)
{
	struct labelkey *k = labelkey_find(c, l.key);
	if (!k) {
		k = mem_zalloc(1, sizeof *k);
		k->key = l.key;
		intern_ref(c->strs, l.key);
		HASH_ADD(hh, c->labels.keys, key, sizeof k->key, k);
	}
	struct labelval *v = labelval_find(k, l.val);
	if (!v) {
		v = mem_zalloc(1, sizeof *v);
		v->val = l.val;
		intern_ref(c->strs, l.val);
		HASH_ADD(hh, k->vals, val, sizeof v->val, v);
	}
	v->n++;
	bitset_set(&v->nodes, node);
	bitset_set(&k->nodes, node);
}

static void labelval_free(struct core *c, struct labelkey *k, struct labelval *v)
{
	HASH_DEL(k->vals, v);
	intern_put(c->strs, v->val);
	bitset_done(&v->nodes);
	free(v);
}

static void label_out(struct core *c, uint32_t node, struct label l)
{
	struct labelkey *k = labelkey_find(c, l.key);
	must(k);
	struct labelval *v = labelval_find(k, l.val);
	must(v);
	bitset_clear(&v->nodes, node);
	bitset_clear(&k->nodes, node);
	if (--v->n == 0)
		labelval_free(c, k, v);
	if (!k->vals) {
		HASH_DEL(c->labels.keys, k);
		intern_put(c->strs, k->key);
		bitset_done(&k->nodes);
		free(k);
	}
}

static struct taintset *taintset_of(struct core *c, const struct node_taint *t)
{
	struct taintset *s;
	HASH_FIND(hh, c->labels.taints, t, sizeof *t, s);
	if (s)
		return s;
	s = mem_zalloc(1, sizeof *s);
	s->taint = *t;
	intern_ref(c->strs, t->key);
	intern_ref(c->strs, t->val);
	HASH_ADD(hh, c->labels.taints, taint, sizeof s->taint, s);
	return s;
}

static void taintset_free(struct core *c, struct taintset *s)
{
	HASH_DEL(c->labels.taints, s);
	intern_put(c->strs, s->taint.key);
	intern_put(c->strs, s->taint.val);
	bitset_done(&s->nodes);
	free(s);
}

void labels_outdated(struct core *c)
{
	c->labels.version++;
}

void labels_node_out(struct core *c, struct node_record *n)
{
	c->labels.version++;
	for (uint32_t i = 0; i < n->labels.n; i++)
		label_out(c, n->idx, n->labels.v[i]);
	labels_done(c, &n->labels);
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		struct taintset *s = taintset_of(c, &n->kube.taints[i]);
		must(s->n);
		bitset_clear(&s->nodes, n->idx);
		if (--s->n == 0)
			taintset_free(c, s);
	}
}

void labels_node_in(struct core *c, struct node_record *n)
{
	c->labels.version++;
	room_grown(c, n, true);
	labels_overlay(c, n);
	for (uint32_t i = 0; i < n->labels.n; i++)
		label_in(c, n->idx, n->labels.v[i]);
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		struct taintset *s = taintset_of(c, &n->kube.taints[i]);
		bitset_set(&s->nodes, n->idx);
		s->n++;
	}
}
