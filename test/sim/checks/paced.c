/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/paced.h"

#include "base/mem.h"

/* Within a turn the window may grow by what was answered, and shrink again. */
enum { WITHIN_A_TURN = 2 };

static struct paced *paced_of(struct checks *c, const struct proc *p)
{
	return &c->paced[p - c->cluster->coordinator];
}

/* What a new leader finds under way counts, whatever its window is; nothing is added to it. */
void check_paced(struct checks *c, const struct proc *p)
{
	struct coordinator_stats st;
	if (p->kind != PROC_COORDINATOR || !p->host.alive || !coordinator_leading(p->c))
		return;
	coordinator_stats(p->c, &st);
	struct paced *last = paced_of(c, p);
	if (last->epoch != st.epoch)
		*last = (struct paced){.epoch = st.epoch, .window = st.core.creates_window};
	uint32_t found = (uint32_t)(st.core.creates_found - last->found);
	uint32_t window =
		st.core.creates_window > last->window ? st.core.creates_window : last->window;
	uint32_t most = last->out > window ? last->out : window + WITHIN_A_TURN;
	if (st.core.creates_out > most + found)
		world_fail(c->world, "creates-in-flight",
			   "%s: %u tickets are out, the window is %u", p->host.name,
			   st.core.creates_out, window);
	*last = (struct paced){st.epoch, st.core.creates_found, st.core.creates_out,
			       st.core.creates_window};
}
