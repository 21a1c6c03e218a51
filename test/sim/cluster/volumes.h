/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster's volumes: a provisioner that makes them where a claim was given a node, and the
 * controller that binds a claim to the volume that was given to it. */
#pragma once

#include "test/sim/cluster/cluster.h"

void volumes_change(struct cluster *cl, const struct change *ch);
