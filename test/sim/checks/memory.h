/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what a leader keeps of jobs goes with how many there are, not with the
 * numbers that their owners write. */
#pragma once

#include "test/sim/checks/record.h"

/* A process has had its turn. */
void check_memory(struct checks *c, const struct proc *p);
