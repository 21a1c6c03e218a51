/* SPDX-License-Identifier: Apache-2.0 */
/* What the end of a member's pod counts for. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The attempt's pod ended, told for the first time; m->phase is final. */
void member_ended(struct core *c, struct attempt *a, const struct member *m);
/* A line in the log about the end; at debug level where the leader before has logged it. */
void member_log_end(const struct core *c, const struct attempt *a, const char *msg,
		    const struct member *m);
