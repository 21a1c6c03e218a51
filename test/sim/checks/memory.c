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
	if (p->kind != PROC_COORDINATOR || !p->host.alive || !coordinator_leading(p->c) ||
	    c->world->clock.now_ms < c->memory_after_ms)
		return;
	c->memory_after_ms = c->world->clock.now_ms + EVERY_MS;
	coordinator_stats(p->c, &st);
	if (st.core.bytes_jobs > (size_t)st.core.job_records * JOB_BYTES_MAX)
		world_fail(c->world, "memory", "%s keeps %zu bytes of %u records of jobs",
			   p->host.name, st.core.bytes_jobs, st.core.job_records);
}
