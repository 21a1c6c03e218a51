/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/ops.h"

const struct op_kind op_kinds[OP_N] = {
#define OP(id, level, lasts, text) [OP_##id] = {FAULTS_##level, lasts, text},
#include "test/sim/people/ops.def"
#undef OP
};

void op_counts_add(struct op_counts *to, const struct op_counts *from)
{
	for (int i = 0; i < OP_N; i++)
		to->n[i] += from->n[i];
}

uint32_t op_counts_print(const struct op_counts *c, enum fault_level level)
{
	uint32_t never = 0;
	for (int i = 0; i < OP_N; i++) {
		if (op_kinds[i].level <= level)
			never += counts_print_line(op_kinds[i].text, c->n[i]);
	}
	return never;
}
