/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: the creates that may be under way at once in the whole cluster, whoever makes them
 * (docs/design/0012-paced-launches.md). An attempt whose pod was not seen waits for a ticket. When
 * it has one, its order is given to its agent, or the coordinator sends the create. The ticket
 * comes back when the pod is seen, when the create failed, when the connection of the agent ends,
 * or after TICKET_MS. The window (shared/pace) says how many there are; they are shared by
 * namespaces, then by jobs: whoever holds the fewest is next, of equals the job with the fewest
 * that wait. A node holds at most a quarter of them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* So long a ticket is held at most: longer than an agent's create may take. */
enum { TICKET_MS = 15000 };

void tickets_forget(struct core *c); /* no attempt may hold a ticket or wait for one */
/* Of this leadership: an agent takes a ticket with the number of one that it has used for that. */
void tickets_begin(struct core *c, uint64_t epoch);

/* The attempt waits for a ticket, unless it waits or has one. */
void ticket_want(struct core *c, struct attempt *a);
/* Its create is under way already: it holds a ticket, whatever the window says. */
void ticket_found(struct core *c, struct attempt *a);
/* Gives the next ticket. NULL: nobody waits, or no create may begin now. Attempts that want no pod
 * any more, or whose agent is not connected, leave their lists. */
struct attempt *tickets_next(struct core *c);
/* When tickets_next is to be asked again if nothing happens meanwhile; INT64_MAX: never. */
int64_t tickets_deadline(const struct core *c);

/* The ticket comes back; each does nothing for an attempt that holds none. The create was answered:
 * its pod is there, or the words were about the pod. */
void ticket_answered(struct core *c, struct attempt *a);
/* The API server had too much to do. What one node alone tells changes the window only in clusters
 * of fewer than three nodes: its root could slow all others down. */
void ticket_refused(struct core *c, struct attempt *a, int64_t retry_after_ms);
/* The create ended without an answer. If that took long, this counts as a slow answer. */
void ticket_failed(struct core *c, struct attempt *a);
/* Nobody can say what became of it. */
void ticket_back(struct core *c, struct attempt *a);
/* The attempt neither holds nor waits any more. */
void ticket_drop(struct core *c, struct attempt *a);

static inline bool ticket_held(const struct attempt *a)
{
	return a->ticket.state == TICKET_HELD;
}
