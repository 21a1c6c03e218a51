/* SPDX-License-Identifier: Apache-2.0 */
/* A create that is under way makes a pod that nobody has seen. The agent names it, or the leader
 * takes the member for one that never was, and makes another. */
#include "test/sim/checks/hello.h"

#include "test/sim/checks/born.h"

struct look {
	struct checks *c;
	const struct msg_hello *hello;
};

static bool names(const struct msg_hello *m, const struct pod_create *p)
{
	for (uint32_t i = 0; i < m->nmembers; i++) {
		const struct member *k = &m->members[i];
		if (str_eq(k->job_uid, p->job_uid) && k->index == p->index &&
		    k->attempt == p->attempt)
			return true;
	}
	return false;
}

static void look_at(void *self, const struct pod_create *p)
{
	const struct look *l = self;
	if (!names(l->hello, p) && !check_made_and_gone(l->c, p))
		world_fail(l->c->world, "hello-create",
			   "the Hello of %s does not name pod %s, whose create is under way",
			   l->hello->node, p->name);
}

void check_hello(struct checks *c, const struct host *agent, const struct msg_hello *m)
{
	struct look l = {c, m};
	if (m->page == 0 && m->last_page)
		conns_creates(c->world->conns, agent, &l, look_at);
}
