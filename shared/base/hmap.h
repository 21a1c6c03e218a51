/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table that never stands still to grow: linear hashing, each insertion splits one bucket.
 * It is for tables of hundreds of thousands of entries, where one that doubles would hold up the
 * step that meets it. Links are part of the entries; the table owns its buckets and nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/owner.h"

struct hlink {
	struct hlink *next;
	uint64_t hash;
};

struct hmap {
	struct hlink **v;
	uint32_t n, buckets, cap;
};

void hmap_done(struct hmap *m); /* frees the buckets */
void hmap_add(struct hmap *m, struct hlink *x, uint64_t hash);
void hmap_del(struct hmap *m, struct hlink *x); /* must be in it */
/* True if x has this key; called only for entries with the same hash. */
typedef bool hmap_same(struct hlink *x, const void *key);
/* The newest entry of this hash that is the same as key; NULL: none. */
struct hlink *hmap_find(const struct hmap *m, uint64_t hash, hmap_same *same, const void *key);
