/* SPDX-License-Identifier: Apache-2.0 */
/* A set of orders, put together from its pages. A page that does not go on where the page before
 * ended makes the collection begin anew. */
#pragma once

#include "base/arena.h"
#include "model/message.h"

struct agent_orders {
	struct arena arena; /* holds what is collected */
	struct order *v;
	uint32_t n, cap;
	uint64_t revision; /* of the last complete set; 0: none */
	bool collecting;   /* pages are missing: next_page of next_revision is wanted */
	uint64_t next_revision;
	uint32_t next_page;
};

void agent_orders_init(struct agent_orders *o);
void agent_orders_done(struct agent_orders *o);
void agent_orders_forget(struct agent_orders *o); /* what is half collected */
/* Whether the page begins a set or goes on with the one that is collected. */
bool agent_orders_fits(const struct agent_orders *o, const struct msg_orders *page);
/* Adds a page that fits; the set is complete when collecting is false then. False: more orders than
 * NODE_PODS_MAX or than 16 MiB. */
bool agent_orders_add(struct agent_orders *o, const struct msg_orders *page);
