/* SPDX-License-Identifier: Apache-2.0 */
/* A binary min-heap of due times whose nodes live inside the owner's structs, so that thousands of
 * deadlines cost what changes and not what exists. Equal times come out in the order of insertion.
 */
#pragma once

#include <stdint.h>

struct heap_node {
	int64_t due_ms;
	uint64_t seq;
	uint32_t pos; /* 1-based; 0: not in a heap */
	void *owner;
};

struct heap {
	struct heap_node **v;
	uint32_t n, cap;
	uint64_t seq;
};

void heap_done(struct heap *h); /* the nodes are the owners' */
/* Puts the node in, or moves it, to a new due time. INT64_MAX takes it out. */
void heap_set(struct heap *h, struct heap_node *node, int64_t due_ms);
void heap_remove(struct heap *h, struct heap_node *node); /* harmless when it is in none */
/* The earliest node's owner if it is due, taken out; or NULL. */
void *heap_pop_due(struct heap *h, int64_t now_ms);
int64_t heap_next(const struct heap *h); /* INT64_MAX: empty */
