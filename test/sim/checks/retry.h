/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: where a member that has failed is tried again. */
#pragma once

#include "test/sim/checks/line.h"

void check_retry(struct checks *c, struct mind *m, const struct line *l); /* a member is placed */
