/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an attempt whose node is lost, and when the node comes back. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The node is lost. The attempt keeps its slot until a replacement is placed, which onNodeLoss may
 * forbid. If the node answers before that, nothing has happened. */
void attempt_lost(struct core *c, struct attempt *a);
/* The same for a node whose agent answers, where the attempt is stopped as soon as another one has
 * the slot. A kubelet that is not well deletes the pod when it can. */
void attempt_given_up(struct core *c, struct attempt *a);
/* The node answers: the attempt goes on; or, if another attempt has the slot by now, is stopped. */
void attempt_found(struct core *c, struct attempt *a);
