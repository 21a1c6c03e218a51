/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what a status says of members whose containers wait. */
#pragma once

#include "test/sim/checks/record.h"

/* A live pod of the job, on a node that is heard, where all has been well for a while. */
void check_waits(struct checks *c, const struct version *pod, const struct version *job);
