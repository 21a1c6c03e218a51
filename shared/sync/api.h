/* SPDX-License-Identifier: Apache-2.0 */
/* The API server as typed operations and completions: the one contract that shared/kube carries to
 * a real server and the simulator carries to its model of one. All of it happens on one thread.
 *
 * submit() never blocks and never calls the sink before it returns. Objects arrive through
 * on_object (borrowed for the call), the end through exactly one on_done, after which the id is
 * dead. cancel() ends an operation without on_done; a write may still take effect. Every operation
 * has a deadline of its own; only a WATCH has none: the server or a dead connection ends it. */
#pragma once

#include "base/rc.h"
#include "sync/api_object.h"

enum api_verb {
	API_LIST,  /* one page: its objects, then done with rv and cont */
	API_WATCH, /* from rv, with bookmarks, until it ends */
	API_GET,
	API_CREATE,
	API_PATCH, /* merge patch (LEASE, SECRET, CONFIGMAP, CLAIM, VOLUME; POD: LABEL_CURRENT
		      alone) */
	API_PATCH_STATUS, /* merge patch of the status subresource (JOB, CNODE) */
	API_APPLY,        /* server-side apply without force (CNODE) */
	API_DELETE,       /* background propagation; uid is the precondition */
};

enum watch_event { WATCH_ADDED, WATCH_MODIFIED, WATCH_DELETED, WATCH_BOOKMARK };

/* What to do. Borrowed for the call of submit: the implementation copies what it keeps. */
struct api_request {
	enum api_verb verb;
	enum api_kind kind;
	const char *ns, *name;
	const char *uid; /* DELETE, PATCH of a POD: precondition */
	const char *rv;  /* PATCH…: fence; WATCH: where it begins; LIST: NULL or "0" (from cache) */
	const char *field_selector, *label_selector;
	uint32_t limit;      /* LIST: page size */
	const char *cont;    /* LIST: continue token */
	bool dry_run;        /* writes: admission is asked, nothing is stored */
	int64_t deadline_ms; /* relative; 0: the default (10 s; a WATCH has none) */
	union {              /* bodies */
		const struct job_status *job_status;
		const struct compute_node_status *compute_node_status;
		const struct compute_node_apply *compute_node_apply;
		const struct pod_create *pod_create;
		const struct lease *lease;
		const struct event_note *event;
		const struct keyed_data *data;
		const struct job_service *service; /* CREATE of a SERVICE */
		const struct claim_choice *choice; /* PATCH of CLAIM and VOLUME */
		const char *token;                 /* TOKENREVIEW, audience muster-coordinator */
		bool current; /* PATCH of a POD: whether it has LABEL_CURRENT */
	};
};

struct api_result {
	enum rc rc;
	int http;               /* 0: no answer */
	const char *reason;     /* metav1.Status reason, or "" */
	const char *message;    /* the server's words, or ours about the connection; never NULL */
	int64_t retry_after_ms; /* 0: the server named no time */
	int64_t server_s;       /* the server's clock, in seconds since 1970; 0: it did not say */
	const char *rv;         /* of the list or of the object written; or "" */
	const char *cont;       /* LIST: continue token of the next page; "": this is the last */
	struct strs causes;     /* metav1.Status details.causes[].field */
};

/* The server refused the request because it has too much to do: 429 or 503. */
static inline bool api_busy(const struct api_result *res)
{
	return res->rc == RC_THROTTLED || res->http == 503;
}

/* The server has said something, or nothing until the deadline: how long that took tells how much
 * it has to do. A broken connection tells nothing. */
static inline bool api_answered(const struct api_result *res)
{
	return res->http || res->rc == RC_TIMEOUT;
}

struct api_sink {
	void *self;
	void (*on_object)(void *self, uint64_t id, enum watch_event ev,
			  const struct api_object *obj);
	void (*on_done)(void *self, uint64_t id, const struct api_result *res);
};

struct api {
	void *self;
	/* Begins an operation and returns its id, never 0. GET, CREATE, PATCH… and APPLY give the
	 * object through on_object (as WATCH_ADDED) before on_done. */
	uint64_t (*submit)(void *self, const struct api_request *req, const struct api_sink *sink);
	void (*cancel)(void *self, uint64_t id);
};
