/* SPDX-License-Identifier: Apache-2.0 */
/* The invariants of the core, checked between steps. A violation is a bug of Muster and aborts. A
 * check costs as much as the tables are large: it is for tests, simulations and dev builds. */
#pragma once

#include "coordinator/core/core.h"

void core_check(const struct core *c);
