/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile peer: somebody who reaches the agents' port and has no token that is good. It opens
 * connections and keeps them, says anything in any order, and comes again. */
#pragma once

#include "base/rng.h"
#include "test/sim/cluster/cluster.h"

enum { STRANGER_VISITS = 12 };

struct stranger;

struct visit { /* one of its connections */
	struct stranger *of;
	struct port *port;
	struct link_client link;
	int64_t since_ms; /* open since then; 0: it is not */
	int64_t said_ms;  /* when it last said something */
};

struct stranger {
	struct cluster *cluster;
	struct rng rng;
	int64_t until_ms;
	bool undisturbed; /* nothing else goes wrong: its time at the port is exact */
	struct host host;
	struct visit visits[STRANGER_VISITS];
};

/* From now on, until until_ms. s stays where it is. */
void stranger_begin(struct stranger *s);
/* It goes. */
void stranger_end(struct stranger *s);
