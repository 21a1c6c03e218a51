/* SPDX-License-Identifier: Apache-2.0 */
/* The agents, each in a thread with a loop, an API client and a link of its own: what the threads
 * share is read only. */
#pragma once

#include "joining.h"

struct agents;

struct agents_counts {
	uint32_t started, connected;
	uint64_t created, failures;
};

/* Makes the agents and starts them over o->over_ms. o, cfg and v live as long as the process. */
struct agents *agents_start(const struct hollow_options *o, const struct kube_config *cfg,
			    const struct identity *v);
/* Any thread. */
void agents_count(const struct agents *all, struct agents_counts *ret);
