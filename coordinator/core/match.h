/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: the sets that selection works on. Keys and values are interned. */
#pragma once

#include "coordinator/core/tables.h"

struct labelval {
	UT_hash_handle hh; /* by val */
	uint32_t val, n;
	struct bitset nodes;
};

struct labelkey {
	UT_hash_handle hh; /* by key */
	uint32_t key;
	struct bitset nodes;
	struct labelval *vals;
};

struct taintset {
	UT_hash_handle hh; /* by taint */
	struct ntaint taint;
	uint32_t n;
	struct bitset nodes;
};

struct labelkey *labelkey_find(const struct core *c, uint32_t key); /* NULL: no node has it */
struct labelval *labelval_find(const struct labelkey *k, uint32_t val);
