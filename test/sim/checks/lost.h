/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a member is given up with its node. */
#pragma once

#include "test/sim/checks/line.h"
#include "test/sim/checks/mind.h"

/* Looked at now and then: a coordinator that suspects itself has reason to. */
void check_doubt(struct checks *c);
void check_lost(struct checks *c, struct mind *m, const struct line *l);
