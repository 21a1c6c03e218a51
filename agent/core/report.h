/* SPDX-License-Identifier: Apache-2.0 */
/* Views of what the coordinator is to know of members: from their pods, and from orders that have
 * no pod to speak for them. A view changes nothing of what it shows; report_told does. */
#pragma once

#include "agent/core/order.h"

struct report {
	struct member *members; /* strings borrowed from the records */
	bool **changed;         /* of each member's record */
	uint32_t n, cap;
};

void report_done(struct report *r);
/* Everything known, at most NODE_PODS_MAX members: what runs before what has ended. What is left
 * out counts as changed, so that report_changes tells it. */
void report_all(struct report *r, const struct pod_table *pods, const struct order_table *orders);
/* What changed since it was told: at most max members, and what fits one frame. */
void report_changes(struct report *r, const struct pod_table *pods,
		    const struct order_table *orders, uint32_t max);
/* What the last view showed is told. Pods that ended, were told before that view and have no order
 * are dropped, and so are withdrawn orders. */
void report_told(struct report *r, struct pod_table *pods, struct order_table *orders);
