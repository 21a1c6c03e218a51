/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of a coordinator since its start, and what it holds now. */
#pragma once

#include "coordinator/core/core.h"
#include "sync/server_sessions.h"

struct coordinator_stats {
	bool leading, synced;
	bool agents_create; /* agents get orders to create pods */
	uint64_t epoch, relists, status_writes, status_conflicts, status_refused, pod_creates,
		pod_deletes, events, events_dropped;
	uint32_t writes_waiting, templates; /* template texts in the store */
	struct core_stats core;
	struct server_sessions_stats sessions;
};
