/* SPDX-License-Identifier: Apache-2.0 */
/* A binary min-heap of due times. Its nodes stand inside the owners' structs, so thousands of
 * deadlines cost what changes and not what exists. Nodes of equal time come out in the order in
 * which they were set, so that every run is the same. Not for several threads. */
#pragma once

#include <stdint.h>

#include "base/owner.h"

struct heap_node {
	int64_t due_ms;
	uint32_t pos;  /* 1 … heap.n; 0: not in a heap */
	uint32_t kind; /* the owner's, to tell its structs apart; the heap never reads it */
};

/* A copy of what the order depends on stands beside the pointer, so that a node which keeps its
 * place is not read. */
struct heap_slot {
	int64_t due_ms;
	uint64_t seq;
	struct heap_node *node;
};

struct heap {
	struct heap_slot *v;
	uint32_t n, cap;
	uint64_t seq;
};

void heap_done(struct heap *h); /* frees the array; the nodes are the owners' */
/* Puts the node in, or moves it, to a new due time; INT64_MAX takes it out. A node that already has
 * this time keeps its turn. */
void heap_set(struct heap *h, struct heap_node *node, int64_t due_ms);
void heap_remove(struct heap *h, struct heap_node *node); /* harmless when it is in none */
/* The earliest node if it is due at now_ms, taken out; else NULL. */
struct heap_node *heap_pop_due(struct heap *h, int64_t now_ms);
/* The earliest node, which stays in; NULL: the heap is empty. */
struct heap_node *heap_first(const struct heap *h);
int64_t heap_next(const struct heap *h); /* the earliest due time; INT64_MAX: the heap is empty */
