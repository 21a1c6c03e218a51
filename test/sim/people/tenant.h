/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile tenant: somebody who may create jobs and pods in one namespace. It makes jobs at and
 * over each bound, under the names and with the templates of others' jobs, and pods with the
 * labels, the owner and the proofs of their members. */
#pragma once

#include "base/rng.h"
#include "test/sim/world/world.h"

struct tenant {
	struct world *world;
	uint32_t machines;
	struct rng rng;
	int64_t until_ms;
};

/* From now on, now and then, until until_ms. t stays where it is. */
void tenant_begin(struct tenant *t);
void tenant_end(struct world *w); /* deletes all that it made */
