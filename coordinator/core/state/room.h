/* SPDX-License-Identifier: Apache-2.0 */
/* Room that became free: what the queue's next cycle looks at. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The node has more room than before, or is another; whole: it may hold more than ever before. */
void room_grown(struct core *c, const struct node_record *n, bool whole);
