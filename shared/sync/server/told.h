/* SPDX-License-Identifier: Apache-2.0 */
/* What a session's agent has of its orders, so that it is sent what has changed since. The agent
 * says by a revision which set it has. Of each order a print is kept (24 bytes, at most
 * NODE_PODS_MAX), by a keyed hash: no name that somebody chooses has the print of another one. */
#pragma once

#include "model/message.h"

struct told_order {
	uint64_t key, print; /* of the pod's name; of all that the agent is told of the order */
	uint32_t number;     /* names it on the wire; never given again in the session */
};

struct told_set {
	uint64_t revision; /* 0: there is none */
	struct told_order *v;
	uint32_t n; /* sorted by key */
};

struct server_told {
	struct told_set held; /* what the agent has, by the revision that it named last */
	struct told_set sent; /* what it has when it has taken what was sent last */
	uint32_t numbers;     /* the last that was given */
};

/* How a set differs from the held one. */
struct told_diff {
	uint32_t *fresh;  /* places of orders that are new or changed … */
	uint32_t *number; /* … and by place the number of each order */
	uint32_t nfresh;
	uint32_t *gone; /* numbers of orders that went */
	uint32_t ngone;
	struct told_set set; /* what the agent has afterwards, without its revision */
};

void server_told_reset(struct server_told *t); /* the session is over: empty, nothing is kept */
/* The agent names the set that it has; 0: none. */
void server_told_has(struct server_told *t, uint64_t revision);
/* The whole set is sent, from its first page on. The order at place i has the number that is
 * returned + i. */
uint32_t server_told_whole(struct server_told *t, uint64_t revision, const struct order *v,
			   uint32_t n);
/* Compares with the held set; false: there is none, or telling the whole set costs less. To be
 * freed. */
bool server_told_compare(const struct server_told *t, const struct order *v, uint32_t n,
			 struct told_diff *ret);
/* The difference is sent, as this revision. */
void server_told_changed(struct server_told *t, uint64_t revision, struct told_diff *d);
void told_diff_done(struct told_diff *d);
