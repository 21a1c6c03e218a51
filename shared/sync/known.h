/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects of a kind are known, by namespace and name, and which of them a complete list did
 * not show any more. */
#pragma once

#include "base/table.h"
#include "model/object.h"

struct known_entry {
	UT_hash_handle hh;
	char *key; /* "ns/name" */
	char *ns, *name, *uid;
	uint64_t generation;
};

struct known {
	struct known_entry *entries;
	uint64_t generation;
	void *self;
	void (*on_gone)(void *self, const struct meta *meta); /* see reflector.h */
};

void known_done(struct known *k);  /* nothing is told */
void known_begin(struct known *k); /* a list begins */
void known_sweep(struct known *k); /* it is complete: what it did not show is gone */
/* The object is there. One of its name under another UID is told as gone first. */
void known_put(struct known *k, const struct meta *meta);
void known_take(struct known *k, const struct meta *meta); /* it was deleted */
