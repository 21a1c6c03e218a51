/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: a hash table that never stands still to grow. Attempts are the one table with
 * hundreds of thousands of entries, and a table that doubles holds up the step that hits it. Linear
 * hashing: each insertion splits one bucket. Links are part of the entries; nothing is owned. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hlink {
	struct hlink *next;
	uint64_t hash;
};

struct hmap {
	struct hlink **v;
	uint32_t n, buckets, cap;
};

#define HLINK_OF(link, type, field) ((type *)(void *)((char *)(link) - offsetof(type, field)))

void hmap_done(struct hmap *m); /* frees the buckets */
void hmap_add(struct hmap *m, struct hlink *x, uint64_t hash);
void hmap_del(struct hmap *m, struct hlink *x); /* must be in it */
/* The first of this hash, and the next; NULL: none. Newer ones first. */
struct hlink *hmap_first(const struct hmap *m, uint64_t hash);
struct hlink *hmap_next(const struct hlink *x);
