/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct template_hash *find(const struct template_set *s, const char *hash)
{
	struct template_hash *t = NULL;
	HASH_FIND_STR(s->hashes, hash, t);
	return t;
}

bool template_set_has(const struct template_set *s, const char *hash)
{
	return find(s, hash) != NULL;
}

void template_set_add(struct template_set *s, const char *hash)
{
	if (find(s, hash))
		return;
	struct template_hash *t = mem_zalloc(1, sizeof *t);
	t->hash = mem_strdup(hash);
	HASH_ADD_KEYPTR(hh, s->hashes, t->hash, strlen(t->hash), t);
}

void template_set_need(struct template_set *s, const char *hash)
{
	struct template_hash *t = find(s, hash);
	if (t)
		t->needed = true;
}

void template_set_drop_rest(struct template_set *s, struct step *st)
{
	struct template_hash *t, *next;
	HASH_ITER (hh, s->hashes, t, next) {
		if (t->needed) {
			t->needed = false;
			continue;
		}
		HASH_DEL(s->hashes, t);
		VEC_GROW(s->dropped, s->ndropped, s->dropped_cap);
		s->dropped[s->ndropped++] = t->hash;
		step_act(st, &(struct agent_action){.type = AACT_TEMPLATE_DROP,
						    .template_hash = t->hash});
		free(t);
	}
}

void template_set_step_begins(struct template_set *s)
{
	for (uint32_t i = 0; i < s->ndropped; i++)
		free(s->dropped[i]);
	s->ndropped = 0;
}

void template_set_done(struct template_set *s)
{
	struct template_hash *t, *next;
	HASH_ITER (hh, s->hashes, t, next) {
		HASH_DEL(s->hashes, t);
		free(t->hash);
		free(t);
	}
	template_set_step_begins(s);
	free(s->dropped);
}
