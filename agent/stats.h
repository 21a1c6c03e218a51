/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of an agent since its start, and what it holds now. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct agent_stats {
	bool connected, synced;
	uint64_t pods_created, create_failures, sessions, relists, reports, orders_refused,
		pods_left_out;
	uint32_t members, pods, orders, templates;
};
