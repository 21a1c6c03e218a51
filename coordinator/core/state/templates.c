/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/templates.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/tables.h"

/* The key is namespace/template: agents may not create its pods, the coordinator may. */
struct by_coordinator {
	UT_hash_handle hh;
	char key[];
};

struct template_use {
	UT_hash_handle hh; /* by hash */
	uint32_t hash, refs;
};

void templates_use(struct core *c, uint32_t template_id, int sign)
{
	struct template_use *t;
	if (!template_id || !*intern_str(c->strs, template_id))
		return;
	HASH_FIND(hh, c->templates.used, &template_id, sizeof template_id, t);
	if (!t) {
		must(sign > 0);
		t = mem_zalloc(1, sizeof *t);
		t->hash = template_id;
		HASH_ADD(hh, c->templates.used, hash, sizeof t->hash, t);
	}
	t->refs += sign > 0 ? 1 : -1U;
	if (t->refs)
		return;
	action_new(c, ACT_TEMPLATE_DROP)->template_hash =
		action_str(c, intern_str(c->strs, template_id));
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

static char *by_coordinator_key(const struct core *c, const char *ns, uint32_t template_id)
{
	struct buf b = BUF_INIT(1024);
	buf_printf(&b, "%s/%s", ns, intern_str(c->strs, template_id));
	return buf_steal(&b);
}

bool templates_by_coordinator(const struct core *c, const char *ns, uint32_t template_id)
{
	AUTO(mem_freep) char *key = by_coordinator_key(c, ns, template_id);
	struct by_coordinator *b;
	HASH_FIND_STR(c->templates.by_coordinator, key, b);
	return b;
}

void templates_remember(struct core *c, const char *ns, uint32_t template_id)
{
	AUTO(mem_freep) char *key = by_coordinator_key(c, ns, template_id);
	struct by_coordinator *b;
	HASH_FIND_STR(c->templates.by_coordinator, key, b);
	if (b || HASH_COUNT(c->templates.by_coordinator) >= TEMPLATES_BY_COORDINATOR_MAX)
		return;
	b = mem_zalloc(1, sizeof *b + strlen(key) + 1);
	memcpy(b->key, key, strlen(key) + 1);
	HASH_ADD_STR(c->templates.by_coordinator, key, b);
}
