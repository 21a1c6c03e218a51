/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/lacking.h"

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"

static bool holds(const struct attempt *a)
{
	const struct job_record *j = a->job;
	return attempt_current(a) && !attempt_replaceable(a) && a->id.index < j->spec.completions &&
	       !job_index_over(j, a->id.index);
}

/* Where parallelism leaves out no index, nobody has to count. */
static uint32_t places(const struct job_record *j)
{
	const struct attempt *a;
	uint32_t n = j->spec.parallelism;
	if (j->spec.completions == n)
		return n;
	for (a = j->members.attempts; n && a != j->members.ended; a = a->job_next)
		n -= holds(a);
	return n;
}

struct lacking lacking_of(const struct job_record *j)
{
	return (struct lacking){0, places(j)};
}

bool lacking_next(const struct job_record *j, struct lacking *l, uint32_t *ret_index)
{
	const struct attempt *a;
	uint32_t i;
	if (!l->left)
		return false;
	for (i = l->next; (i = job_next_open(j, i)) < j->spec.completions; i++) {
		a = job_current(j, i);
		if (a && !attempt_replaceable(a))
			continue;
		l->next = i + 1;
		l->left--;
		*ret_index = i;
		return true;
	}
	l->left = 0;
	return false;
}
