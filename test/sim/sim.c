/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/sim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/cluster/start.h"

struct sim *sim_new(const struct cluster_config *cfg)
{
	struct sim *s = mem_zalloc(1, sizeof *s);
	cluster_init(&s->cluster, cfg);
	s->checks = checks_new(&s->cluster);
	cluster_start(&s->cluster);
	return s;
}

struct sim *sim_free(struct sim *s)
{
	if (!s)
		return NULL;
	cluster_stop(&s->cluster);
	s->checks = checks_free(s->checks);
	cluster_done(&s->cluster);
	free(s);
	return NULL;
}
