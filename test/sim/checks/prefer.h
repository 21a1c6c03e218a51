/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: which of the nodes that a job may have it is given. */
#pragma once

#include "test/sim/checks/line.h"

void check_preferred(struct checks *c, struct mind *m,
		     const struct line *l); /* a member is placed */
/* What was placed for one job at one moment is all of it: another job's turn, or another moment. */
void check_preferred_over(struct checks *c, struct mind *m, const char *next_uid);
