/* SPDX-License-Identifier: Apache-2.0 */
/* Whose turn it is: of the indexes of a job the lowest come first, and no more than parallelism are
 * begun and not done. */
#pragma once

#include "test/sim/checks/line.h"
#include "test/sim/checks/mind.h"

/* As many indexes below are begun and not done as may have members at once. */
bool check_surplus(struct checks *c, const struct mind *m, const struct line *l);
void check_turn(struct checks *c, struct mind *m, const struct line *l); /* a member is placed */
/* A job that was never suspended did not start in time (startDeadlineSeconds): it waits for no
 * nodes any more, though no status may say so yet. */
bool check_start_over(const struct checks *c, const struct version *job);
