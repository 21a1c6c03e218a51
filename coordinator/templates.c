/* SPDX-License-Identifier: Apache-2.0 */
/* The core holds a template's hash; its text, up to POD_BYTES_MAX, is kept once here for all jobs
 * that share it, and dropped when the core says that none does. */
#include <stdlib.h>

#include "coordinator/shell.h"

static struct template_entry *find(const struct coordinator *c, const char *hash)
{
	struct template_entry *t;
	HASH_FIND_STR(c->templates, hash, t);
	return t;
}

const char *templates_find(const struct coordinator *c, const char *hash)
{
	const struct template_entry *t = find(c, hash);
	return t ? t->text : NULL;
}

void templates_keep(struct coordinator *c, const char *hash, const char *text)
{
	if (!*str_or_empty(hash) || !text)
		return;
	struct template_entry *t = find(c, hash);
	if (t)
		return;
	t = mem_zalloc(1, sizeof *t);
	t->hash = mem_strdup(hash);
	t->text = mem_strdup(text);
	HASH_ADD_KEYPTR(hh, c->templates, t->hash, strlen(t->hash), t);
}

static void entry_free(struct coordinator *c, struct template_entry *t)
{
	HASH_DEL(c->templates, t);
	free(t->hash);
	free(t->text);
	free(t);
}

void templates_drop(struct coordinator *c, const char *hash)
{
	struct template_entry *t = find(c, hash);
	if (t)
		entry_free(c, t);
}

void templates_done(struct coordinator *c)
{
	struct template_entry *t, *tmp;
	HASH_ITER (hh, c->templates, t, tmp)
		entry_free(c, t);
}
