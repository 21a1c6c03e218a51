/* SPDX-License-Identifier: Apache-2.0 */
/* The taint eviction controller, and pods of Nodes out of service. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* A Node or pod changed: what the Node's NoExecute taints do to its pods. */
void taints_change(struct cluster *cl, const struct change *ch);
