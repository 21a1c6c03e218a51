/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster from its beginning to its end. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* The world is there, and nothing in it. Who wants to watch it says so between this and the start.
 */
void cluster_init(struct cluster *cl, const struct cluster_config *cfg);
/* Nodes are registered, coordinators and agents run. */
void cluster_start(struct cluster *cl);
/* The processes end; nothing happens any more. */
void cluster_stop(struct cluster *cl);
void cluster_done(struct cluster *cl);
