/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever decides holds the Lease. */
#pragma once

#include "test/sim/checks/record.h"

/* A coordinator says msg: where that is a decision, nobody else leads. */
void check_leads(struct checks *c, const struct proc *p, const char *msg);
