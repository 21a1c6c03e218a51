/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/templates.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/tables.h"
#include "model/template_store.h"

/* Agents may not create the pods of this template, the coordinator may. */
struct by_coordinator {
	UT_hash_handle hh;
	char name[];
};

struct template_use {
	UT_hash_handle hh;
	uint32_t refs;
	char name[];
};

static char *name_of(const struct core *c, const char *ns, uint32_t template_id)
{
	return template_name(ns, intern_str(c->strs, template_id));
}

void templates_use(struct core *c, const char *ns, uint32_t template_id, int sign)
{
	AUTO(mem_freep) char *name = name_of(c, ns, template_id);
	struct template_use *t;
	if (!*name)
		return;
	HASH_FIND_STR(c->templates.used, name, t);
	if (!t) {
		must(sign > 0);
		t = mem_zalloc(1, sizeof *t + strlen(name) + 1);
		memcpy(t->name, name, strlen(name) + 1);
		HASH_ADD_STR(c->templates.used, name, t);
	}
	t->refs += sign > 0 ? 1 : -1U;
	if (t->refs)
		return;
	action_new(c, ACT_TEMPLATE_DROP)->template_name = action_str(c, name);
	HASH_DEL(c->templates.used, t);
	free(t);
}

bool templates_are_same(const struct job_record *j, uint32_t template_id)
{
	return template_id &&
	       (template_id == j->spec.template_id || template_id == j->spec.old_template_id);
}

bool templates_run_same(const struct core *c, const struct job_record *j, uint32_t template_id)
{
	const char *hash = intern_str(c->strs, template_id);
	return member_same_run(hash, intern_str(c->strs, j->spec.template_id)) ||
	       (j->spec.old_template_id &&
		member_same_run(hash, intern_str(c->strs, j->spec.old_template_id)));
}

bool templates_used(const struct core *c, const char *name)
{
	struct template_use *t;
	HASH_FIND_STR(c->templates.used, name, t);
	return t;
}

uint32_t templates_count(const struct core *c)
{
	return HASH_COUNT(c->templates.used);
}

void templates_forget(struct core *c)
{
	struct by_coordinator *b, *btmp;
	must(!c->templates.used); /* the jobs are gone, and so is their use */
	HASH_ITER (hh, c->templates.by_coordinator, b, btmp) {
		HASH_DEL(c->templates.by_coordinator, b);
		free(b);
	}
}

bool templates_by_coordinator(const struct core *c, const char *ns, uint32_t template_id)
{
	struct by_coordinator *b;
	if (!c->templates.by_coordinator)
		return false;
	AUTO(mem_freep) char *name = name_of(c, ns, template_id);
	HASH_FIND_STR(c->templates.by_coordinator, name, b);
	return b;
}

void templates_remember(struct core *c, const char *ns, uint32_t template_id)
{
	AUTO(mem_freep) char *name = name_of(c, ns, template_id);
	struct by_coordinator *b;
	HASH_FIND_STR(c->templates.by_coordinator, name, b);
	if (b || HASH_COUNT(c->templates.by_coordinator) >= TEMPLATES_BY_COORDINATOR_MAX)
		return;
	b = mem_zalloc(1, sizeof *b + strlen(name) + 1);
	memcpy(b->name, name, strlen(name) + 1);
	HASH_ADD_STR(c->templates.by_coordinator, name, b);
}
