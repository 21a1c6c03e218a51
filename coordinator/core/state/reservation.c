/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/reservation.h"

#include <stdlib.h>

#include "coordinator/core/state/tables.h"

void reservation_clear(struct core *c)
{
	c->reserved.head = NULL;
	c->reserved.asking = NULL;
	c->reserved.holds = false;
	bitset_zero(&c->reserved.nodes);
}

void reservation_untold(struct core *c)
{
	if (c->reserved.told)
		log_debug(c->log, "nodes not reserved any more", KS("job", c->reserved.told->key));
	c->reserved.told = NULL;
}

void reservation_leave(struct core *c, const struct job_record *j)
{
	if (c->reserved.asking == j)
		c->reserved.asking = NULL;
	if (c->reserved.told == j)
		reservation_untold(c);
	if (c->reserved.head != j)
		return;
	reservation_clear(c);
	c->place_dirty = true;
}

void reservation_done(struct core *c)
{
	bitset_done(&c->reserved.nodes);
	free(c->reserved.offers);
}
