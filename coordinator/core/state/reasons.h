/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons of conditions, statuses and Events, and the words that go with them: one table
 * (reasons.def). All texts are constants. */
#pragma once

#include <stdbool.h>

enum reason {
	R_NONE,
#define REASON(name, object, event, message, more) R_##name,
#include "coordinator/core/state/reasons.def"
#undef REASON
	R_N
};

/* Bytes of others' words in a message, so that the next step fits behind them. */
enum { QUOTE_MAX = 700 };

const char *reason_name(enum reason r);  /* "" for R_NONE */
enum reason reason_parse(const char *s); /* R_NONE if this version does not know the reason */
bool reason_warning(enum reason r);      /* Events with it are Warnings */
bool reason_event(enum reason r);        /* there are Events with it */
bool reason_of_node(enum reason r);      /* of a ComputeNode; else of a ComputeJob */
/* What a condition says when nothing more exact is known; never "". For R_NONE, which stands for a
 * reason of another version of Muster, it says so. */
const char *reason_message(enum reason r);
const char *reason_more(enum reason r); /* what docs/reasons.md adds to the message, or "" */
