/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's shell: the agent as its files see it. Not for others.
 *
 * The files are layers, from above: agent.c (time) — observe.c (what the world tells, as events of
 * the core) — act.c (steps the core and carries out its actions). */
#pragma once

#include "agent/config.h"
#include "agent/core/core.h"
#include "agent/stats.h"
#include "model/template_store.h"
#include "sync/agent_session.h"
#include "sync/reflector.h"

enum { AGENT_MAGIC = 0x6d756167, PODS_PAGE = 500, WATCH_SILENCE_MS = 90000 };

/* A create and the read that follows if the name is taken; or a read alone. */
struct launch {
	struct launch *prev, *next;
	struct agent *owner;
	uint64_t op;
	bool read_only, reading, told;
	char *ns, *name;
};

/* The agent's own Node, as last logged. */
struct own_node {
	bool known, exists, unschedulable;
	enum cond_status ready;
};

struct agent {
	uint32_t magic;
	struct agent_config cfg; /* strings owned below */
	char *node, *boot_id, *version, *identity, *coordinator, *pods_of_node, *node_by_name;
	struct api api;
	const struct log *log;
	int64_t now_ms, wall_ms;

	struct agent_core *core;
	struct agent_session *session;
	bool session_started;
	struct reflector *pods, *own;
	struct own_node self_node;
	struct launch *launches;
	struct template_store templates; /* the core says when a text is dropped */
	struct agent_stats stats;
};

/* The agent behind a callback's pointer. */
static inline struct agent *agent_of(void *self)
{
	struct agent *a = self;
	must(a->magic == AGENT_MAGIC);
	return a;
}
