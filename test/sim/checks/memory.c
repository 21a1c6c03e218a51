/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/memory.h"

enum {
	EVERY_MS = 5000, /* a look goes through all jobs */
	/* A record, and the first page of what is known of its indexes: no plan has a job with more
	 * than 64 members that run. A hostile tenant's wait with 10,000. */
	JOB_BYTES_MAX = 8 * 1024,
};

void check_memory(struct checks *c, const struct proc *p)
{
	struct coordinator_stats st;
	uint32_t jobs = 0;
	if (p->kind != PROC_COORDINATOR || !p->host.alive || !coordinator_leading(p->c) ||
	    c->world->clock.now_ms < c->memory_after_ms)
		return;
	c->memory_after_ms = c->world->clock.now_ms + EVERY_MS;
	coordinator_stats(p->c, &st);
	for (size_t i = 0; i < ARRAY_LEN(st.core.jobs); i++)
		jobs += st.core.jobs[i];
	if (st.core.bytes_jobs > (size_t)jobs * JOB_BYTES_MAX)
		world_fail(c->world, "memory", "%s keeps %zu bytes of %u jobs", p->host.name,
			   st.core.bytes_jobs, jobs);
}
