/* SPDX-License-Identifier: Apache-2.0 */
/* How the containers of a pod start, one after another, as their kubelet tells it: sidecar and init
 * container first, then those of the work and what admission injected. */
#pragma once

#include "base/rng.h"
#include "test/sim/world/store.h"
#include "test/sim/world/template.h"

struct start_step {
	bool works;      /* the containers of the work run */
	bool failed;     /* an init container has failed, and the pod with it */
	bool waits;      /* a container waits for something that is wrong */
	int64_t next_ms; /* something changes after so long; 0: everything has come to be */
};

/* Writes into the status of a pod that is not sealed what is true when it is so old. now_ms: by the
 * kubelet's clock. */
struct start_step containers_start(struct version *c, const struct template_facts *t,
				   int64_t age_ms, int64_t now_ms, struct rng *rng);
