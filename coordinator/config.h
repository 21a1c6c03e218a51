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
	/* The Secret with the keys that prove orders; NULL or "": orders are not proven, and every
	 * pod with the labels of a member is one (core.proofs is set by coordinator_new). */
	const char *order_secret;
	/* The name of the admission policy for agents and of its binding; NULL or "": it is not
	 * looked at (core.agent_policy is set by coordinator_new). */
	const char *agent_policy;
	void (*random)(void *ret, size_t len); /* for new keys */
};
