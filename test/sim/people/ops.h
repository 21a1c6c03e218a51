/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of operations that a plan can hold (ops.def): deeds of users, then faults. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "test/sim/world/counts.h"

enum op_type {
#define OP(id, level, lasts, text) OP_##id,
#include "test/sim/people/ops.def"
#undef OP
	OP_N
};

struct op_kind {
	enum fault_level level;
	bool lasts; /* it ends after its time; else it is done when it is done */
	const char *text;
};
extern const struct op_kind op_kinds[OP_N];

struct op_counts {
	uint64_t n[OP_N];
};

void op_counts_add(struct op_counts *to, const struct op_counts *from);
/* Prints each count of this level, and marks those that are 0. Returns how many are. */
uint32_t op_counts_print(const struct op_counts *c, enum fault_level level);
