/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes know their place, so that moving one does not need a search. */
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

void heap_done(struct heap *h)
{
	free(h->v);
	*h = (struct heap){0};
}

static bool before(const struct heap_slot *a, const struct heap_slot *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->seq < b->seq;
}

static void place(struct heap *h, uint32_t pos, const struct heap_slot *slot)
{
	h->v[pos - 1] = *slot;
	slot->node->pos = pos;
}

/* Places slot at pos, or above. */
static void sift_up(struct heap *h, uint32_t pos, const struct heap_slot *slot)
{
	while (pos > 1 && before(slot, &h->v[pos / 2 - 1])) {
		place(h, pos, &h->v[pos / 2 - 1]);
		pos /= 2;
	}
	place(h, pos, slot);
}

/* Places slot at pos, or below. */
static void sift_down(struct heap *h, uint32_t pos, const struct heap_slot *slot)
{
	for (;;) {
		uint32_t kid = pos * 2;
		if (kid > h->n)
			break;
		if (kid < h->n && before(&h->v[kid], &h->v[kid - 1]))
			kid++;
		if (!before(&h->v[kid - 1], slot))
			break;
		place(h, pos, &h->v[kid - 1]);
		pos = kid;
	}
	place(h, pos, slot);
}

void heap_remove(struct heap *h, struct heap_node *node)
{
	if (node->pos == 0)
		return;
	struct heap_slot last = h->v[h->n - 1];
	uint32_t pos = node->pos;
	h->n--;
	node->pos = 0;
	if (last.node == node)
		return;
	if (pos > 1 && before(&last, &h->v[pos / 2 - 1]))
		sift_up(h, pos, &last);
	else
		sift_down(h, pos, &last);
}

void heap_set(struct heap *h, struct heap_node *node, int64_t due_ms)
{
	if (node->pos != 0 && node->due_ms == due_ms)
		return;
	heap_remove(h, node);
	node->due_ms = due_ms;
	if (due_ms == INT64_MAX)
		return;
	struct heap_slot slot = {due_ms, h->seq++, node};
	VEC_GROW(h->v, h->n, h->cap);
	sift_up(h, ++h->n, &slot);
}

struct heap_node *heap_pop_due(struct heap *h, int64_t now_ms)
{
	if (h->n == 0 || h->v[0].due_ms > now_ms)
		return NULL;
	struct heap_node *node = h->v[0].node;
	heap_remove(h, node);
	return node;
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->n > 0 ? h->v[0].node : NULL;
}

int64_t heap_next(const struct heap *h)
{
	return h->n > 0 ? h->v[0].due_ms : INT64_MAX;
}
