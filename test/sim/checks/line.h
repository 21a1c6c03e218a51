/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a line of a coordinator's log. */
#pragma once

#include "test/sim/checks/mind.h"

struct line { /* of a coordinator's log */
	const struct log_kv *kv;
	size_t n;
	const char *job_key, *node, *why;
	uint32_t index, attempt;
	const struct version *job; /* as known; NULL: not */
};

const char *line_text(const struct line *l, const char *key); /* "" without */
int64_t line_number(const struct line *l, const char *key);   /* 0 without */

/* The pod of the attempt, as the server has it, of the job of that UID; NULL: none. */
const struct version *line_pod(const struct world *w, const struct line *l, const char *uid);

struct line line_of(const struct mind *m, const struct log_kv *kv, size_t n);
