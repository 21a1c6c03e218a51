/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/turn.h"

#include <stdlib.h>

#include "base/bitset.h"
#include "refmatch.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/record.h"

/* A member that was placed and has no pod yet is in the mind of who placed it. */
static bool begun(const struct mind *m, const char *uid, uint32_t index)
{
	for (uint32_t attempt = 1; attempt < 40; attempt++) {
		const struct mind_att *a = mind_att_find(m, uid, index, attempt);
		if (a && !a->stopped)
			return true;
	}
	return false;
}

/* The indexes of which a pod is there that has not ended. */
static void find_live(const struct checks *c, const char *uid, struct bitset *live)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, uid) && !sh->v[i]->forged &&
		    !pod_ended(sh->v[i]))
			bitset_set(live,
				   (uint32_t)strtoul(check_label(sh->v[i], LABEL_INDEX), NULL, 10));
	}
}

bool check_surplus(struct checks *c, const struct mind *m, const struct line *l)
{
	AUTO(bitset_done) struct bitset live = {0};
	const char *uid = l->job->meta.uid;
	uint32_t n = 0;
	find_live(c, uid, &live);
	for (uint32_t i = 0; i < l->index; i++)
		n += (bitset_has(&live, i) || begun(m, uid, i)) && !check_index_earned(c, uid, i);
	return n >= l->job->job.spec.parallelism;
}

/* The coordinator may not know of all pods yet, or not as they are. */
static bool in_doubt(struct checks *c, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	if (check_led_lately(c))
		return true;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, job->meta.uid) &&
		    check_faulty(c, sh->v[i]->pod.node))
			return true;
	}
	return false;
}

/* Only a job that nobody has changed is judged: what stops after a change runs on for a while. */
void check_turn(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(bitset_done) struct bitset done = {0}, live = {0};
	const struct version *job = l->job;
	const char *uid = job->meta.uid;
	uint32_t n = 0;
	if (job_completions(&job->job.spec) <= job->job.spec.parallelism ||
	    job->meta.generation != 1)
		return;
	check_indexes_over(job, &done);
	find_live(c, uid, &live);
	bitset_set(&live, l->index);
	for (uint32_t i = 0; i < l->index; i++) {
		bool over = bitset_has(&done, i) || check_index_earned(c, uid, i);
		if (!over && !begun(m, uid, i) && !check_index_made(c, uid, i))
			world_fail(c->world, "lowest-first", "%s places member %u of %s before %u",
				   m->proc->host.name, l->index, l->job_key, i);
	}
	for (uint32_t i = bitset_next(&live, 0); i != UINT32_MAX; i = bitset_next(&live, i + 1))
		n += !bitset_has(&done, i) && !check_index_earned(c, uid, i);
	if (n > job->job.spec.parallelism && !in_doubt(c, job))
		world_fail(c->world, "at-once", "%s places member %u of %s, %u are there already",
			   m->proc->host.name, l->index, l->job_key, n - 1);
}

bool check_start_over(const struct checks *c, const struct version *job)
{
	int64_t most_s = job->job.spec.start_deadline_s;
	return most_s && server_wall(&c->world->server) >= job->meta.created_ms + most_s * 1000;
}
