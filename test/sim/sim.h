/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster with all checks looking at it. The first broken invariant ends the run. */
#pragma once

#include "test/sim/checks/checks.h"
#include "test/sim/cluster/cluster.h"

struct sim {
	struct cluster cluster;
	struct checks *checks;
};

struct sim *sim_new(const struct cluster_config *cfg);
struct sim *sim_free(struct sim *s);
