/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/shell.h"
#include "base/mem.h"

static struct template_entry *find(const struct agent *a, const char *hash)
{
	struct template_entry *t = NULL;
	HASH_FIND_STR(a->templates, hash, t);
	return t;
}

const char *agent_templates_find(const struct agent *a, const char *hash)
{
	const struct template_entry *t = find(a, hash);
	return t ? t->text : NULL;
}

void agent_templates_keep(struct agent *a, const char *hash, const char *text)
{
	if (find(a, hash))
		return;
	struct template_entry *t = mem_zalloc(1, sizeof *t);
	t->hash = mem_strdup(hash);
	t->text = mem_strdup(text);
	HASH_ADD_KEYPTR(hh, a->templates, t->hash, strlen(t->hash), t);
}

static void drop(struct agent *a, struct template_entry *t)
{
	HASH_DEL(a->templates, t);
	free(t->hash);
	free(t->text);
	free(t);
}

void agent_templates_drop(struct agent *a, const char *hash)
{
	struct template_entry *t = find(a, hash);
	if (t)
		drop(a, t);
}

struct strs agent_templates_list(struct agent *a)
{
	struct template_entry *t, *next;
	uint32_t n = 0;
	HASH_ITER (hh, a->templates, t, next) {
		VEC_GROW(a->hashes, n, a->hashes_cap);
		a->hashes[n++] = t->hash;
	}
	return (struct strs){a->hashes, n};
}

void agent_templates_done(struct agent *a)
{
	struct template_entry *t, *next;
	HASH_ITER (hh, a->templates, t, next)
		drop(a, t);
	free(a->hashes);
}
