/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/waiting.h"

#include <utlist.h>

#include "coordinator/core/state/tables.h"

void waiting_forget(struct job_record *j)
{
	if (j->why_in)
		DL_DELETE2(*j->why_in, j, why_prev, why_next);
	j->why_in = NULL;
}

void waiting_enlist(struct job_record *j, struct job_record **in, int64_t at_ms)
{
	waiting_forget(j);
	j->why_in = in;
	j->why_ms = at_ms;
	DL_APPEND2(*in, j, why_prev, why_next);
}

void waiting_soon(struct core *c, struct job_record *j)
{
	if (j->why_in != &c->why_first)
		waiting_enlist(j, &c->why_first, c->now_ms);
}
