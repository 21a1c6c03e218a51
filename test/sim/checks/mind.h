/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what a coordinator process knows, and what it has decided and heard since
 * it leads. Its decisions are judged by that. */
#pragma once

#include "test/sim/checks/record.h"

enum { SPECS_KEPT = 4 };

struct known_version {
	UT_hash_handle hh;
	char *key; /* kind/namespace/name */
	struct version *v;
	uint32_t list;    /* the list that showed it last */
	int64_t since_ms; /* when it was first seen */
	/* Of a job: what it was before its last edits, the latest first. */
	struct version *was[SPECS_KEPT];
	int64_t unready_ms; /* of a Node: since when it was shown not Ready, in a row; -1: it is */
};

struct mind_job { /* of one leadership */
	UT_hash_handle hh;
	char *uid;
	bool orphans;     /* it was shown as deleted with orphaning */
	int64_t group_ms; /* when members of it were placed last … */
	uint32_t group;   /* … how many then (0: not a start), and what was needed */
	uint32_t need;
	int64_t denied_ms; /* when a pod of it was refused last, and nothing came of it since; or 0
			    */
	int64_t denied_generation;
	int64_t parted_ms; /* the same, though those that were not refused may have started since */
	int64_t refused_ms; /* when a kubelet refused a member of it last, before it came together,
			     * and nothing came of it since; or 0 */
	int64_t vain_ms;    /* when nodes were kept for it in vain last; or 0 */
	uint64_t rolled_step;
	uint32_t rolled; /* running members stopped for a rollout in that step */
};

struct mind_failure { /* a failure that was charged and must be in status before the next try */
	UT_hash_handle hh;
	char *key; /* uid/index */
	uint32_t failed;
};

struct mind_att { /* an attempt */
	UT_hash_handle hh;
	char *key;    /* uid/index/attempt */
	char *placed; /* the template with which this coordinator placed it; NULL: another one did
		       */
	bool stopped;
	bool runs; /* as far as its coordinator was told */
};

struct mind_node {
	UT_hash_handle hh;
	char *name;
	bool registered, connected, silent; /* in this leadership */
	bool told_agentless; /* a leader before it said that the node never had an agent */
	bool told_failed;    /* it was Failed when its ComputeNode was deleted */
	int64_t since_ms;    /* when it was heard anew */
	int64_t silent_ms;   /* when it fell silent last */
};

struct mind_met { /* a job of which this leadership was shown or has asked something */
	UT_hash_handle hh;
	char *key; /* namespace/name */
	bool shown;
	bool asked; /* by a live GET … */
	char *live; /* … whose last answer had this UID; NULL: there was none of the name */
};

struct mind_shape { /* what it was told of what admission does (shapes.h) */
	UT_hash_handle hh;
	char *key;        /* namespace/shape */
	int64_t asked_ms; /* the last dry run */
	int64_t fresh_ms; /* the first since admission changed last; INT64_MIN: none */
	bool vain;        /* it had no answer */
	bool told;        /* one before it had */
};

struct mind_kept { /* nodes that are kept for a job */
	UT_hash_handle hh;
	char *key; /* of the job: namespace/name */
	char *uid, *nodes;
	int64_t at_ms;      /* when it can start; INT64_MAX: nobody knows */
	bool equal;         /* from jobs of its priority, too */
	bool own;           /* from jobs of its namespace only */
	int64_t counted_ms; /* since when they are kept for a time that is bounded; 0: they are not
			     */
};

struct mind_share { /* what jobs of a namespace keep from those of others */
	char ns[16];
	int64_t spent_ms, seen_ms; /* for how long, without a known end; counted until then */
	int64_t pause_ms;          /* it may pause until then */
	int64_t many_ms;           /* since when more jobs do than may; 0: they do not */
};

enum { MIND_SHARES_MAX = 4 };

struct mind_offer {
	char *node;
	uint32_t prefers; /* how many points it has */
	bool taken;
};

struct mind_offers { /* the nodes that the job which is placed at this moment could have */
	char *uid;   /* NULL: none is, or it is not judged */
	int64_t at_ms;
	struct mind_offer *v;
	uint32_t n, cap;
	uint32_t least; /* of those that it was given */
};

struct mind {
	const struct proc *proc;
	uint32_t incarnation;
	struct known_version *known;
	uint32_t list[API_KIND_N];
	bool open;            /* all agents count as heard */
	int64_t synced_ms;    /* INT64_MAX: not yet */
	int64_t lost_ms;      /* when a member was given up for silence last */
	bool suspects_itself; /* it says that most agents are silent … */
	int64_t vain_ms;      /* … which is not true since then; 0: it is */
	struct mind_job *jobs;
	struct mind_failure *failures;
	struct mind_att *atts;
	struct mind_node *nodes;
	struct mind_met *met;
	struct mind_kept *kept;
	struct mind_share share[MIND_SHARES_MAX];
	uint32_t nshares;
	struct mind_offers offers;
	struct mind_shape *shapes;
	/* When an answer about admission showed that it had changed; INT64_MIN: none did. */
	int64_t noticed_ms;
};

struct minds {
	struct mind v[COORDINATORS];
};

/* The mind of a living coordinator, emptied if it is another process by now; NULL: no coordinator.
 */
struct mind *check_mind(struct checks *c, const struct proc *p);
struct mind *mind_named(struct checks *c, const char *who); /* NULL: no coordinator */
void minds_free(struct checks *c);
void mind_forget(struct mind *m);            /* what it knows */
void mind_forget_leadership(struct mind *m); /* what it has decided and heard */
/* Made if there is none. */
struct mind_job *mind_job_of(struct mind *m, const char *uid);
struct mind_node *mind_node_of(struct mind *m, const char *name);
const struct known_version *mind_find(const struct mind *m, enum api_kind kind, const char *ns,
				      const char *name);

/* NULL: it was neither shown nor asked for. */
const struct mind_met *mind_met_find(const struct mind *m, const char *job_key);
/* Whether the leader has heard the node's agent for so long without a break. */
bool mind_answers(struct checks *c, const char *node, int64_t for_ms);
/* It is said to keep no nodes any more: for this one, for any job. */
void mind_keep_no_more(struct mind *m, struct mind_kept *k);
void mind_keep_nothing(struct mind *m);
void mind_offers_forget(struct mind *m);
void mind_shape_forget(struct mind *m, struct mind_shape *s);
/* An attempt of the job of that UID; NULL: none is known. */
struct mind_att *mind_att_find(const struct mind *m, const char *uid, uint32_t index,
			       uint32_t attempt);
struct mind_att *mind_att_of(struct mind *m, const char *uid, uint32_t index,
			     uint32_t attempt); /* made if there is none */
/* The template with which the coordinator has placed the attempt itself, or NULL. */
const char *mind_placed(const struct mind *m, const char *uid, uint32_t index, uint32_t attempt);

/* What a list or a watch gives to a coordinator. */
void mind_saw(struct checks *c, const struct proc *p, enum watch_event ev, struct version *v);
void mind_list(struct checks *c, const struct proc *p, enum api_kind kind, bool ends);
/* A live GET of a job. */
void mind_note_get(struct checks *c, const char *who, const struct api_request *req);
