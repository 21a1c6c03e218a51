/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: a hash table that never stands still to grow. Attempts are the one table with
 * hundreds of thousands of entries, and a table that doubles holds up the step that hits it. Linear
 * hashing: each insertion splits one bucket. Links are part of the entries; nothing is owned. */
#pragma once

#include <stdbool.h>
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
/* Whether x is what is looked for; asked of entries with its hash only. */
typedef bool hmap_same(struct hlink *x, const void *key);
/* The newest entry of this hash that is the same as key; NULL: none. */
struct hlink *hmap_find(const struct hmap *m, uint64_t hash, hmap_same *same, const void *key);
