/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

struct item {
	UT_hash_handle hh;
	uint32_t id, refs;
	char s[];
};

struct intern {
	struct item *by_str;
	struct item **by_id; /* [0] unused */
	uint32_t n, cap;
	uint32_t *spare; /* ids to use again */
	uint32_t nspare, spare_cap;
};

struct intern *intern_new(void)
{
	struct intern *t = mem_zalloc(1, sizeof *t);
	VEC_GROW(t->by_id, t->n, t->cap);
	t->by_id[t->n++] = NULL;
	return t;
}

struct intern *intern_free(struct intern *t)
{
	struct item *it, *tmp;
	if (!t)
		return NULL;
	HASH_ITER (hh, t->by_str, it, tmp) {
		HASH_DEL(t->by_str, it);
		free(it);
	}
	free(t->by_id);
	free(t->spare);
	free(t);
	return NULL;
}

static struct item *find(const struct intern *t, const char *s)
{
	struct item *it;
	HASH_FIND_STR(t->by_str, s, it);
	return it;
}

static uint32_t take_id(struct intern *t)
{
	if (t->nspare)
		return t->spare[--t->nspare];
	VEC_GROW(t->by_id, t->n, t->cap);
	return t->n++;
}

uint32_t intern_get(struct intern *t, const char *s)
{
	s = str_or_empty(s);
	struct item *it = find(t, s);
	if (!it) {
		size_t len = strlen(s);
		it = mem_zalloc(1, sizeof *it + len + 1);
		memcpy(it->s, s, len + 1);
		it->id = take_id(t);
		t->by_id[it->id] = it;
		HASH_ADD_STR(t->by_str, s, it);
	}
	it->refs++;
	return it->id;
}

uint32_t intern_find(const struct intern *t, const char *s)
{
	const struct item *it = find(t, str_or_empty(s));
	return it ? it->id : 0;
}

static struct item *item_get(const struct intern *t, uint32_t id)
{
	must(id < t->n && t->by_id[id]);
	return t->by_id[id];
}

const char *intern_str(const struct intern *t, uint32_t id)
{
	return id ? item_get(t, id)->s : "";
}

void intern_ref(struct intern *t, uint32_t id)
{
	if (id)
		item_get(t, id)->refs++;
}

void intern_put(struct intern *t, uint32_t id)
{
	if (!id)
		return;
	struct item *it = item_get(t, id);
	if (--it->refs)
		return;
	HASH_DEL(t->by_str, it);
	t->by_id[id] = NULL;
	free(it);
	VEC_GROW(t->spare, t->nspare, t->spare_cap);
	t->spare[t->nspare++] = id;
}

uint32_t intern_count(const struct intern *t)
{
	return HASH_COUNT(t->by_str);
}
