/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/reservation.h"

#include <stdlib.h>

#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"

void reservation_clear(struct core *c)
{
	c->reservation.head = NULL;
	c->reservation.asking = NULL;
	c->reservation.holds = false;
	bitset_zero(&c->reservation.nodes);
}

void reservation_untold(struct core *c)
{
	if (c->reservation.told)
		log_debug(c->log, "nodes released", KS("job", c->reservation.told->key));
	c->reservation.told = NULL;
}

void reservation_leave(struct core *c, const struct job_record *j)
{
	if (c->reservation.asking == j)
		c->reservation.asking = NULL;
	if (c->reservation.told == j)
		reservation_untold(c);
	if (c->reservation.head != j)
		return;
	reservation_clear(c);
	queue_due(c);
}

void reservation_done(struct core *c)
{
	bitset_done(&c->reservation.nodes);
	free(c->reservation.offers);
}
