/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include <inttypes.h>
#include <stdio.h>

const struct kind op_kinds[OP_N] = {
#define OP(id, level, lasts, text) [OP_##id] = {FAULTS_##level, lasts, text},
#include "plan_ops.def"
#undef OP
};

const struct kind fact_kinds[FACT_N] = {
#define FACT(id, level, text) [FACT_##id] = {FAULTS_##level, false, text},
#include "facts.def"
#undef FACT
};

void counts_add(struct counts *to, const struct counts *from)
{
	for (int i = 0; i < OP_N; i++)
		to->op[i] += from->op[i];
	for (int i = 0; i < FACT_N; i++)
		to->fact[i] += from->fact[i];
}

static uint32_t print_one(const struct kind *k, uint64_t n, enum fault_level level)
{
	if (k->level > level)
		return 0;
	printf("%10" PRIu64 " %s%s\n", n, k->text, n ? "" : " (NEVER)");
	return !n;
}

uint32_t counts_print(const struct counts *c, enum fault_level level)
{
	uint32_t never = 0;
	for (int i = 0; i < OP_N; i++)
		never += print_one(&op_kinds[i], c->op[i], level);
	for (int i = 0; i < FACT_N; i++)
		never += print_one(&fact_kinds[i], c->fact[i], level);
	return never;
}
