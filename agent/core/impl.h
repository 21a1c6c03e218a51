/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's core: what its files share. Not for others.
 *
 * Two tables by "namespace/name": the pods of the node, and the orders. What is reported of an
 * attempt comes from its pod; an order speaks for itself only where there is no pod to speak:
 *
 *     WANT ──► FLYING ──► LAUNCHED (its pod was seen, or its create succeeded)
 *       ▲        │
 *       └────────┤ an error that time heals (backoff)
 *                └──► REFUSED: HELD, DENIED or GONE, told until the order goes away
 *
 * An order with the UID of a pod that we never saw goes WANT ──► READING ──► LAUNCHED or REFUSED:
 * the coordinator may have created the pod itself just now, before our watch shows it. */
#pragma once

#include "agent/core/core.h"
#include "base/arena.h"
#include "base/backoff.h"
#include "base/table.h"

/* A member with its strings. */
struct held {
	struct member m;
	char *text;
	struct res *res;
};

struct podrec {
	UT_hash_handle hh;
	char *key, *uid;
	bool alive;           /* the pod exists */
	bool confirmed;       /* seen by list or watch, not only as the answer to a create */
	bool doubted, asking; /* a complete list did not show it: read live, being read */
	int64_t ask_ms;       /* when to read it */
	bool is_member;
	bool counts;     /* alive, not terminal, not a member: it takes room from Muster */
	struct res *res; /* its requests, when it counts */
	uint32_t nres;
	struct held
		*member; /* or NULL; of a dead pod: how it ended, kept until told and unordered */
	bool changed;    /* the member is to be told */
};

enum order_state { ORDER_WANT, ORDER_FLYING, ORDER_READING, ORDER_LAUNCHED, ORDER_REFUSED };

struct orderrec {
	UT_hash_handle hh;
	char *key, *text; /* text holds o's strings */
	struct order o;
	enum order_state state;
	struct backoff backoff;
	int64_t due_ms;
	char *seen_uid;            /* of its pod, once there was one; else NULL */
	enum member_phase verdict; /* REFUSED: HELD, DENIED, GONE */
	char *reason, *message;
	bool changed; /* the verdict is to be told */
	bool failing; /* a failed create was logged */
	uint64_t generation;
};

struct template_rec {
	UT_hash_handle hh;
	char *hash;
	uint64_t generation;
};

struct agent_core {
	struct agent_core_config cfg;
	char *node;
	const struct log *log;
	struct rng rng;
	int64_t now_ms, unheard_ms;
	bool synced, overflowed, doubts;
	uint64_t epoch, generation;
	struct podrec *pods;
	struct orderrec *orders;
	struct template_rec *templates;
	uint32_t flying;
	int64_t next_due_ms;

	struct res *foreign; /* sums of what counts; names borrowed from the pods */
	uint32_t nforeign, foreign_cap, foreign_pods;
	bool capacity_dirty;   /* to be summed up again */
	bool capacity_changed; /* to be told */
	uint64_t capacity_hash;
	bool report; /* something changed in this step */

	struct agent_action *actions;
	uint32_t nactions, actions_cap;
	char **dropped; /* hashes that this step's actions name */
	uint32_t ndropped, dropped_cap;
	struct member *out; /* what the last view gave */
	uint32_t out_cap;
};

/* core.c */
void ac_act(struct agent_core *c, const struct agent_action *action);
/* "ns/name", owned by the caller. */
char *ac_key(const char *ns, const char *name);

/* held.c */
/* Copies the strings into one block and points *v[i] there; NULL becomes "". */
char *ac_held_strings(const char **const *v, size_t n);
struct held *ac_held_new(const struct member *m);
struct held *ac_held_free(struct held *h); /* NULL in, NULL out */
bool ac_held_same(const struct held *h, const struct member *m);

/* pods.c */
struct podrec *ac_pods_find(const struct agent_core *c, const char *key);
void ac_pods_upsert(struct agent_core *c, const struct pod *pod, bool confirmed);
void ac_pods_gone(struct agent_core *c, const struct meta *meta);
void ac_pods_synced(struct agent_core *c);
void ac_pods_ask(struct agent_core *c); /* reads what is doubted; lowers next_due_ms */
void ac_pods_read(struct agent_core *c, const struct agent_event *ev);
void ac_pods_drop(struct agent_core *c, struct podrec *p);
void ac_pods_sum(struct agent_core *c); /* the capacity, when it may have changed */

/* orders.c */
struct orderrec *ac_orders_find(const struct agent_core *c, const char *key);
bool ac_order_wants_pod(const struct orderrec *o,
			const struct member *m); /* it is this attempt's */
void ac_orders_set(struct agent_core *c, uint64_t epoch, const struct order *v, uint32_t n);
void ac_orders_look(struct agent_core *c, struct orderrec *o); /* again, after its pod changed */
void ac_orders_look_all(struct agent_core *c);
void ac_orders_created(struct agent_core *c, const struct agent_event *ev);
void ac_orders_read(struct agent_core *c, const struct agent_event *ev);
void ac_orders_launch(struct agent_core *c); /* what is due; sets next_due_ms */
void ac_orders_drop(struct agent_core *c, struct orderrec *o);
void ac_templates_put(struct agent_core *c, const char *hash);
void ac_templates_done(struct agent_core *c);
