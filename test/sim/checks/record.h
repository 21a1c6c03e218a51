/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what is remembered of a run, and what its files offer one another. */
#pragma once

#include "test/sim/sim.h"

/* So long what changed may not be known yet; a machine stays in doubt; a withdrawn order may be
 * under way. */
enum { KNOWING_MS = 30000, FAULTY_MS = 120000, WITHDRAWN_MS = 30000 };

struct made { /* an attempt whose pod was created */
	UT_hash_handle hh;
	char *key;               /* uid/index/attempt */
	int64_t at_ms, again_ms; /* again: by a second create of the same; 0: never */
	bool succeeded;
	bool late;     /* carried out when nobody waited for it any more */
	bool recorded; /* the number was in status when the pod went: it must not come again */
};

struct asked { /* the newest attempt of an index that was placed, or whose pod somebody asked for */
	UT_hash_handle hh;
	char *key; /* uid/index */
	uint32_t attempt;
};

struct changed { /* when placement facts of a node, ComputeNode or job were said last; when an
		  * attempt (uid/index/attempt) was placed */
	UT_hash_handle hh;
	char *name;
	int64_t at_ms;
};

struct told { /* one order that an agent has or had */
	char *pod;
	bool present;
	int64_t left_ms;
};

struct ordered { /* what an agent process was told to run */
	const struct proc *proc;
	uint32_t incarnation;
	uint64_t epoch, session, revision;
	struct told *v;
	uint32_t n, cap;
};

struct minds; /* check_decide.h */

struct checks {
	struct sim *sim;
	struct minds *minds;
	struct rate *rates;  /* check_rate.c */
	struct moved *moved; /* check_scan.c */
	int64_t scanned_ms;
	struct made *made;
	struct asked *asked;
	struct changed *changed;
	struct changed *stopped; /* attempts (uid/index/attempt) that a coordinator said to stop */
	struct ordered ordered[MACHINES_MAX];
	uint32_t nordered;
	uint64_t epoch;           /* the highest that an agent was told */
	int64_t led_ms;           /* since when */
	uint64_t said_step;       /* when a coordinator's status came last */
	bool coordinator_creates; /* the request under way is a pod's create by a coordinator */
};

/* check.c */
bool check_live(const struct version *pod); /* neither ended nor being deleted */
const char *check_label(const struct version *v, const char *key);
bool check_same_index(const struct version *a, const struct version *b); /* two attempts of one */
bool check_broken(struct checks *c, const char *node); /* it, its agent or its link, lately */
bool check_faulty(struct checks *c, const char *node); /* or a coordinator stood still */
/* A coordinator's machine slept: it believes that it leads, and sees old things, until its Lease
 * tells. */
bool check_slept(const struct checks *c);
bool check_node_went(struct checks *c, const char *node);
bool check_index_completed(const struct version *job, const struct version *pod);
bool check_changed_lately(struct checks *c, const char *name);
bool check_same_kvs(const struct kvs *a, const struct kvs *b);
int64_t check_changed_at(struct checks *c, const char *name); /* INT64_MIN: never */
void check_note_changed(struct checks *c, const char *name);

/* check_born.c, check_status.c, check_stop.c, check_orders.c */
void check_born(struct checks *c, const struct version *pod);
bool check_ever_made(struct checks *c, const char *uid); /* a pod of the job */
bool check_made_since(struct checks *c, const char *uid, int64_t ms);
uint32_t check_indexes_made(struct checks *c, const char *uid); /* of how many a pod was made */
bool check_led_lately(const struct checks *c);
void check_ended(struct checks *c, const struct version *pod);
void check_gone(struct checks *c, const struct version *pod);
bool check_gone_lately(struct checks *c, const char *uid);         /* a pod of the job */
bool check_succeeded(struct checks *c, const struct version *pod); /* any attempt, ever */
bool check_final(enum job_state s);
void check_status(struct checks *c, const struct version *was, const struct version *is);
void check_delete(struct checks *c, const char *who, const struct api_request *req);
void check_ordered(struct checks *c, const char *who, const char *pod);
void check_orders_clear(struct ordered *o);
void check_note_asked(struct checks *c, const char *job_uid, uint32_t number, uint32_t attempt);
uint32_t check_asked(struct checks *c, const struct version *pod); /* of its index; 0: none */

/* check_rate.c, check_scan.c */
void check_rate(struct checks *c, const char *who, const struct api_request *req);
void check_rates_free(struct checks *c);
void check_note_selection(struct checks *c, const struct version *was, const struct version *is);
void check_scan(struct checks *c);
void check_refusals(struct checks *c); /* check_said.c */
void check_moves_free(struct checks *c);

/* check_known.c */
void check_note_get(struct checks *c, const char *who, const struct api_request *req);

/* check_decide.c */
void check_minds_free(struct checks *c);
/* Whether the leader has heard the node's agent for so long without a break. */
bool check_answers(struct checks *c, const char *node, int64_t for_ms);
bool check_selects(const struct kvs *selector, const struct version *node,
		   const struct version *cnode);
/* What of the selection the node does not match; NULL: it matches. cnode may be NULL. */
const char *check_mismatch(const struct job_spec *s, const struct version *node,
			   const struct version *cnode);
