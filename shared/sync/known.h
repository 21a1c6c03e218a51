/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of one kind that are known, by namespace and name, and which of them a complete list
 * did not show any more. Memory: one entry (names and UID) for each object. */
#pragma once

#include "base/table.h"
#include "model/object.h"

struct known_entry {
	UT_hash_handle hh;
	char *key; /* "ns/name" */
	char *ns, *name, *uid;
	uint64_t generation; /* of the list that showed it last */
};

struct known {
	struct known_entry *entries;
	uint64_t generation; /* of the newest list */
	/* The reflector's owner and its callback (reflector.h). */
	void *self;
	void (*on_gone)(void *self, const struct meta *meta);
};

void known_done(struct known *k);  /* frees all; on_gone is not called */
void known_begin(struct known *k); /* a list begins */
void known_sweep(struct known *k); /* the list is complete: what it did not show is gone */
/* The object exists. An object of the same name under another UID is gone first. */
void known_put(struct known *k, const struct meta *meta);
void known_take(struct known *k, const struct meta *meta); /* the object was deleted */
