/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/admitted.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/state.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/terms.h"
#include "model/quantity.h"

/* 64 labels and 32 tolerations of the longest keys and values. */
enum { ADDED_MAX = 128 * 1024 };

static const struct state_rule rules[ADMITTED_STAGE_N] = {
#define TO(s) STATE_BIT(ADMITTED_##s)
	[ADMITTED_UNASKED] = {"Unasked", TO(ASKED) | TO(TOLD)},
	[ADMITTED_ASKED] = {"Asked", TO(TOLD) | TO(UNTOLD)},
	[ADMITTED_TOLD] = {"Told", TO(TOLD)},
	[ADMITTED_UNTOLD] = {"Untold", TO(TOLD) | TO(UNTOLD)},
#undef TO
};

static void set_stage(struct admitted *a, enum admitted_stage to)
{
	state_check(rules, ADMITTED_STAGE_N, a->stage, to);
	a->stage = to;
}

static void list_free(const struct reslist *l)
{
	free((void *)(uintptr_t)l->v);
}

static void set_asking(struct core *c, struct admitted *a, bool asking)
{
	c->admitted.under_way += asking;
	c->admitted.under_way -= a->asking;
	a->asking = asking;
}

static void leave(struct core *c, struct job_record *j)
{
	struct admitted *a = j->admitted;
	if (!a)
		return;
	DL_DELETE2(a->jobs, j, admitted_prev, admitted_next);
	j->admitted = NULL;
	if (a->jobs)
		return;
	heap_remove(&c->timers, &a->timer);
	set_asking(c, a, false);
	if (c->admitted.next == a && !admitted_round_next(c))
		heap_remove(&c->timers, &c->admitted.timer);
	HASH_DEL(c->admitted.all, a);
	list_free(&a->own);
	list_free(&a->requests);
	free(a->added);
	free(a->key);
	free(a);
}

struct admitted *admitted_find(const struct core *c, const char *key)
{
	struct admitted *a;
	HASH_FIND_STR(c->admitted.all, key, a);
	return a;
}

static struct admitted *find_or_new(struct core *c, const char *key, const struct reslist *own)
{
	struct admitted *a = admitted_find(c, key);
	if (a)
		return a;
	a = mem_zalloc(1, sizeof *a);
	a->key = mem_strdup(key);
	a->own = (struct reslist){reslist_copy(own), own->n};
	a->timer.kind = TIMER_ADMITTED;
	HASH_ADD_KEYPTR(hh, c->admitted.all, a->key, strlen(a->key), a);
	return a;
}

void admitted_use(struct core *c, struct job_record *j, const char *shape,
		  const struct reslist *own)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	buf_printf(&key, "%s/%s", j->ns, str_or_empty(shape));
	must(buf_rc(&key) == RC_OK);
	if (j->admitted && str_eq(j->admitted->key, buf_str(&key)))
		return;
	leave(c, j);
	if (!*str_or_empty(shape))
		return;
	j->admitted = find_or_new(c, buf_str(&key), own);
	DL_APPEND2(j->admitted->jobs, j, admitted_prev, admitted_next);
}

struct reslist admitted_requests(const struct job_record *j, const struct reslist *own)
{
	const struct admitted *a = j->admitted;
	return a && a->stage == ADMITTED_TOLD ? a->requests : *own;
}

void admitted_where(const struct job_record *j, struct job_spec *ret)
{
	const struct admitted *a = j->admitted;
	ret->added = a ? a->added : NULL;
	ret->added_bytes = a ? a->added_bytes : 0;
}

static bool is_one_of(const struct toleration *t, const struct toleration *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (str_eq(t->key, v[i].key) && str_eq(t->value, v[i].value) &&
		    t->exists == v[i].exists && t->effect == v[i].effect)
			return true;
	}
	return false;
}

/* What the job and its RuntimeClass do not say already: what a class says is read by itself, and
 * changes with it. ret has room for TOLERATIONS_MAX. */
static struct pod_where others_only(const struct selection *own, const struct pod_where *where,
				    struct toleration *ret)
{
	struct toleration said[2 * TOLERATIONS_MAX];
	uint32_t nsaid = selection_tolerations(own, said, ARRAY_LEN(said));
	struct pod_where w = {.tolerations = ret};
	if (!own->runtime_class)
		w.node_selector = where->node_selector;
	for (uint32_t i = 0; i < where->ntolerations; i++) {
		if (!is_one_of(&where->tolerations[i], said, nsaid))
			ret[w.ntolerations++] = where->tolerations[i];
	}
	return w;
}

/* True: it is not what was known. */
static bool take_where(struct admitted *a, const struct pod_where *where)
{
	AUTO(buf_done) struct buf b = BUF_INIT(ADDED_MAX);
	struct toleration v[TOLERATIONS_MAX];
	struct pod_where w = others_only(a->jobs->spec.request->set, where, v);
	if (w.node_selector.n || w.ntolerations)
		added_put(&b, &w);
	must(buf_rc(&b) == RC_OK);
	if (b.len == a->added_bytes && (!b.len || !memcmp(b.data, a->added, b.len)))
		return false;
	free(a->added);
	a->added_bytes = (uint32_t)b.len;
	a->added = b.len ? buf_steal(&b) : NULL;
	return true;
}

void admitted_asked(struct core *c, struct admitted *a, bool by_round)
{
	set_asking(c, a, true);
	a->by_round = by_round;
	a->since_ms = c->now_ms;
	if (a->stage == ADMITTED_UNASKED)
		set_stage(a, ADMITTED_ASKED);
}

void admitted_untold(struct core *c, struct admitted *a)
{
	set_asking(c, a, false);
	admitted_set_timer(c, a, INT64_MAX);
	if (a->stage != ADMITTED_TOLD)
		set_stage(a, ADMITTED_UNTOLD);
}

bool admitted_told(struct core *c, struct admitted *a, const struct reslist *requests,
		   const struct pod_where *where)
{
	bool other = !reslist_eq(a->stage == ADMITTED_TOLD ? &a->requests : &a->own, requests);
	if (where)
		other |= take_where(a, where);
	a->where_known |= where != NULL;
	set_asking(c, a, false);
	set_stage(a, ADMITTED_TOLD);
	admitted_set_timer(c, a, INT64_MAX);
	const struct reslist told = {reslist_copy(requests), requests->n};
	list_free(&a->requests);
	a->requests = told;
	a->again = other ? 0 : a->again;
	return other;
}

bool admitted_may_change(const struct admitted *a)
{
	return a->stage != ADMITTED_TOLD || !a->where_known || a->added ||
	       !reslist_eq(&a->own, &a->requests);
}

void admitted_again(struct admitted *a)
{
	a->again++;
}

void admitted_set_timer(struct core *c, struct admitted *a, int64_t at_ms)
{
	heap_set(&c->timers, &a->timer, at_ms);
}

void admitted_round_at(struct core *c, int64_t at_ms)
{
	if (!c->admitted.timer.pos)
		heap_set(&c->timers, &c->admitted.timer, at_ms);
}

struct admitted *admitted_round(struct core *c)
{
	if (!c->admitted.next) {
		c->admitted.next = c->admitted.all;
		c->admitted.round_ms = c->now_ms;
	}
	return c->admitted.next;
}

struct admitted *admitted_round_next(struct core *c)
{
	c->admitted.next = c->admitted.next->hh.next;
	return c->admitted.next;
}

bool admitted_before_round(const struct core *c, const struct admitted *a)
{
	return !c->admitted.next && a->since_ms < c->admitted.round_ms;
}
