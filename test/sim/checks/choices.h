/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a claim was given its first consumer. */
#pragma once

#include "test/sim/checks/record.h"

void check_choice(struct checks *c, const struct version *was, const struct version *claim);
