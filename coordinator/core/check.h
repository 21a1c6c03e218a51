/* SPDX-License-Identifier: Apache-2.0 */
/* The core's invariants, asked between steps; a violation is a bug of ours and aborts. Its cost
 * grows with the tables: for tests, simulations and dev builds. */
#pragma once

#include "coordinator/core/core.h"

void core_check(const struct core *c);
