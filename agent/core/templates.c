/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/template_store.h"

static struct template_held *find(const struct template_set *s, const char *name)
{
	struct template_held *t = NULL;
	HASH_FIND_STR(s->held, name, t);
	return t;
}

/* By the hash alone: from a coordinator up to 0.1. */
static struct template_held *find_text(const struct template_set *s, const char *ns,
				       const char *hash)
{
	AUTO(mem_freep) char *name = template_name(ns, hash);
	struct template_held *t = find(s, name);
	return t ? t : find(s, hash);
}

bool template_set_has(const struct template_set *s, const char *ns, const char *hash)
{
	return find_text(s, ns, hash) != NULL;
}

void template_set_add(struct template_set *s, const char *name)
{
	if (find(s, name))
		return;
	struct template_held *t = mem_zalloc(1, sizeof *t);
	t->name = mem_strdup(name);
	HASH_ADD_KEYPTR(hh, s->held, t->name, strlen(t->name), t);
}

void template_set_need(struct template_set *s, const char *ns, const char *hash)
{
	struct template_held *t = find_text(s, ns, hash);
	if (t)
		t->needed = true;
}

void template_set_drop_rest(struct template_set *s, struct step *st)
{
	struct template_held *t, *next;
	HASH_ITER (hh, s->held, t, next) {
		if (t->needed) {
			t->needed = false;
			continue;
		}
		HASH_DEL(s->held, t);
		VEC_GROW(s->dropped, s->ndropped, s->dropped_cap);
		s->dropped[s->ndropped++] = t->name;
		step_act(st, &(struct agent_action){.type = AACT_TEMPLATE_DROP,
						    .template_name = t->name});
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
	struct template_held *t, *next;
	HASH_ITER (hh, s->held, t, next) {
		HASH_DEL(s->held, t);
		free(t->name);
		free(t);
	}
	template_set_step_begins(s);
	free(s->dropped);
}
