/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out: actions, whose strings live in a text arena until the next step, and the count of
 * jobs that use a template, so that the shell knows which texts to keep. */
#include <stdlib.h>
#include <string.h>

#include "coordinator/core/inside.h"

struct template_use {
	UT_hash_handle hh; /* by hash */
	uint32_t hash, refs;
};

struct core_action *act_new(struct core *c, enum core_action_type type)
{
	VEC_GROW(c->acts, c->nacts, c->acts_cap);
	struct core_action *a = &c->acts[c->nacts++];
	memset(a, 0, sizeof *a);
	a->type = type;
	return a;
}

const char *act_str(struct core *c, const char *s)
{
	const char *copy = arena_strdup(&c->act_text, str_or_empty(s));
	must(copy);
	return copy;
}

void act_job(struct core *c, enum core_action_type type, const struct mjob *j)
{
	struct core_action *a = act_new(c, type);
	a->object.ns = act_str(c, j->ns);
	a->object.name = act_str(c, j->name);
	a->object.uid = act_str(c, j->uid);
}

static void note(struct core *c, enum reason reason, const char *text, struct core_action *a)
{
	must(reason_event(reason));
	a->note.reason = reason_name(reason);
	a->note.note = act_str(c, text);
	a->note.warning = reason_warning(reason);
}

void act_note_job(struct core *c, const struct mjob *j, enum reason reason, const char *text)
{
	struct core_action *a = act_new(c, ACT_NOTE);
	a->note.kind = KIND_JOB_NAME;
	a->note.ns = act_str(c, j->ns);
	a->note.name = act_str(c, j->name);
	a->note.uid = act_str(c, j->uid);
	note(c, reason, text, a);
}

void act_note_node(struct core *c, const struct mnode *n, enum reason reason, const char *text)
{
	struct core_action *a = act_new(c, ACT_NOTE);
	a->note.kind = KIND_NODE_NAME;
	a->note.ns = "";
	a->note.name = act_str(c, n->name);
	a->note.uid = act_str(c, n->uid);
	note(c, reason, text, a);
}

void templates_use(struct core *c, uint32_t thash, int sign)
{
	struct template_use *t;
	if (!thash || !*intern_str(c->strs, thash))
		return;
	HASH_FIND(hh, c->templates, &thash, sizeof thash, t);
	if (!t) {
		must(sign > 0);
		t = mem_zalloc(1, sizeof *t);
		t->hash = thash;
		HASH_ADD(hh, c->templates, hash, sizeof t->hash, t);
	}
	t->refs += sign > 0 ? 1 : -1U;
	if (t->refs)
		return;
	act_new(c, ACT_TEMPLATE_DROP)->template_hash = act_str(c, intern_str(c->strs, thash));
	HASH_DEL(c->templates, t);
	free(t);
}

uint32_t templates_count(const struct core *c)
{
	return HASH_COUNT(c->templates);
}

void templates_forget(struct core *c)
{
	struct by_us *b, *btmp;
	must(!c->templates); /* they went with the jobs */
	HASH_ITER (hh, c->by_us, b, btmp) {
		HASH_DEL(c->by_us, b);
		free(b);
	}
}

/* Keyed by names, not ids: what was learnt outlives the jobs it was learnt from. Bounded. */
enum { BY_US_MAX = 4096 };

static char *by_us_key(const struct core *c, const char *ns, uint32_t thash)
{
	struct buf b = BUF_INIT(1024);
	buf_printf(&b, "%s/%s", ns, intern_str(c->strs, thash));
	return buf_steal(&b);
}

bool templates_by_us(const struct core *c, const char *ns, uint32_t thash)
{
	AUTO(mem_freep) char *key = by_us_key(c, ns, thash);
	struct by_us *b;
	HASH_FIND_STR(c->by_us, key, b);
	return b;
}

void templates_remember(struct core *c, const char *ns, uint32_t thash)
{
	AUTO(mem_freep) char *key = by_us_key(c, ns, thash);
	struct by_us *b;
	HASH_FIND_STR(c->by_us, key, b);
	if (b || HASH_COUNT(c->by_us) >= BY_US_MAX)
		return;
	b = mem_zalloc(1, sizeof *b + strlen(key) + 1);
	memcpy(b->key, key, strlen(key) + 1);
	HASH_ADD_STR(c->by_us, key, b);
}

int64_t whole_seconds(int64_t wall_ms)
{
	return wall_ms / 1000 * 1000; /* metav1.Time has no more */
}

bool rv_older(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	if (strspn(a, "0123456789") != n || strspn(b, "0123456789") != m)
		return false;
	return n != m ? n < m : strcmp(a, b) < 0;
}
