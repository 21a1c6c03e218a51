/* SPDX-License-Identifier: Apache-2.0 */
/* How long a job waits, and holds nodes, as a part of its place in the queue. place/reserve.c holds
 * nodes and gives them back. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job comes into the queue, or got a node: it begins to wait. */
void hold_forget(const struct core *c, struct job_record *j);
/* Since when nodes are held for the job without a known end; 0: no nodes are held so. */
void hold_since(struct job_record *j, int64_t held_ms);
/* Nodes were held for the job in vain, and are not held again before until_ms. */
void hold_pause(struct job_record *j, int64_t until_ms);
