/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests. A request's serial form is its identity: equal requests are one class, and
 * those that select alike share what was evaluated. The form of a selection is also all that is
 * kept of it: evaluation (matchset.c) walks it. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/core/inside.h"

enum { BLOB_MAX = 1024 * 1024 };

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

static struct matchset *matchset_get(struct core *c, const struct job_spec *spec)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct matchset *m;
	put_selection(&b, spec);
	must(buf_rc(&b) == RC_OK); /* the CRD's bounds keep it far below */
	HASH_FIND(hh, c->matchsets, b.data, b.len, m);
	if (!m) {
		m = mem_zalloc(1, sizeof *m);
		m->blob_bytes = (uint32_t)b.len;
		m->blob = buf_steal(&b);
		m->id = ++c->next_matchset;
		HASH_ADD_KEYPTR(hh, c->matchsets, m->blob, m->blob_bytes, m);
	}
	m->refs++;
	return m;
}

static void matchset_put(struct core *c, struct matchset *m)
{
	if (--m->refs)
		return;
	HASH_DEL(c->matchsets, m);
	matchset_drop(c, m);
	free(m->blob);
	free(m);
}

static struct reqclass *class_new(struct core *c, struct buf *key, const struct job_spec *spec)
{
	struct reqclass *k = mem_zalloc(1, sizeof *k);
	k->key_bytes = (uint32_t)key->len;
	k->key = buf_steal(key);
	k->needs = needs_asked(c, &spec->requests);
	HASH_ADD_KEYPTR(hh, c->classes, k->key, k->key_bytes, k);
	return k;
}

const char *reqclass_asks(const struct reqclass *k, uint32_t i)
{
	const char *p = k->key + sizeof k->set->id;
	for (; p < k->key + k->key_bytes; p += strlen(p) + 1 + sizeof(int64_t)) {
		if (strcmp(p, "pods") != 0 && i-- == 0)
			return p;
	}
	return "pods"; /* the last, which everybody needs */
}

void reqclass_know(struct core *c, const char *res, uint32_t id)
{
	struct reqclass *k, *tmp;
	HASH_ITER (hh, c->classes, k, tmp) {
		for (uint32_t i = 0; i < k->needs.n; i++) {
			if (k->needs.v[i].res == UINT32_MAX && !strcmp(reqclass_asks(k, i), res))
				k->needs.v[i].res = id;
		}
	}
}

struct reqclass *reqclass_get(struct core *c, const struct job_spec *spec)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BLOB_MAX);
	struct matchset *m = matchset_get(c, spec);
	struct reqclass *k;
	buf_put(&b, &m->id, sizeof m->id);
	for (uint32_t i = 0; i < spec->requests.n; i++) {
		put_str(&b, spec->requests.v[i].name);
		buf_put(&b, &spec->requests.v[i].milli, sizeof spec->requests.v[i].milli);
	}
	must(buf_rc(&b) == RC_OK);
	HASH_FIND(hh, c->classes, b.data, b.len, k);
	if (k)
		matchset_put(c, m); /* it holds one already */
	else
		(k = class_new(c, &b, spec))->set = m;
	k->refs++;
	return k;
}

void reqclass_put(struct core *c, struct reqclass *k)
{
	if (!k || --k->refs)
		return;
	HASH_DEL(c->classes, k);
	matchset_put(c, k->set);
	free(k->key);
	needs_done(&k->needs);
	free(k);
}
