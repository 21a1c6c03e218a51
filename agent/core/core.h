/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's core: follows its own Node's pods, carries out RUN, and keeps what is to be reported.
 * No I/O, no clock, no threads. It deletes nothing. Idempotent by pod name and UID: a pod is
 * created only for an order without a UID whose pod was never seen; a 409 is read (GET) and adopted
 * or told as HELD; a vanished pod is told as GONE. Members ≤ NODE_PODS_MAX. */
#pragma once

#include "base/log.h"
#include "model/message.h"

struct agent_core;

struct agent_core_config {
	const char *node;
	int64_t create_retry_base_ms, create_retry_cap_ms; /* 200 … 10000 */
	bool launch;
};

enum agent_event_type {
	AEV_TICK,
	AEV_POD, /* a pod of the node as it is now (members and foreign ones) */
	AEV_POD_GONE,
	AEV_PODS_SYNCED, /* the list is complete: nothing is created before */
	AEV_ORDERS,      /* the full set, with its epoch; an older epoch is refused */
	AEV_TEMPLATE,    /* text of a hash arrived */
	AEV_CREATED,     /* a create ended; on EXISTS the shell has read the pod */
	AEV_READ,        /* a live GET ended (created: OK with the pod, NOTFOUND…) */
};

struct agent_event {
	enum agent_event_type type;
	int64_t now_ms, wall_ms;
	int64_t unheard_ms; /* since the last request that a leader has answered was sent */
	union {
		const struct pod *pod;
		const struct meta *gone;
		struct {
			uint64_t epoch;
			const struct order *v;
			uint32_t n;
		} orders;
		const char *template_hash;
		struct {
			const char *ns, *name; /* of the pod */
			enum rc rc;
			const char *reason, *message;
			int64_t retry_after_ms;
			const struct pod *pod; /* OK: as created; EXISTS: as read, NULL when the GET
						  said 404 */
		} created;                     /* CREATED, READ */
	};
};

enum agent_action_type {
	AACT_CREATE, /* create this pod (the text is kept by the shell, by hash) */
	AACT_READ,   /* read this pod live: whether what the coordinator saw is there */
	AACT_REPORT, /* something is to be reported: agent_core_changes() */
	AACT_TEMPLATE_DROP,
};

struct agent_action {
	enum agent_action_type type;
	union {
		struct pod_create create; /* template_text NULL: by hash */
		struct {
			const char *ns, *name;
		} read;
		const char *template_hash;
	};
};

struct agent_actions {
	const struct agent_action *v;
	uint32_t n;
};

struct agent_core *agent_core_new(const struct agent_core_config *cfg, const struct log *log,
				  uint64_t seed);
struct agent_core *agent_core_free(struct agent_core *c);
void agent_core_step(struct agent_core *c, const struct agent_event *ev, struct agent_actions *ret);
int64_t agent_core_deadline(const struct agent_core *c);

/* Everything known, for Hello; borrowed until the next step. */
void agent_core_snapshot(struct agent_core *c, struct capacity *cap, const struct member **ret,
			 uint32_t *ret_n);
/* What changed since the last call, at most max members; marks it as told. False: nothing.
 * A lost Report is healed because a broken session begins with a snapshot again. */
bool agent_core_changes(struct agent_core *c, uint32_t max, struct capacity *cap,
			bool *ret_has_capacity, const struct member **ret, uint32_t *ret_n);
bool agent_core_synced(const struct agent_core *c);

struct agent_core_stats {
	uint32_t pods, members, orders; /* pods that exist, those of them that are members */
};
void agent_core_stats(const struct agent_core *c, struct agent_core_stats *ret);
