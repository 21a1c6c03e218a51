/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: its own operations, which are all writes except statuses
 * (the write queue does those) and the reads that the core asks for. They are sent in order, as
 * many at once as the window has (docs/design/0012-paced-launches.md). Creates of pods do not wait
 * here: the core has given each its ticket. The owner gets two callbacks, as with api_sink: an
 * operation is sent during a step of the core, and its end is an event for a later step. */
#pragma once

#include "coordinator/core/core.h"
#include "model/template_store.h"
#include "pace/pace.h"
#include "sync/api.h"

enum { OPS_INFLIGHT_INITIAL = 64, OPS_INFLIGHT_MAX = 256, PODS_PAGE = 500, NOTE_TRIES_MAX = 5 };

enum op_type {
	OP_COMPUTE_NODE_APPLY,
	OP_COMPUTE_NODE_DELETE,
	OP_POD_CREATE,
	OP_POD_ASK,  /* a dry run of a create; key tells the core which */
	OP_POD_READ, /* after a create that met a pod of the same name */
	OP_POD_DELETE,
	OP_POD_LABEL,
	OP_JOB_GET,
	OP_LOOKUP,
	OP_CHOOSE, /* ns, name, uid: the claim; text: its node, its volume or "", the version */
	OP_JOB_DELETE,
	OP_SERVICE,      /* ns, name, uid: the job, whose name the Service gets */
	OP_SERVICE_READ, /* after a create that met one of the same name */
	OP_LIST_PODS,    /* all of Muster's, at start */
	OP_LIST_NODE,
	OP_NOTE,
	OP_N
};

/* One operation, from the core's action to the event about its end. */
struct op {
	struct op *prev, *next; /* waiting or in flight */
	struct ops *owner;
	enum op_type type;
	uint64_t id; /* 0 while it waits */
	int64_t sent_ms;
	char *ns, *name, *uid, *hash, *key, *text[3];
	struct pod_create pod; /* its strings are text of this op or of the template store */
	char proof[PROOF_TEXT_BYTES];
	bool warning;
	uint32_t refusals; /* of a note */
	bool current;      /* POD_LABEL */
	int64_t when_ms;   /* of a note */
	/* Used by the owner between on_object and on_end. */
	bool found;
	enum needed_kind needed; /* LOOKUP */
	char *live_uid;          /* JOB_GET */
	bool live_orphan;
	char *cont; /* lists: the next page */
};

struct ops_sink {
	void *self;
	/* Called for each object of a read, a create or a page of a list; borrowed for the call. */
	void (*on_object)(void *self, struct op *op, const struct api_object *obj);
	/* Called once for each operation, when its last page came or when it failed. The
	 * operation is freed afterwards. */
	void (*on_end)(void *self, struct op *op, const struct api_result *res);
};

struct ops { /* the owner sets the first four fields and reads the counts */
	struct api api;
	struct core *core;                      /* gives the resources when an apply is sent */
	const struct template_store *templates; /* gives the text when a pod is created */
	struct ops_sink sink;
	struct op *waiting, *inflight; /* rings' heads (utlist) */
	uint32_t nwaiting_notes, ninflight, ndead;
	uint64_t pod_creates; /* creates that were sent */
	struct pace pace;
	int64_t now_ms;
};

/* Once, before any operation. */
void ops_init(struct ops *o);
/* The time (monotonic) from now on. */
void ops_now(struct ops *o, int64_t now_ms);
/* ns, name and uid are copied; NULL counts as "". */
struct op *op_new(struct ops *o, enum op_type type, const char *ns, const char *name,
		  const char *uid);
/* Sends it now, or as soon as an earlier one has ended. */
void op_queue(struct op *own_op);
/* Ends, with RC_STALE, the operations that could not be sent because their object or template
 * was deleted; sends what waited for the end of a pause. */
void ops_turn(struct ops *o);
/* When the next turn is due; INT64_MAX: when something ends. */
int64_t ops_deadline(const struct ops *o);
void ops_cancel(struct ops *o); /* cancels all; no callback */
