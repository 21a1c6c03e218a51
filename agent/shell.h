/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's shell: what its files share. Not for others. */
#pragma once

#include "agent/agent.h"
#include "base/table.h"
#include "sync/reflector.h"

enum { AGENT_MAGIC = 0x6d756167, PODS_PAGE = 500, WATCH_SILENCE_MS = 90000 };

struct template_entry {
	UT_hash_handle hh;
	char *hash, *text;
};

/* One create, and the read that follows when the name is taken; or a read alone. */
struct launch {
	struct launch *prev, *next;
	struct agent *owner;
	uint64_t op;
	bool read_only, reading, told;
	char *ns, *name;
};

/* What the agent says of its own Node, when it changes. */
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
	struct template_entry *templates;
	const char **hashes; /* what the last Watch said it holds */
	uint32_t hashes_cap;
	struct agent_stats stats;
};

/* agent.c */
void agent_step(struct agent *a, struct agent_event *ev); /* step, then act */

/* observe.c: what the world tells becomes the core's events */
struct reflector *agent_observe_pods(struct agent *a);
struct reflector *agent_observe_own_node(struct agent *a);
struct agent_session *agent_observe_session(struct agent *a, const struct link_client *link);

/* act.c: the core's actions become operations */
void agent_act_all(struct agent *a, const struct agent_actions *actions);
void agent_act_cancel(struct agent *a);

/* templates.c: texts by hash, as long as an order needs them */
const char *agent_templates_find(const struct agent *a, const char *hash); /* NULL: unknown */
void agent_templates_keep(struct agent *a, const char *hash, const char *text);
void agent_templates_drop(struct agent *a, const char *hash);
struct strs agent_templates_list(struct agent *a); /* borrowed until the next call */
void agent_templates_done(struct agent *a);
