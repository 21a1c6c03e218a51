/* SPDX-License-Identifier: Apache-2.0 */
/* The pods of a job that a selection means. */
#pragma once

#include "base/runs.h"
#include "cli/session.h"

struct picked {
	uint32_t index, attempt;
	char *pod, *container;
};

struct pick {
	struct runs indexes; /* empty: all */
	/* 0: the newest of each index; -1: the one before, and so on; above 0: this number. */
	int64_t attempt;
	const char *container; /* NULL: the first that its user wrote */
	struct picked *v;      /* by index */
	uint32_t n, cap;
	uint32_t left_out; /* indexes that have no such attempt */
};

enum { PICKED_MAX = 200000 };

/* Fills in v of the job with this UID. */
enum rc pick_pods(struct session *s, const char *ns, const char *uid, struct pick *p,
		  struct err *e) must_use;
void pick_done(struct pick *p);
