/* SPDX-License-Identifier: Apache-2.0 */
/* How many volumes of a driver each node can have attached, as the driver says there (CSINode,
 * spec.drivers[].allocatable.count; kube-scheduler's plugin NodeVolumeLimits): a record of kind
 * NEEDED_CSI_NODES, whose name is that of the driver. A list gives the CSINodes one by one; what it
 * has gathered takes effect at its end. When a Node comes, another list is asked for; until then
 * nothing is known of its limits. A driver that registers later has no limit there until the next
 * list, half a minute at most. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A CSINode of the list. Left out if nobody knows its node, or if it does not limit the driver. */
void limits_add(const struct core *c, struct lookup *l, const struct needed *csi_node);
void limits_end(struct lookup *l, bool complete); /* the list ended */
void limits_done(struct lookup *l);
