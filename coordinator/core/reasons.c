/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/reasons.h"

#include "base/must.h"

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

bool reason_warning(enum reason r)
{
	must(r < R_N);
	return table[r].kind == KIND_Warning;
}
