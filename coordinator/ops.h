/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: operations of its own, that is all writes but statuses (those
 * are the write queue's) and the reads that the core asked for. First come, first served, at most
 * OPS_INFLIGHT_MAX at once. It tells its owner by two callbacks, as api_sink does: an operation is
 * submitted below the core's step, and its end is an event for the next step. */
#pragma once

#include "coordinator/core/core.h"
#include "model/template_store.h"
#include "sync/api.h"

enum { OPS_INFLIGHT_MAX = 64, PODS_PAGE = 500 };

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

/* One operation, from the action that wants it to the event that tells its end. */
struct op {
	struct op *prev, *next; /* waiting or in flight */
	struct ops *owner;
	enum op_type type;
	uint64_t id; /* 0 while it waits */
	char *ns, *name, *uid, *hash, *text[3];
	struct pod_create pod; /* its strings are text of this op or of the template store */
	bool warning;
	int64_t when_ms; /* of a note */
	/* For the owner, between on_object and on_end. */
	bool found;
	char *live_uid; /* JOB_GET */
	bool live_orphan;
	char *cont; /* lists: the next page */
};

struct ops_sink {
	void *self;
	/* Each object that a read, a create or a page of a list brings; borrowed for the call. */
	void (*on_object)(void *self, struct op *op, const struct api_object *obj);
	/* Once for each operation: the last page came, or it failed. It is freed afterwards. */
	void (*on_end)(void *self, struct op *op, const struct api_result *res);
};

struct ops { /* its fields but the counts are its own */
	struct api api;
	struct core *core;                      /* asked for what to apply when an apply goes out */
	const struct template_store *templates; /* for creates, when they go out */
	struct ops_sink sink;
	struct op *waiting, *inflight; /* rings' heads (utlist) */
	uint32_t nwaiting_notes, ninflight, ndead;
	uint64_t pod_creates; /* that went out */
};

/* ns, name, uid: copied; NULL is "". */
struct op *op_new(struct ops *o, enum op_type type, const char *ns, const char *name,
		  const char *uid);
/* It goes out now, or when one of those before it has ended. */
void op_queue(struct op *own_op);
/* Ends what could not be sent since its object or template went away: RC_STALE. */
void ops_turn(struct ops *o);
bool ops_want_turn(const struct ops *o);
void ops_cancel(struct ops *o); /* all, without a callback */
