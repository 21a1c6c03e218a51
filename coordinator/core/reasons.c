/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/reasons.h"

#include "base/mem.h"

enum { KIND_None, KIND_Normal, KIND_Warning };

static const struct {
	const char *name;
	int kind;
} table[R_N] = {
	[R_NONE] = {"", KIND_None},
#define REASON(name, type, doc) [R_##name] = {#name, KIND_##type},
#include "coordinator/core/reasons.def"
#undef REASON
};

const char *reason_name(enum reason r)
{
	must(r < R_N);
	return table[r].name;
}

enum reason reason_parse(const char *s)
{
	for (unsigned r = 1; r < R_N; r++) {
		if (str_eq(table[r].name, s))
			return (enum reason)r;
	}
	return R_NONE;
}

bool reason_warning(enum reason r)
{
	must(r < R_N);
	return table[r].kind == KIND_Warning;
}
