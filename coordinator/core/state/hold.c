/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/hold.h"

void hold_forget(const struct core *c, struct job_record *j)
{
	j->place.since_ms = c->now_ms;
	j->place.held_ms = j->place.pause_ms = 0;
	j->place.in_vain = 0;
}

void hold_since(struct job_record *j, int64_t held_ms)
{
	j->place.held_ms = held_ms;
}

void hold_pause(struct job_record *j, int64_t until_ms)
{
	j->place.held_ms = 0;
	j->place.pause_ms = until_ms;
	j->place.in_vain++;
}
