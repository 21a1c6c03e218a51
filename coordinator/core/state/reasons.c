/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/reasons.h"

#include "base/mem.h"

enum { KIND_None, KIND_Normal, KIND_Warning };
enum { OF_Job, OF_Node };

static const struct {
	const char *name;
	int of, kind;
	const char *message, *more;
} table[R_N] = {
	[R_NONE] = {"", OF_Job, KIND_None, "this version of Muster does not know the reason", ""},
#define REASON(name, object, event, message, more) \
	[R_##name] = {#name, OF_##object, KIND_##event, message, more},
#include "coordinator/core/state/reasons.def"
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

bool reason_event(enum reason r)
{
	must(r < R_N);
	return table[r].kind != KIND_None;
}

bool reason_of_node(enum reason r)
{
	must(r < R_N);
	return table[r].of == OF_Node;
}

const char *reason_message(enum reason r)
{
	must(r < R_N);
	return table[r].message;
}

const char *reason_more(enum reason r)
{
	must(r < R_N);
	return table[r].more;
}
