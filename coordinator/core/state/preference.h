/* SPDX-License-Identifier: Apache-2.0 */
/* Preferred terms of nodeAffinity: how much a job prefers each node. */
#pragma once

#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/terms.h"

/* The highest number by which a node is preferred. */
enum { PREFER_MOST = (1 << PREFER_BITS) - 1 };

/* Puts the serial form, which preferences_match reads. */
void preferences_put(struct buf *b, const struct sel_preference *v, uint32_t n);
/* Sets how much each node of match is preferred: the sum of the weights of the terms that it
 * matches, scaled down if the largest sum is above PREFER_MOST. Bit i of it is in ret[i]. True:
 * some node is preferred. As kube-scheduler scores (NodeAffinity), which scales to 100. */
bool preferences_match(const struct core *c, struct reader *r, const struct bitset *match,
		       struct bitset ret[PREFER_BITS]);
