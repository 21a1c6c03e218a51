/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that a coordinator says it keeps for a job go to no job behind it that may still be there
 * when the kept one could start. */
#include "test/sim/checks/kept.h"

#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/free.h"
#include "test/sim/checks/share.h"

enum { CLOCKS_MS = 1000 }; /* between its clock and ours */

/* By a job that the coordinator knows. */
static bool behind(const struct version *j, const struct version *kept, bool equal)
{
	if (j->job.spec.priority != kept->job.spec.priority)
		return j->job.spec.priority < kept->job.spec.priority;
	return equal && j->meta.created_ms > kept->meta.created_ms;
}

/* One that has started ends by a time that is reckoned from then: only without a deadline is it
 * judged. */
static bool may_stay(struct checks *c, struct mind *m, const struct job *j,
		     const struct mind_kept *k)
{
	if (j->spec.active_deadline_s < 0 || k->at_ms == INT64_MAX)
		return true;
	int64_t most_ms = (j->spec.active_deadline_s + j->spec.grace_s) * 1000;
	return !j->status.start_ms && mind_job_of(m, j->meta.uid)->group_ms < 0 &&
	       c->world->clock.now_ms + most_ms > k->at_ms + CLOCKS_MS;
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

static const struct version *known_by_key(const struct mind *m, const struct mind_kept *k)
{
	AUTO(mem_freep) char *ns = mem_strdup(k->key);
	ns[strcspn(ns, "/")] = 0;
	const struct known_version *v = mind_find(m, API_JOB, ns, strchr(k->key, '/') + 1);
	return v && str_eq(v->v->meta.uid, k->uid) ? v->v : NULL;
}

/* The nodes that the job would take a node from; NULL: none. */
static struct mind_kept *takes_from(struct checks *c, struct mind *m, const struct version *job,
				    const char *node)
{
	struct mind_kept *k, *tmp;
	HASH_ITER (hh, m->kept, k, tmp) {
		const struct version *kept = known_by_key(m, k);
		if (k->own && !check_key_in(k->key, job->meta.ns))
			continue;
		if (kept && behind(job, kept, k->equal) && is_kept(k->nodes, node) &&
		    may_stay(c, m, &job->job, k) && !check_room_beside(c, m, node, job, kept))
			return k;
	}
	return NULL;
}

bool check_kept_from(struct checks *c, struct mind *m, const struct version *job, const char *node)
{
	return takes_from(c, m, job, node);
}

void check_placed_on_kept(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_kept *k, *tmp;
	HASH_ITER (hh, m->kept, k, tmp) {
		if (!str_eq(k->uid, l->job->meta.uid))
			continue;
		check_share_count(c, m, k->key); /* until now it kept nodes */
		mind_keep_no_more(m, k);
	}
	k = takes_from(c, m, l->job, l->node);
	if (k)
		world_fail(c->world, "reservation",
			   "%s places %s on %s, which it keeps "
			   "for %s",
			   m->proc->host.name, l->job_key, l->node, k->key);
}
