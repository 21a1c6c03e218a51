/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what is remembered of a run, and what several checks ask of it. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* So long what changed may not be known yet; a machine stays in doubt; a withdrawn order may be
 * under way; a status that was refused for good is tried again. */
enum { KNOWING_MS = 30000, FAULTY_MS = 120000, WITHDRAWN_MS = 30000, REFUSED_MS = 90000 };

struct made { /* an attempt whose pod was created */
	UT_hash_handle hh;
	char *key;               /* uid/index/attempt */
	int64_t at_ms, again_ms; /* again: by a second create of the same; 0: never */
	int64_t asked_ms; /* wall time at which somebody first asked its pod to stop; 0: nobody */
	bool succeeded;   /* and nobody had asked it to stop before */
	bool late;        /* carried out when nobody waited for it any more */
	bool recorded;    /* the number was in status when the pod went: it must not come again */
	bool regiven; /* the number was given again, when no status held it: that one may come */
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
	uint32_t number; /* by which changes name it; 0: none */
	bool present;
	int64_t left_ms;
	uint32_t ticket;           /* the last that it had with this order … */
	uint32_t tickets, creates; /* … how many, and how many creates have come to the server */
};

struct ordered { /* what an agent process was told to run */
	const struct proc *proc;
	uint32_t incarnation;
	int64_t since_ms; /* when the first orders of this incarnation came */
	uint64_t epoch, session, revision;
	uint64_t whole;   /* the revision of its last complete set */
	uint64_t same[2]; /* epoch and revision that check_same_orders() has compared */
	struct told *v;
	uint32_t n, cap;
};

struct ticketed { /* a number of a ticket, as orders had it */
	UT_hash_handle hh;
	uint32_t number;
	uint64_t epoch;
	char *pod;
};

struct paced { /* what a coordinator had of tickets after its last turn */
	uint64_t epoch, found;
	uint32_t out, window;
};

struct minds; /* mind.h */

struct checks {
	struct cluster *cluster;
	struct world *world; /* the cluster's */
	struct heard *heard;
	struct budget *budget;
	struct minds *minds;
	struct rate *rates;   /* rate.c */
	struct floor *floors; /* floor.c */
	struct moved *moved;  /* scan.c */
	int64_t scanned_ms;
	struct changed *satisfied; /* depends.c */
	struct made *made;
	struct asked *asked;
	struct changed *changed;
	struct changed *agents;  /* agents.c: nodes whose agents a leader has heard at any time */
	struct changed *stopped; /* attempts (uid/index/attempt) that a coordinator said to stop */
	struct ordered ordered[MACHINES_MAX];
	uint32_t nordered;
	struct ticketed *tickets;
	uint64_t epoch;                   /* the highest that an agent was told */
	int64_t led_ms;                   /* since when */
	int64_t synced_ms;                /* when a leader had read everything last */
	uint64_t said_step;               /* when a coordinator's status came last */
	struct failing *failing;          /* failing.c */
	struct paced paced[COORDINATORS]; /* paced.c */
	int64_t memory_after_ms;          /* memory.c */
	bool coordinator_creates; /* the request under way is a pod's create by a coordinator */
};

/* Status writes of the job of that name are refused for good, or were lately. */
bool check_status_refused(const struct checks *c, const char *job);
bool check_live(const struct version *pod); /* neither ended nor being deleted */
const char *check_label(const struct version *v, const char *key);
/* An owner of another namespace is none: pods that name it so are nobody's. */
bool check_owned(const struct version *pod, const struct version *job);
bool check_same_index(const struct version *a, const struct version *b); /* two attempts of one */
bool check_broken(struct checks *c, const char *node); /* it, its agent or its link, lately */
bool check_faulty(struct checks *c, const char *node); /* or a coordinator stood still */
bool check_node_went(struct checks *c, const char *node);
bool check_index_completed(const struct version *job, const struct version *pod);
bool check_pod_refused(const struct version *pod); /* by its kubelet */
/* Those that have succeeded, and those that failed for good, by its status. */
void check_indexes_over(const struct version *job, struct bitset *ret);
bool check_index_failed(const struct version *job, uint32_t index); /* for good, by its status */
bool check_changed_lately(struct checks *c, const char *name);
/* It names the resource, be it with 0. */
bool check_lists(const struct reslist *l, const char *res);
bool check_same_kvs(const struct kvs *a, const struct kvs *b);
#define CHANGED_ROOM "room-for-volumes" /* where volumes can be made */
#define CHANGED_NEEDED "needed/"        /* a RuntimeClass, claim, volume or StorageClass */
int64_t check_changed_at(struct checks *c, const char *name);         /* INT64_MIN: never */
int64_t check_placed_at(struct checks *c, const struct version *pod); /* INT64_MIN: not seen */
void check_note_changed(struct checks *c, const char *name);
bool check_final(enum job_state s);
/* A leader may have changed so lately that creates of the one before are under way. */
bool check_led_lately(const struct checks *c);
