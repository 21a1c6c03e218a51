/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: the coordinator as its files see it. Not for others.
 *
 * The files are layers, from above: coordinator.c (leadership, time) — ops_end.c, observe.c,
 * write.c (what the world tells, as events of the core) — act.c (steps the core and carries out its
 * actions) — proven.c (what is signed, and what a proof is worth) — ops.c, proofs.c,
 * agent_policy.c, status_keys.c. */
#pragma once

#include "base/intern.h"
#include "coordinator/agent_policy.h"
#include "coordinator/config.h"
#include "coordinator/ops.h"
#include "coordinator/proofs.h"
#include "coordinator/stats.h"
#include "sync/elect.h"
#include "sync/reflector.h"
#include "sync/writeq.h"

enum { NOTES_QUEUED_MAX = 256, SHELL_MAGIC = 0x6d75636f };

struct coordinator {
	uint32_t magic;
	struct coordinator_config cfg; /* strings owned below */
	char *own[8];
	const struct log *log;
	struct api api, lease_api;
	struct link_server link;
	int64_t now_ms, wall_ms;
	struct rng rng;

	struct elect *elect;
	struct server_sessions *sessions;
	struct core *core;
	struct writeq *writeq;
	struct reflector *jobs, *nodes, *compute_nodes, *nominated;
	struct intern *keys; /* the write queue's keys (status_keys.h) */
	struct template_store templates;
	struct ops ops;
	struct proofs *proofs; /* NULL: orders are not proven */
	struct proofs_config proofs_cfg;
	struct agent_policy *agent_policy; /* NULL: not looked at */
	struct agent_policy_config agent_policy_cfg;

	bool leading, synced, pods_listed, stopping;
	/* A list of all pods has ended; old pods were left out of it, since jobs were not known. */
	bool pods_ended, pods_again;
	uint64_t epoch;
	int64_t pods_retry_ms; /* when to list the pods of Muster again; INT64_MAX: not needed */
	uint32_t pods_failures;

	struct core_actions actions;
	struct rendered *rendered; /* write.c: the status being written */
	struct coordinator_stats stats;
};

/* The coordinator behind a callback's pointer. */
static inline struct coordinator *coordinator_of(void *self)
{
	struct coordinator *c = self;
	must(c->magic == SHELL_MAGIC);
	return c;
}
