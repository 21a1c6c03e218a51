/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of the node by "namespace/name" of their pods, and the states of an order. */
#pragma once

#include "agent/core/pods.h"
#include "base/backoff.h"

enum order_state {
	ORDER_WANT,     /* its pod is to be created or read */
	ORDER_FLYING,   /* a create is out */
	ORDER_READING,  /* a read is out */
	ORDER_LAUNCHED, /* its pod was seen, or its create succeeded */
	ORDER_REFUSED,  /* it cannot be carried out; the verdict says why */
	ORDER_STATE_N
};

struct order_record {
	UT_hash_handle hh;
	char *key, *text; /* text holds the strings of o */
	struct order o;
	enum order_state state;
	struct backoff backoff; /* between tries */
	int64_t due_ms;         /* WANT: not before */
	bool failing;           /* WANT, FLYING, READING: a try failed, which was logged */
	uint32_t used;          /* the ticket of its last create; 0: none, or it needed none */
	bool busy;              /* WANT: that create was refused, the server has too much to do … */
	int64_t retry_after_ms; /* … and named this time; 0: none */
	int64_t failing_ms;     /* when the first of its creates failed; 0: none has */
	char *seen_uid;         /* NULL, or the UID of its pod as it was seen last */
	uint64_t generation;    /* of the set of orders that named it last */
	/* REFUSED: HELD, DENIED or GONE, with words; else MEMBER_NONE, whose words say why the
	 * create fails, or NULL */
	enum member_phase verdict;
	char *reason, *message;
	bool changed;   /* the verdict or its words are to be told */
	bool withdrawn; /* FLYING or REFUSED: kept until it is known and told how it ended */
};

struct order_table {
	const char *node; /* borrowed */
	const struct log *log;
	int64_t retry_base_ms, retry_cap_ms;
	struct order_record *records;
	uint32_t flying;            /* orders that are FLYING or READING */
	uint64_t epoch, generation; /* of the newest set */
};

void order_table_done(struct order_table *t);
struct order_record *order_find(const struct order_table *t, const char *key); /* NULL: none */
struct order_record *order_add(struct order_table *t, char *own_key); /* WANT, no order yet */
void order_assign(struct order_record *r, const struct order *o);     /* copies it */
void order_drop(struct order_table *t, struct order_record *o);

/* Whether the member is the order's attempt. */
bool order_is_of(const struct order_record *o, const struct member *m);
/* Whether a pod of the order was ever seen, by this agent or by the coordinator: then no pod is
 * created for it any more. */
bool order_was_seen(const struct order_record *o);

/* The newest set of orders does not name it. The coordinator waits for the pod that may still come
 * to be, so the record stays until it is told that there is none: when its create has ended, or if
 * it was never tried. Where that cannot be said, it is dropped: the coordinator waits long enough.
 */
void order_withdraw(struct order_table *t, struct step *st, struct order_record *o);
/* Whether it is withdrawn, and has nothing to tell any more. */
bool order_over(const struct order_record *o);

/* Moves; each aborts if the state does not allow it. */
void order_create_out(struct order_table *t, struct order_record *o);
void order_read_out(struct order_table *t, struct order_record *o);
void order_retry(struct order_table *t, struct order_record *o, int64_t due_ms);
/* A create failed with these words, and is tried again. When creates of the order have failed for
 * some seconds, the words are told until the pod is there; new words are told anew. That a ticket
 * is used up is told at once. */
void order_create_failed(struct step *st, struct order_record *o, const char *reason,
			 const char *message);
/* The create of its ticket has ended, and the coordinator has given no other one yet. */
bool order_awaits_ticket(const struct order_record *o);
void order_launched(struct order_table *t, struct order_record *o, const char *uid);
/* The same verdict twice keeps the words that came first. */
void order_refuse(struct order_table *t, struct step *st, struct order_record *o,
		  enum member_phase verdict, const char *reason, const char *message);

/* What the pod of the order's name says about it: launched, HELD, GONE, or nothing. */
void order_look(struct order_table *t, struct step *st, struct order_record *o,
		const struct pod_table *pods);
void order_look_all(struct order_table *t, struct step *st, const struct pod_table *pods);
