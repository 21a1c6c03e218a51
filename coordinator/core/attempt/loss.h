/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an attempt whose node is lost. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Its node is lost. The attempt keeps its slot until a replacement is placed, which onNodeLoss may
 * forbid: if the node answers before, nothing has happened. */
void attempt_lost(struct core *c, struct attempt *a);
/* Its node answers: the attempt goes on, or is stopped if another has its slot. */
void attempt_found(struct core *c, struct attempt *a);
