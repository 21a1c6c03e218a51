/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { KEY_BYTES_MAX = 2048 };

static struct known_entry *add(struct known *k, char *own_key, const struct meta *meta)
{
	struct known_entry *e = mem_zalloc(1, sizeof *e);
	e->key = own_key;
	e->ns = mem_strdup(meta->ns);
	e->name = mem_strdup(meta->name);
	e->uid = mem_strdup(meta->uid);
	HASH_ADD_KEYPTR(hh, k->entries, e->key, strlen(e->key), e);
	return e;
}

static void drop(struct known *k, struct known_entry *e)
{
	HASH_DEL(k->entries, e);
	free(e->key);
	free(e->ns);
	free(e->name);
	free(e->uid);
	free(e);
}

/* orphan: the object was deleted with orphan, or nobody saw how. */
static void gone(struct known *k, struct known_entry *e, bool orphan)
{
	struct meta meta = {
		.ns = e->ns, .name = e->name, .uid = e->uid, .orphan_finalizer = orphan};
	k->on_gone(k->self, &meta);
	drop(k, e);
}

/* The API server bounds names (253 bytes); what passes KEY_BYTES_MAX is no name. */
static void make_key(struct buf *key, const struct meta *meta)
{
	buf_printf(key, "%s/%s", str_or_empty(meta->ns), str_or_empty(meta->name));
}

void known_done(struct known *k)
{
	struct known_entry *e, *next;
	HASH_ITER (hh, k->entries, e, next)
		drop(k, e);
}

void known_begin(struct known *k)
{
	k->generation++;
}

void known_sweep(struct known *k)
{
	struct known_entry *e, *next;
	HASH_ITER (hh, k->entries, e, next) {
		if (e->generation != k->generation)
			gone(k, e, true);
	}
}

void known_put(struct known *k, const struct meta *meta)
{
	struct known_entry *e = NULL;
	struct buf key = BUF_INIT(KEY_BYTES_MAX);
	make_key(&key, meta);
	HASH_FIND_STR(k->entries, buf_str(&key), e);
	if (e && !str_eq(e->uid, meta->uid)) {
		gone(k, e, true);
		e = NULL;
	}
	if (!e)
		e = add(k, buf_steal(&key), meta);
	e->generation = k->generation;
	buf_done(&key);
}

void known_take(struct known *k, const struct meta *meta)
{
	struct known_entry *e = NULL;
	AUTO(buf_done) struct buf key = BUF_INIT(KEY_BYTES_MAX);
	make_key(&key, meta);
	HASH_FIND_STR(k->entries, buf_str(&key), e);
	if (e)
		gone(k, e, meta->orphan_finalizer);
}
