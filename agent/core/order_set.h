/* SPDX-License-Identifier: Apache-2.0 */
/* A set of orders from the coordinator: it replaces all orders of before. */
#pragma once

#include "agent/core/order.h"
#include "agent/core/templates.h"

/* Takes the orders of an AEV_ORDERS, at most NODE_PODS_MAX. Orders that the set does not name are
 * withdrawn, templates that no order needs any more are dropped. An older epoch than one seen
 * before is refused. */
void order_set_take(struct order_table *t, struct step *st, struct pod_table *pods,
		    struct template_set *templates, const struct agent_event *ev);
