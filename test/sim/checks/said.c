/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server refuses: status says so, and a gang that has not come together keeps nothing
 * of itself meanwhile. A leader's log tells when it was refused; while nothing else happens to the
 * job, that is what its users must see. */
#include "test/sim/checks/said.h"
#include "refmatch.h"
#include "test/sim/checks/born.h"
#include "test/sim/cluster/proc.h"

#include <stdlib.h>
#include <string.h>

enum { SAID_MS = 5000 };

void check_denied(struct checks *c, struct mind *m, const struct line *l)
{
	if (!l->job)
		return;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	j->denied_ms = j->parted_ms = c->world->clock.now_ms;
	j->denied_generation = l->job->meta.generation;
}

/* Anything but giving back what there is of it begins something new. */
void check_not_denied(struct mind *m, const struct line *l, const char *msg)
{
	static const char *const same[] = {
		"member denied",     "member stopped", "member disrupted",   "member refused",
		"job state changed", "nodes released", "nodes held in vain", "nodes reserved"};
	struct mind_job *j;
	if (!l->job)
		return;
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		if (str_eq(msg, same[i]))
			return;
	}
	HASH_FIND_STR(m->jobs, l->job->meta.uid, j);
	if (!j)
		return;
	j->denied_ms = 0;
	if (!str_eq(msg, "member started")) /* by those that are kept */
		j->parted_ms = 0;
	if (!str_eq(msg, "job waiting"))
		j->refused_ms = 0;
}

static void together_key(struct buf *b, const char *uid)
{
	buf_printf(b, "together/%s", uid);
}

/* Indexes that are over since it started, for all that is known: a suspension may have begun
 * another start. */
static uint32_t since_start(const struct version *job, const struct bitset *done)
{
	bool all = job_completions(&job->job.spec) == job->job.spec.parallelism;
	return all || job->meta.generation == 1 ? bitset_count(done) : 0;
}

/* Past its init containers. One that is being deleted may be of an attempt that was given up: its
 * machine is gone, and its phase stays Running. */
static bool runs_surely(const struct version *pod)
{
	return check_live(pod) && !pod->forged && pod->pod.phase == POD_RUNNING;
}

static uint32_t index_of(const struct version *pod)
{
	return (uint32_t)strtoul(check_label(pod, LABEL_INDEX), NULL, 10);
}

void check_note_together(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	AUTO(bitset_done) struct bitset done = {0}, ran = {0};
	const char *uid = pod->meta.owner_uid;
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	const struct version *job = world_by_uid(c->world, API_JOB, uid);
	uint32_t n = 0;
	if (!job || !str_eq(job->meta.ns, pod->meta.ns))
		return;
	check_indexes_over(job, &done);
	for (uint32_t i = 0; i < sh->n; i++) {
		bool mine =
			check_owned(sh->v[i], job) && sh->v[i]->pod.started && !pod_ended(sh->v[i]);
		n += mine;
		if (mine && runs_surely(sh->v[i]))
			bitset_set(&ran, index_of(sh->v[i]));
	}
	together_key(&key, uid);
	uint32_t ended = since_start(job, &done), gang = job_gang(&job->job.spec);
	if (n + ended >= gang)
		check_note_changed(c, buf_str(&key));
	if (bitset_count(&ran) + ended < gang)
		return;
	buf_puts(&key, "/ran");
	check_note_changed(c, buf_str(&key));
}

int64_t check_ran_together_at(struct checks *c, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	together_key(&key, uid);
	buf_puts(&key, "/ran");
	return check_changed_at(c, buf_str(&key));
}

int64_t check_together_at(struct checks *c, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	together_key(&key, uid);
	return check_changed_at(c, buf_str(&key));
}

void check_member_refused(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_job *j = l->job ? mind_job_of(m, l->job->meta.uid) : NULL;
	const struct known_version *k =
		l->job ? mind_find(m, API_JOB, l->job->meta.ns, l->job->meta.name) : NULL;
	bool passes = !strncmp(line_text(l, "reason"), "OutOf", 5); /* for want of room */
	if (j && k && passes && k->since_ms > m->synced_ms && l->job->meta.generation == 1)
		j->refused_ms = c->world->clock.now_ms;
}

/* Where its leader can know of them. */
static uint32_t live_of(struct checks *c, const char *uid)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->meta.owner_uid, uid) && check_live(sh->v[i]) &&
		     !sh->v[i]->forged && mind_answers(c, sh->v[i]->pod.node, SAID_MS);
	return n;
}

/* A gang of which a kubelet refused a part before it ran. */
static void judge_refused(struct checks *c, const struct mind_job *j)
{
	const struct version *v = world_by_uid(c->world, API_JOB, j->uid);
	if (!v || v->meta.deleted_ms || v->job.spec.suspend || v->meta.generation != 1 ||
	    job_gang(&v->job.spec) < 2 || check_final(v->job.status.state) ||
	    check_together_at(c, j->uid) != INT64_MIN || check_made_since(c, j->uid, j->refused_ms))
		return;
	if (live_of(c, j->uid))
		world_fail(c->world, "gang-kept",
			   "%u members of %s are left, a kubelet refused one", live_of(c, j->uid),
			   v->meta.name);
}

static void judge(struct checks *c, const struct mind *m, const struct mind_job *j)
{
	struct world *w = c->world;
	const struct version *v = world_by_uid(w, API_JOB, j->uid);
	if (!v || v->meta.deleted_ms || v->job.spec.suspend || check_final(v->job.status.state) ||
	    check_status_refused(c, v->meta.name) || v->meta.generation != j->denied_generation ||
	    check_made_since(c, j->uid, j->denied_ms))
		return;
	if (!str_eq(v->job.status.reason, "FailedCreate"))
		world_fail(w, "unsaid", "%s was refused a pod of %s at %lld ms, status says \"%s\"",
			   m->proc->host.name, v->meta.name, (long long)j->denied_ms,
			   str_or_empty(v->job.status.reason));
}

/* A gang of which the API server refused a part. One that was scaled up has come together before.
 */
static void judge_parted(struct checks *c, const struct mind_job *j)
{
	const struct version *v = world_by_uid(c->world, API_JOB, j->uid);
	if (!v || v->meta.deleted_ms || v->job.spec.suspend || check_final(v->job.status.state) ||
	    check_status_refused(c, v->meta.name) || v->meta.generation != 1 ||
	    check_made_since(c, j->uid, j->parted_ms))
		return;
	if (check_indexes_made(c, j->uid) < job_gang(&v->job.spec) && live_of(c, j->uid))
		world_fail(c->world, "gang-kept",
			   "%u members of %s, which did not come together, are left",
			   live_of(c, j->uid), v->meta.name);
}

/* The one that leads, if there is no doubt about it. */
static const struct mind *leader(const struct checks *c)
{
	const struct mind *one = NULL;
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		if (!m->proc || !m->proc->host.alive || !proc_leads(m->proc))
			continue;
		if (one || m->proc->host.paused_until_ms + SAID_MS > c->world->clock.now_ms)
			return NULL;
		one = m;
	}
	return one;
}

void check_refusals(struct checks *c)
{
	const struct mind *m = leader(c);
	if (!m || conns_rough(c->world->conns))
		return;
	for (const struct mind_job *j = m->jobs; j; j = j->hh.next) {
		if (j->denied_ms && c->world->clock.now_ms >= j->denied_ms + SAID_MS)
			judge(c, m, j);
		if (j->parted_ms && c->world->clock.now_ms >= j->parted_ms + SAID_MS)
			judge_parted(c, j);
		if (j->refused_ms && c->world->clock.now_ms >= j->refused_ms + SAID_MS)
			judge_refused(c, j);
	}
}
