/* SPDX-License-Identifier: Apache-2.0 */
/* Labels and taints as sets of nodes. Each label (key and value), each key and each taint that
 * occurs has a bitset, so a selector is a few ANDs however many nodes there are. Keys and values
 * are interned. */
#pragma once

#include "coordinator/core/state/tables.h"

struct labelval {
	UT_hash_handle hh; /* by value */
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
	struct node_taint taint;
	uint32_t n;
	struct bitset nodes;
};

struct labelkey *labelkey_find(const struct core *c, uint32_t key);     /* NULL: no node has it */
struct labelval *labelval_find(const struct labelkey *k, uint32_t val); /* NULL: no node has it */
void labels_set(struct core *c, struct labels *l, const struct kvs *from);
void labels_done(struct core *c, struct labels *l);
/* What selections are evaluated from changed otherwise: all are evaluated again. */
void labels_outdated(struct core *c);
/* labels_node_out takes a node out of the sets before its labels or taints change, labels_node_in
 * puts it in afterwards. */
void labels_node_out(struct core *c, struct node_record *n);
void labels_node_in(struct core *c, struct node_record *n);
