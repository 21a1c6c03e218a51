/* SPDX-License-Identifier: Apache-2.0 */
#include "model/template_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct template_text {
	UT_hash_handle hh;
	char *hash, *text;
};

static struct template_text *find(const struct template_store *s, const char *hash)
{
	struct template_text *t = NULL;
	HASH_FIND_STR(s->by_hash, hash, t);
	return t;
}

const char *template_store_find(const struct template_store *s, const char *hash)
{
	const struct template_text *t = find(s, hash);
	return t ? t->text : NULL;
}

void template_store_keep(struct template_store *s, const char *hash, const char *text)
{
	if (!*str_or_empty(hash) || !text || find(s, hash))
		return;
	struct template_text *t = mem_zalloc(1, sizeof *t);
	t->hash = mem_strdup(hash);
	t->text = mem_strdup(text);
	HASH_ADD_KEYPTR(hh, s->by_hash, t->hash, strlen(t->hash), t);
}

static void drop(struct template_store *s, struct template_text *t)
{
	HASH_DEL(s->by_hash, t);
	free(t->hash);
	free(t->text);
	free(t);
}

void template_store_drop(struct template_store *s, const char *hash)
{
	struct template_text *t = find(s, hash);
	if (t)
		drop(s, t);
}

uint32_t template_store_count(const struct template_store *s)
{
	return HASH_COUNT(s->by_hash);
}

struct strs template_store_hashes(struct template_store *s)
{
	struct template_text *t, *next;
	uint32_t n = 0;
	HASH_ITER (hh, s->by_hash, t, next) {
		VEC_GROW(s->hashes, n, s->hashes_cap);
		s->hashes[n++] = t->hash;
	}
	return (struct strs){s->hashes, n};
}

void template_store_done(struct template_store *s)
{
	struct template_text *t, *next;
	HASH_ITER (hh, s->by_hash, t, next)
		drop(s, t);
	free(s->hashes);
	*s = (struct template_store){0};
}
