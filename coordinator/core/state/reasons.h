/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons of conditions, statuses and Events, as one table (reasons.def). */
#pragma once

#include <stdbool.h>

enum reason {
	R_NONE,
#define REASON(name, object, event, doc) R_##name,
#include "coordinator/core/state/reasons.def"
#undef REASON
	R_N
};

const char *reason_name(enum reason r);  /* "" for R_NONE */
enum reason reason_parse(const char *s); /* R_NONE when unknown */
bool reason_warning(enum reason r);      /* Events with it are Warnings */
bool reason_event(enum reason r);        /* there are Events with it */
bool reason_of_node(enum reason r);      /* of a ComputeNode; else of a ComputeJob */
const char *reason_doc(enum reason r);   /* what it means and what to do */
