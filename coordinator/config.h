/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a coordinator. */
#pragma once

#include "coordinator/core/core.h"
#include "sync/server_sessions.h"

struct coordinator_config {
	struct core_config core;
	const char *namespace, *lease, *identity, *address; /* identity unique per start */
	const char *predecessors;                           /* as elect_config has it */
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
	/* server_sessions_config.look; NULL: the API server is asked about every token. */
	enum reject (*token_look)(const char *token, const char *username, const char *node,
				  char ret_print[TOKEN_PRINT_BYTES], const char **ret_why);
	void (*random)(void *ret, size_t len); /* for new keys */
};
