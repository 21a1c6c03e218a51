/* SPDX-License-Identifier: Apache-2.0 */
#include "model/template_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/table.h"

struct template_text {
	UT_hash_handle hh;
	char *name, *text;
};

char *template_name(const char *ns, const char *hash)
{
	struct buf b = BUF_INIT(1024);
	if (*str_or_empty(hash)) {
		buf_puts(&b, str_or_empty(ns));
		buf_puts(&b, *str_or_empty(ns) ? "/" : "");
		buf_puts(&b, hash);
	}
	return buf_steal(&b);
}

static struct template_text *find(const struct template_store *s, const char *name)
{
	struct template_text *t = NULL;
	HASH_FIND_STR(s->by_name, name, t);
	return t;
}

const char *template_store_find(const struct template_store *s, const char *name)
{
	const struct template_text *t = find(s, name);
	return t ? t->text : NULL;
}

void template_store_keep(struct template_store *s, const char *name, const char *text)
{
	if (!*str_or_empty(name) || !text || find(s, name))
		return;
	struct template_text *t = mem_zalloc(1, sizeof *t);
	t->name = mem_strdup(name);
	t->text = mem_strdup(text);
	HASH_ADD_KEYPTR(hh, s->by_name, t->name, strlen(t->name), t);
}

static void drop(struct template_store *s, struct template_text *t)
{
	HASH_DEL(s->by_name, t);
	free(t->name);
	free(t->text);
	free(t);
}

void template_store_drop(struct template_store *s, const char *name)
{
	struct template_text *t = find(s, name);
	if (t)
		drop(s, t);
}

uint32_t template_store_count(const struct template_store *s)
{
	return HASH_COUNT(s->by_name);
}

struct strs template_store_names(struct template_store *s)
{
	struct template_text *t, *next;
	uint32_t n = 0;
	HASH_ITER (hh, s->by_name, t, next) {
		VEC_GROW(s->names, n, s->names_cap);
		s->names[n++] = t->name;
	}
	return (struct strs){s->names, n};
}

void template_store_done(struct template_store *s)
{
	struct template_text *t, *next;
	HASH_ITER (hh, s->by_name, t, next)
		drop(s, t);
	free(s->names);
	*s = (struct template_store){0};
}
