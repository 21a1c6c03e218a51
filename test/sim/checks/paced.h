/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a leader gives no more tickets than its window has. */
#pragma once

#include "test/sim/checks/record.h"

/* A process has had its turn. */
void check_paced(struct checks *c, const struct proc *p);
