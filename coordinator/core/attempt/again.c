/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/attempt/again.h"

#include "base/backoff.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/templates.h"

int64_t again_pause(uint32_t ends)
{
	return ends < 2 ? 0 : backoff_plain(AGAIN_BASE_MS, AGAIN_CAP_MS, ends - 1);
}

int64_t again_charged(const struct core *c, const struct job_record *j, uint32_t index)
{
	uint32_t failures =
		j->spec.failures_fail_index ? job_slot_find(j, index)->failures : j->members.failed;
	return backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, failures);
}

bool again_ran_long(const struct core *c, const struct attempt *a, const struct member *m)
{
	if (m && m->started_ms > 0 && m->ended_ms >= m->started_ms)
		return m->ended_ms - m->started_ms >= AGAIN_LONG_RUN_MS;
	return a->started_ms && c->now_ms - a->started_ms >= AGAIN_LONG_RUN_MS;
}

int64_t again_count(const struct core *c, struct attempt *a, const struct member *m)
{
	uint32_t ends = job_slot(a->job, a->id.index)->ends;
	a->ran_long = again_ran_long(c, a, m);
	/* An attempt of what the job was before says nothing of what it is now, and takes nothing
	 * back that others have said since. */
	if (templates_are_same(a->job, a->template_id))
		ends = a->ran_long ? 1 : ends + (ends < UINT8_MAX);
	job_set_ends(a->job, a->id.index, (uint8_t)ends);
	return again_pause(ends);
}
