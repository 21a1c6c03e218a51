/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of the node as a session brings them: the last complete set, and the one that is put
 * together from pages, or from the last set and what has changed since. */
#pragma once

#include "base/arena.h"
#include "model/message.h"

struct order_list {
	struct arena arena; /* holds v's strings */
	struct order *v;
	uint32_t n, cap;
};

struct agent_orders {
	struct order_list held;   /* the last complete set … */
	uint64_t revision;        /* … and its revision; 0: none that changes can be told of */
	struct order_list coming; /* pages that have come */
	bool collecting;          /* pages are missing: next_page of next_revision is wanted */
	uint64_t next_revision;
	uint32_t next_page;
};

/* What comes of a frame. */
enum agent_orders_end {
	AGENT_ORDERS_STRAY,    /* it is no part of what is wanted: nothing changed */
	AGENT_ORDERS_MORE,     /* pages are missing */
	AGENT_ORDERS_COMPLETE, /* held is the set of this revision */
	AGENT_ORDERS_TOO_MANY  /* more orders than NODE_PODS_MAX or than 16 MiB */
};

void agent_orders_init(struct agent_orders *o);
void agent_orders_done(struct agent_orders *o);
void agent_orders_forget(struct agent_orders *o); /* pages that have come */
/* A session begins: revisions of another one mean something else. */
void agent_orders_restart(struct agent_orders *o);
/* Takes a page, or what has changed. A change that does not fit the held set is a stray; then the
 * revision is 0, so that the next Watch asks for the whole set. */
enum agent_orders_end agent_orders_take(struct agent_orders *o, const struct msg_orders *m);
