/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold when all is quiet. */
#pragma once

#include "test/sim/checks/checks.h"

/* To be called when faults have ended and all is done. */
void checks_quiet(struct checks *c);
