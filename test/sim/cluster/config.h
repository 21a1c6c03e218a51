/* SPDX-License-Identifier: Apache-2.0 */
/* How the processes of a cluster are configured. */
#pragma once

#define ORDER_KEYS "muster-order-keys" /* the Secret */

#include "test/sim/cluster/cluster.h"

/* The Service of the coordinators, HOST:PORT. */
extern const char cluster_service[];

/* Without identity, address and seed, which are the process's own. */
struct coordinator_config cluster_coordinator_config(const struct cluster *cl);
/* Without identity and seed. */
struct agent_config cluster_agent_config(const struct cluster *cl, struct proc *p);
