/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/host.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"

void host_turn_at(struct host *h, int64_t at_ms)
{
	int64_t now = h->clock->now_ms;
	at_ms = at_ms < h->paused_until_ms ? h->paused_until_ms : at_ms;
	at_ms = at_ms < now ? now : at_ms;
	if (at_ms >= h->turn_at_ms)
		return;
	h->turn_at_ms = at_ms;
	clock_at(h->clock, at_ms, h->on_turn, h->self, ++h->turn_seq);
}

void host_post(struct host *h, uint32_t incarnation, void (*fn)(void *, uint64_t), void *self,
	       uint64_t arg)
{
	if (!h->alive || h->incarnation != incarnation)
		return;
	VEC_GROW(h->mail, h->nmail, h->cap_mail);
	h->mail[h->nmail++] = (struct mail){fn, self, arg};
	host_turn_at(h, h->clock->now_ms);
}

uint32_t host_read_mail(struct host *h)
{
	AUTO(mem_freep) struct mail *mail = STEAL(h->mail);
	uint32_t n = h->nmail;
	h->nmail = h->cap_mail = 0;
	for (uint32_t i = 0; i < n && !h->doomed; i++)
		mail[i].fn(mail[i].self, mail[i].arg);
	return n;
}

bool host_acts(struct host *h)
{
	if (h->doomed || !h->alive)
		return false;
	if (!h->crash_at_action || --h->crash_at_action)
		return true;
	h->doomed = true;
	h->counts->fact[h->crash_before ? FACT_CRASH_BEFORE : FACT_CRASH_AFTER]++;
	return !h->crash_before;
}
