/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/waiting.h"

#include <utlist.h>

#include "coordinator/core/state/tables.h"

void waiting_forget(struct job_record *j)
{
	if (j->waiting_in)
		DL_DELETE2(*j->waiting_in, j, waiting_prev, waiting_next);
	j->waiting_in = NULL;
}

static void enlist(struct job_record *j, struct job_record **in, int64_t at_ms)
{
	waiting_forget(j);
	j->waiting_in = in;
	j->waiting_ms = at_ms;
	DL_APPEND2(*in, j, waiting_prev, waiting_next);
}

void waiting_soon(struct core *c, struct job_record *j)
{
	if (j->waiting_in != &c->waiting.first)
		enlist(j, &c->waiting.first, c->now_ms);
}

void waiting_again(struct core *c, struct job_record *j, int64_t at_ms)
{
	enlist(j, &c->waiting.again, at_ms);
}
