/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: nodes kept for a job. */
#pragma once

#include "test/sim/checks/line.h"

/* The coordinator says that it keeps nodes for the line's job, that it does not any more, and that
 * it did so in vain. */
void check_kept(struct checks *c, struct mind *m, const struct line *l);
void check_released(struct checks *c, struct mind *m, const struct line *l);
void check_kept_in_vain(struct checks *c, struct mind *m, const struct line *l);
