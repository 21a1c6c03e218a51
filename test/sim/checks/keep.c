/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that a coordinator says it keeps for a job go to no job behind it that may still be there
 * when the kept one could start. */
#include "test/sim/checks/keep.h"

#include <string.h>

#include "base/mem.h"

enum { CLOCKS_MS = 1000 }; /* between its clock and ours */

void check_kept(struct checks *c, struct mind *m, const struct line *l)
{
	mind_keep_nothing(m);
	if (!l->job)
		return;
	m->kept_uid = mem_strdup(l->job->meta.uid);
	m->kept_job = mem_strdup(l->job->meta.name);
	m->kept_nodes = mem_strdup(line_text(l, "nodes"));
	m->kept_ms = c->world->clock.now_ms + line_number(l, "in_ms");
}

/* By a job that the coordinator knows. */
static bool behind(const struct version *j, const struct version *kept)
{
	if (j->job.spec.priority != kept->job.spec.priority)
		return j->job.spec.priority < kept->job.spec.priority;
	return j->meta.created_ms > kept->meta.created_ms;
}

/* One that has started ends by a time that is reckoned from then: only without a deadline is it
 * judged. */
static bool may_stay(struct checks *c, struct mind *m, const struct job *j)
{
	if (j->spec.active_deadline_s < 0)
		return true;
	return !j->status.start_ms && mind_job_of(m, j->meta.uid)->group_ms < 0 &&
	       c->world->clock.now_ms + j->spec.active_deadline_s * 1000 > m->kept_ms + CLOCKS_MS;
}

static bool is_kept(const char *names, const char *node)
{
	size_t n = strlen(node);
	for (const char *at = strstr(names, node); at; at = strstr(at + 1, node)) {
		if ((at == names || at[-1] == ',') && (!at[n] || at[n] == ','))
			return true;
	}
	return false;
}

void check_placed_on_kept(struct checks *c, struct mind *m, const struct line *l)
{
	if (!m->kept_uid)
		return;
	if (str_eq(m->kept_uid, l->job->meta.uid)) {
		mind_keep_nothing(m);
		return;
	}
	const struct known_version *kept = mind_find(m, API_JOB, l->job->meta.ns, m->kept_job);
	if (kept && str_eq(kept->v->meta.uid, m->kept_uid) && behind(l->job, kept->v) &&
	    is_kept(m->kept_nodes, l->node) && may_stay(c, m, &l->job->job))
		world_fail(c->world, "reservation", "%s places %s on %s, which it keeps for %s",
			   m->proc->host.name, l->job_key, l->node, m->kept_job);
}
