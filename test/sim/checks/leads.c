/* SPDX-License-Identifier: Apache-2.0 */
/* A leader gives up long before another one may take its Lease, however long it stood still and
 * whichever of its clocks stood still with it. So at a decision the Lease has no other holder. */
#include "test/sim/checks/leads.h"

#include <string.h>

#include "base/mem.h"
#include "test/sim/cluster/proc.h"

static bool decides(const char *msg)
{
	static const char *const decisions[] = {"member placed", "member resumed", "member stopped",
						"member lost"};
	for (size_t i = 0; i < ARRAY_LEN(decisions); i++) {
		if (str_eq(msg, decisions[i]))
			return true;
	}
	return false;
}

void check_leads(struct checks *c, const struct proc *p, const char *msg)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_LEASE];
	AUTO(buf_done) struct buf me = BUF_INIT(128);
	if (!decides(msg))
		return;
	buf_printf(&me, "%s_%u", p->host.name, p->host.incarnation);
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->lease.holder, buf_str(&me)))
			world_fail(c->world, "unled", "%s says \"%s\" while %s leads", p->host.name,
				   msg, sh->v[i]->lease.holder);
	}
}
