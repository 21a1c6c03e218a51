/* SPDX-License-Identifier: Apache-2.0 */
/* How often each deed of users, each fault and each thing that befalls the programs took place. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum fault_level { FAULTS_NONE, FAULTS_SOME, FAULTS_ALL };

enum plan_op_type {
#define OP(id, level, lasts, text) OP_##id,
#include "plan_ops.def"
#undef OP
	OP_N
};

enum fact {
#define FACT(id, level, text) FACT_##id,
#include "facts.def"
#undef FACT
	FACT_N
};

struct kind { /* of a deed, fault or fact */
	enum fault_level level;
	bool lasts;
	const char *text;
};
extern const struct kind op_kinds[OP_N], fact_kinds[FACT_N];

struct counts {
	uint64_t op[OP_N], fact[FACT_N];
};

void counts_add(struct counts *to, const struct counts *from);
/* Prints each count, and names what of this level never happened. Returns how many kinds that are.
 */
uint32_t counts_print(const struct counts *c, enum fault_level level);
