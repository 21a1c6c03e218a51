/* SPDX-License-Identifier: Apache-2.0 */
/* The rule of kube-scheduler's plugin NodeVolumeLimits: a node gets no pod whose volumes it cannot
 * attach beside those that it has. What it has is what its kubelet says and what members have that
 * were placed there (state/volumes), where kube-scheduler counts pods and VolumeAttachments. */
#pragma once

#include "base/bitset.h"
#include "coordinator/core/state/tables.h"

/* Whether a driver of the request's volumes has limits on any node. */
bool volume_room_limited(const struct request *r);
/* Takes the nodes out of *nodes that cannot attach all volumes of the request. A volume that is
 * still to be made counts for the driver that makes it. */
void volume_room_leave(const struct core *c, const struct request *r, struct bitset *nodes);
