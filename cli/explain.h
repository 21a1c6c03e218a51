/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server holds about one job, as one JSON value: docs/cli.md documents its fields for
 * programs, and the text for people is made of it. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "cli/out.h"

enum { EXPLAIN_PODS_MAX = 10000, EXPLAIN_EVENTS_MAX = 500 };

/* Appends the explanation for people. wide: all members, events and failures, and not those alone
 * that say most. */
void explain_text(struct out *o, const json_t *x, int64_t now_ms, bool wide);
