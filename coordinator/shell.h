/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: what its files share. Not for others. */
#pragma once

#include "base/intern.h"
#include "base/rng.h"
#include "base/table.h"
#include "coordinator/coordinator.h"
#include "sync/reflector.h"
#include "sync/writeq.h"

enum { OPS_INFLIGHT_MAX = 64, NOTES_QUEUED_MAX = 256, PODS_PAGE = 500, SHELL_MAGIC = 0x6d75636f };

enum op_type {
	OP_CNODE_APPLY,
	OP_CNODE_DELETE,
	OP_POD_CREATE,
	OP_POD_READ, /* after a create that met a pod of the same name */
	OP_POD_DELETE,
	OP_JOB_GET,
	OP_JOB_DELETE,
	OP_LIST_PODS, /* all of Muster's, at start */
	OP_LIST_NODE,
	OP_NOTE,
	OP_N
};

/* One operation of the shell's own, from the action that wants it to the event that tells its end.
 */
struct op {
	struct op *prev, *next; /* waiting or in flight */
	struct coordinator *owner;
	enum op_type type;
	uint64_t id; /* 0 while it waits */
	char *ns, *name, *uid, *hash, *text[3];
	struct pod_create pod; /* its strings are text of this op or of the template store */
	bool warning, found;
	int64_t when_ms;
	char *live_uid; /* JOB_GET */
	bool live_orphan;
	char *cont; /* lists: the next page */
};

struct template_entry {
	UT_hash_handle hh;
	char *hash, *text;
};

struct coordinator {
	uint32_t magic;
	struct coordinator_config cfg; /* strings owned below */
	char *own[5];
	const struct log *log;
	struct api api, lease_api;
	struct link_server link;
	int64_t now_ms, wall_ms;
	struct rng rng;

	struct elect *elect;
	struct server_sessions *sessions;
	struct core *core;
	struct writeq *writeq;
	struct reflector *jobs, *nodes, *cnodes;
	struct intern *keys; /* "j/ns/name" and "n/name": the write queue's keys */
	struct template_entry *templates;

	bool leading, synced, pods_listed, stopping;
	uint64_t epoch;
	int64_t pods_retry_ms; /* when to list Muster's pods again; INT64_MAX: not wanted */
	uint32_t pods_failures;

	struct op *waiting, *inflight; /* rings' heads (utlist) */
	uint32_t nwaiting_notes, ninflight, ndead;
	struct core_actions actions;
	struct rendered *rendered; /* act.c: the status being written */
	struct coordinator_stats stats;
};

/* coordinator.c */
void shell_step(struct coordinator *c, struct core_event *ev); /* step, then act */

/* observe.c: what the world tells becomes the core's events */
struct reflector *observe_new(struct coordinator *c, enum api_kind kind);
struct server_sessions *observe_sessions(struct coordinator *c);
void observe_synced(void *self); /* a reflector or the pod list is complete */

/* act.c: the core's actions become operations and marks */
void act_all(struct coordinator *c, const struct core_actions *actions);
struct writeq *act_writeq(struct coordinator *c);
uint64_t act_job_key(struct coordinator *c, const char *ns, const char *name);
uint64_t act_cnode_key(struct coordinator *c, const char *name);
void act_forget(struct coordinator *c, uint64_t key);
void act_done(struct coordinator *c);

/* ops.c */
struct op *op_new(struct coordinator *c, enum op_type type, const char *ns, const char *name,
		  const char *uid);
void op_queue(struct op *own_op);
void ops_start(struct coordinator *c); /* what fits under OPS_INFLIGHT_MAX */
void ops_turn(struct coordinator *c);  /* ends what could not be started */
void ops_cancel(struct coordinator *c);
void ops_list_pods(struct coordinator *c);

/* ops_end.c */
void op_on_object(void *self, uint64_t id, enum watch_event we, const struct api_object *obj);
void op_end(struct op *op, const struct api_result *res);

/* templates.c: texts by hash */
const char *templates_find(const struct coordinator *c, const char *hash); /* NULL: unknown */
void templates_keep(struct coordinator *c, const char *hash, const char *text);
void templates_drop(struct coordinator *c, const char *hash);
void templates_done(struct coordinator *c);
