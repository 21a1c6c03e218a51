/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what is asked of each status that is written. */
#pragma once

#include "test/sim/checks/record.h"

void check_status(struct checks *c, const struct version *was, const struct version *is);
