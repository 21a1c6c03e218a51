/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/seats.h"

#include "base/must.h"

void seats_set(struct seats *s, uint32_t n, uint32_t queue, int64_t takes_ms)
{
	must(n <= SEATS_MAX);
	*s = (struct seats){.n = n, .queue = queue, .takes_ms = takes_ms, .waiting = s->waiting};
}

int64_t seats_take(struct seats *s, int64_t now_ms)
{
	int64_t *first = s->free_ms;
	for (uint32_t i = 1; i < s->n; i++)
		first = s->free_ms[i] < *first ? &s->free_ms[i] : first;
	int64_t at_ms = *first > now_ms ? *first : now_ms;
	if (at_ms > now_ms && s->waiting >= s->queue) {
		s->throttled++;
		return -1;
	}
	s->waiting += at_ms > now_ms;
	s->most_waiting = s->waiting > s->most_waiting ? s->waiting : s->most_waiting;
	*first = at_ms + s->takes_ms;
	return at_ms;
}

void seats_sits(struct seats *s)
{
	must(s->waiting > 0);
	s->waiting--;
}
