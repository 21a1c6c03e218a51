/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: from whom nodes are kept. */
#pragma once

#include "test/sim/checks/line.h"

/* It places a member of a known job. */
void check_placed_on_kept(struct checks *c, struct mind *m, const struct line *l);
/* With a member of the job the node would be taken from one ahead, for which the coordinator says
 * that it keeps the node. */
bool check_kept_from(struct checks *c, struct mind *m, const struct version *job, const char *node);
