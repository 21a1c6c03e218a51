/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a coordinator. */
#pragma once

#include "coordinator/core/core.h"

struct coordinator_config {
	struct core_config core;
	const char *namespace, *lease, *identity, *address; /* identity unique per start */
	int64_t lease_duration_ms, renew_deadline_ms, retry_period_ms;
	const char *agent_username; /* system:serviceaccount:NS:NAME */
	uint32_t heartbeat_ms;
	uint64_t seed;
};
