/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: nothing is leaked. */
#pragma once

#include "test/sim/checks/record.h"

/* When all is quiet: what the programs hold is what lives. */
void leaks_quiet(struct cluster *cl);
