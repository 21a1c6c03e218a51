/* SPDX-License-Identifier: Apache-2.0 */
/* What a kubelet checks before it starts a pod: room, pressure, shutdown, and what the pod is. */
#pragma once

#include "test/sim/cluster/cluster.h"
#include "test/sim/world/template.h"

struct refused {
	const char *reason, *message; /* status.reason, status.message; NULL: admitted */
};

/* refusals: how often the index was refused before. The words live as long as the pod's version. */
struct refused admit_refuses(struct machine *m, struct version *pod, const struct template_facts *t,
			     uint32_t refusals);
/* The kubelet would refuse each such pod for what it is. */
bool admit_forbids(const struct machine *m, const struct template_facts *t);
