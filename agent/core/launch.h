/* SPDX-License-Identifier: Apache-2.0 */
/* Orders carried out: creates and reads go out, their answers come in. */
#pragma once

#include "agent/core/order.h"
#include "agent/core/templates.h"
#include "base/rng.h"

/* Sends the creates and reads that are due, at most 32 at a time, none before the pods of the node
 * are known. may_create false: this agent creates no pods, such orders are DENIED. */
void launch_due(struct order_table *t, struct step *st, const struct pod_table *pods,
		const struct template_set *templates, bool may_create);
/* A create ended (AEV_CREATED), a read ended (AEV_READ); ignored where none is out. */
void launch_created(struct order_table *t, struct step *st, struct pod_table *pods,
		    const struct agent_event *ev, struct rng *rng);
void launch_read(struct order_table *t, struct step *st, struct pod_table *pods,
		 const struct agent_event *ev, struct rng *rng);
