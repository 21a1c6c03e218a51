/* SPDX-License-Identifier: Apache-2.0 */
/* A number is given once in a session, and a revision is one set, so it does no harm when the same
 * change was sent twice with other numbers: the agent has the right orders, and a number that it
 * does not know makes it ask for the whole set. */
#include "sync/server/told.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

/* The least that an order costs in a frame, and the most that the number of one that went does. */
enum { ORDER_BYTES_MIN = 64, GONE_BYTES = 6 };

static uint64_t key_of(const struct order *o)
{
	return hash_keyed_str(hash_keyed_str(1, str_or_empty(o->ns)), str_or_empty(o->pod));
}

static uint64_t print_of(const struct order *o)
{
	const uint32_t numbers[] = {o->index,    o->attempt, o->parallelism, o->completions,
				    o->by_agent, o->launch,  o->ticket};
	const char *const strs[] = {o->job_name, o->job_uid, o->pod_uid, o->template_hash};
	uint64_t h = hash_keyed(2, numbers, sizeof numbers);
	for (size_t i = 0; i < ARRAY_LEN(strs); i++)
		h = hash_keyed_str(h, str_or_empty(strs[i]));
	return h;
}

static int by_key(const void *a, const void *b)
{
	const struct told_order *x = a, *y = b;
	return (x->key > y->key) - (x->key < y->key);
}

static struct told_order *find(const struct told_set *set, uint64_t key)
{
	const struct told_order wanted = {.key = key};
	return set->n ? bsearch(&wanted, set->v, set->n, sizeof *set->v, by_key) : NULL;
}

static void sort(struct told_set *set)
{
	if (set->n > 1)
		qsort(set->v, set->n, sizeof *set->v, by_key);
}

static void clear(struct told_set *set)
{
	free(set->v);
	*set = (struct told_set){0};
}

static struct told_set prints(const struct order *v, uint32_t n)
{
	struct told_set set = {.v = mem_zalloc((size_t)n + 1, sizeof *set.v), .n = n};
	for (uint32_t i = 0; i < n; i++)
		set.v[i] = (struct told_order){.key = key_of(&v[i]), .print = print_of(&v[i])};
	return set;
}

void server_told_reset(struct server_told *t)
{
	clear(&t->held);
	clear(&t->sent);
	*t = (struct server_told){0};
}

void server_told_has(struct server_told *t, uint64_t revision)
{
	if (t->held.revision == revision)
		return;
	clear(&t->held);
	if (revision == 0 || t->sent.revision != revision)
		return;
	t->held = t->sent;
	t->sent = (struct told_set){0};
}

/* The first of n numbers that were not given yet. */
static uint32_t take_numbers(struct server_told *t, uint32_t n)
{
	uint32_t first = t->numbers + 1;
	t->numbers += n;
	return first;
}

static bool numbers_end(const struct server_told *t, uint32_t n)
{
	return n > UINT32_MAX - 1 - t->numbers;
}

uint32_t server_told_whole(struct server_told *t, uint64_t revision, const struct order *v,
			   uint32_t n)
{
	if (numbers_end(t, n))
		server_told_reset(t);
	uint32_t first = take_numbers(t, n);
	clear(&t->sent);
	t->sent = prints(v, n);
	t->sent.revision = revision;
	for (uint32_t i = 0; i < n; i++)
		t->sent.v[i].number = first + i;
	sort(&t->sent);
	return first;
}

/* Those that are not in the new set: both are sorted. */
static void find_gone(const struct told_set *held, struct told_diff *d)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < held->n; i++) {
		while (k < d->set.n && d->set.v[k].key < held->v[i].key)
			k++;
		if (k == d->set.n || d->set.v[k].key != held->v[i].key)
			d->gone[d->ngone++] = held->v[i].number;
	}
}

bool server_told_compare(const struct server_told *t, const struct order *v, uint32_t n,
			 struct told_diff *ret)
{
	const struct told_set *held = &t->held;
	*ret = (struct told_diff){0};
	if (held->revision == 0 || numbers_end(t, n))
		return false;
	ret->fresh = mem_zalloc((size_t)n + 1, sizeof *ret->fresh);
	ret->number = mem_zalloc((size_t)n + 1, sizeof *ret->number);
	ret->gone = mem_zalloc((size_t)held->n + 1, sizeof *ret->gone);
	ret->set = prints(v, n);
	for (uint32_t i = 0; i < n; i++) {
		struct told_order *now = &ret->set.v[i];
		const struct told_order *old = find(held, now->key);
		if (!old || old->print != now->print)
			ret->fresh[ret->nfresh++] = i;
		now->number = old ? old->number : t->numbers + ret->nfresh;
		ret->number[i] = now->number;
	}
	sort(&ret->set);
	find_gone(held, ret);
	return (uint64_t)ret->ngone * GONE_BYTES < (uint64_t)(n - ret->nfresh) * ORDER_BYTES_MIN;
}

void server_told_changed(struct server_told *t, uint64_t revision, struct told_diff *d)
{
	take_numbers(t, d->nfresh);
	clear(&t->sent);
	t->sent = d->set;
	t->sent.revision = revision;
	d->set = (struct told_set){0};
}

void told_diff_done(struct told_diff *d)
{
	free(d->fresh);
	free(d->number);
	free(d->gone);
	clear(&d->set);
	*d = (struct told_diff){0};
}
