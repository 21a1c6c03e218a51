/* SPDX-License-Identifier: Apache-2.0 */
/* The taint eviction controller, and pods of Nodes out of service. */
#pragma once

#include "test/sim/cluster/cluster.h"

#define TAINT_NOT_READY "node.kubernetes.io/not-ready"
#define TAINT_UNREACHABLE "node.kubernetes.io/unreachable"

/* One that says that the Node is not Ready. */
bool taint_of_readiness(const struct taint *t);
/* Somebody says that the Node's machine is off. */
bool taint_out_of_service(const struct version *node);
/* A Node or pod changed: what the Node's NoExecute taints do to its pods. */
void taints_change(struct cluster *cl, const struct change *ch);
