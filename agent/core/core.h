/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's core: follows the pods of its own node, carries out orders, keeps what is to be
 * reported. No I/O, no clock, no threads; it deletes no pod.
 * Idempotent by pod name and UID: a pod is created only for an order without a UID whose pod was
 * never seen. A name that is taken (409) is read: the same attempt is adopted, any other pod is
 * reported as HELD. A pod that vanished is reported as GONE.
 * Limits: NODE_PODS_MAX pods that have not ended, as many orders. Pods that have ended take the
 * place of none that runs. */
#pragma once

#include "agent/core/event.h"
#include "base/log.h"
#include "model/message.h"

struct agent_core;

struct agent_core_config {
	const char *node;                                  /* copied */
	int64_t create_retry_base_ms, create_retry_cap_ms; /* 200 and 10000 */
	bool launch; /* false: the coordinator creates all pods, orders to launch are DENIED */
};

/* log may be NULL. seed: of the jitter of retries. */
struct agent_core *agent_core_new(const struct agent_core_config *cfg, const struct log *log,
				  uint64_t seed);
struct agent_core *agent_core_free(struct agent_core *c); /* NULL in, NULL out */

/* Takes one event. The actions are the core's and live until the next step. */
void agent_core_step(struct agent_core *c, const struct agent_event *ev, struct agent_actions *ret);
/* When the core wants AEV_TICK at the latest: monotonic ms; INT64_MAX: no time is awaited. */
int64_t agent_core_deadline(const struct agent_core *c);

/* Two views of what the coordinator is to know. Strings and arrays are the core's and live until
 * the next view or step. A view marks nothing as told: agent_core_told does. */

/* Everything known, for a Hello; at most NODE_PODS_MAX members. */
void agent_core_snapshot(struct agent_core *c, struct capacity *ret_cap, const struct member **ret,
			 uint32_t *ret_n);
/* What changed since it was last told, for a Report: at most max members, and no more than fit one
 * frame; what is left comes with the next view. False: nothing changed. */
bool agent_core_changes(struct agent_core *c, uint32_t max, struct capacity *ret_cap,
			bool *ret_has_capacity, const struct member **ret, uint32_t *ret_n);
/* What the last view showed is told: called after each view, before the next step. Records of
 * ended pods that were told before and that no order asks for are dropped here. A Report that gets
 * lost needs no undo: the session breaks and begins again with a snapshot. */
void agent_core_told(struct agent_core *c);

bool agent_core_synced(const struct agent_core *c); /* a list of the node's pods was complete */

struct agent_core_stats {
	/* Pods that exist, but for foreign ones that have ended; those of them that are members. */
	uint32_t pods, members, orders;
	uint64_t pods_left_out; /* how often a foreign pod was ignored: there are too many */
};
void agent_core_stats(const struct agent_core *c, struct agent_core_stats *ret);
