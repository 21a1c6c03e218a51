/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of each decision to stop a member, and of each deletion: why may the pod go? */
#include "test/sim/checks/stop.h"
#include "model/selector.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/edit.h"
#include "test/sim/checks/orders.h"
#include "test/sim/checks/place.h"
#include "test/sim/checks/refused.h"
#include "test/sim/checks/said.h"
#include "test/sim/checks/turn.h"
#include "test/sim/world/template.h"

enum { TOLD_MS = 6000 }; /* an agent that answers has told of an end by then */

/* ---- decisions, by what the coordinator had been shown ---- */

static void note_stopped(struct checks *c, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct changed *h;
	buf_printf(&key, "%s/%u/%u", l->job->meta.uid, l->index, l->attempt);
	HASH_FIND_STR(c->stopped, buf_str(&key), h);
	if (h)
		return;
	h = mem_zalloc(1, sizeof *h);
	h->name = buf_steal(&key);
	h->at_ms = c->world->clock.now_ms;
	HASH_ADD_KEYPTR(hh, c->stopped, h->name, strlen(h->name), h);
}

/* Some coordinator has said so at some time; its request may come late. */
static bool was_stopped(const struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct changed *h;
	buf_printf(&key, "%s/%s/%s", str_or_empty(pod->meta.owner_uid),
		   check_label(pod, LABEL_INDEX), check_label(pod, LABEL_ATTEMPT));
	HASH_FIND_STR(c->stopped, buf_str(&key), h);
	return h;
}

static bool is_above(struct checks *c, const struct mind *m, const struct line *l)
{
	return l->index >= job_completions(&l->job->job.spec) || check_surplus(c, m, l);
}

static bool is_suspended(struct checks *c, const struct mind *m, const struct line *l)
{
	(void)c;
	(void)m;
	return l->job->job.spec.suspend;
}

/* Other tolerations replace nobody, nor does the same in other words. as_written: but those do
 * replace a pod of an older version, which knew no better. */
static bool differs(struct checks *c, const char *template, const struct line *l, bool as_written)
{
	struct arena *a = &c->world->scratch;
	const char *was = template_with(a, template, NULL, 0);
	const char *is = template_with(a, l->job->job.spec.template_text, NULL, 0);
	return as_written ? !str_eq(was, is) : !str_eq(template_form(a, was), template_form(a, is));
}

static bool of_older_version(const struct version *pod)
{
	return strcspn(str_or_empty(kvs_get(&pod->pod.meta.labels, LABEL_TEMPLATE)), "-") == 16;
}

/* Or ran, for all that its coordinator knows: it placed the attempt with an older template, and
 * another leader, of which it does not know, the same one with the newer. */
static bool runs_other(struct checks *c, const struct mind *m, const struct line *l)
{
	const struct version *pod = line_pod(c->world, l, l->job->meta.uid);
	const char *placed = mind_placed(m, l->job->meta.uid, l->index, l->attempt);
	return !pod || differs(c, pod->command, l, of_older_version(pod)) ||
	       (placed && differs(c, placed, l, false));
}

/* An edit has excluded the node. What the first look at a job may have missed, and an attempt
 * without a pod, is held against the whole spec. */
static bool mismatches(struct checks *c, const struct mind *m, const struct line *l)
{
	const struct known_version *n = mind_find(m, API_NODE, NULL, l->node);
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, l->node);
	const struct known_version *j = mind_find(m, API_JOB, l->job->meta.ns, l->job->meta.name);
	const struct version *compute_node = cn ? cn->v : NULL;
	if (!n)
		return true;
	for (uint32_t i = 0; i < SPECS_KEPT && j->was[i]; i++) {
		if (check_excluded(&j->was[i]->job.spec, &l->job->job.spec, n->v, compute_node))
			return true;
	}
	return (!j->was[0] || j->since_ms <= m->synced_ms ||
		!line_pod(c->world, l, l->job->meta.uid)) &&
	       check_mismatch(&l->job->job.spec, n->v, compute_node);
}

/* An edit stops exactly those whom it concerns. Other reasons are judged when the pod is deleted,
 * by what is true; one that is not here has no rule. */
void check_stopped(struct checks *c, const struct mind *m, const struct line *l)
{
	static const struct {
		const char *why;
		bool (*may)(struct checks *, const struct mind *, const struct line *);
	} reasons[] = {
		{"job scaled down", is_above},    {"job suspended", is_suspended},
		{"template changed", runs_other}, {"node no longer matches", mismatches},
		{"index completed", NULL},        {"superseded", NULL},
		{"index failed", NULL},           {"gang not complete", NULL},
		{"job finished", NULL},
	};
	size_t i = 0;
	note_stopped(c, l);
	while (i < ARRAY_LEN(reasons) && !str_eq(reasons[i].why, l->why))
		i++;
	if (i == ARRAY_LEN(reasons) || (reasons[i].may && !reasons[i].may(c, m, l)))
		world_fail(c->world, "decide-stop", "%s stops member %u attempt %u of %s on %s: %s",
			   m->proc->host.name, l->index, l->attempt, l->job_key, l->node, l->why);
}

/* Whether another job of this name, deleted before, has such a member: the log names no UID. */
static bool has_namesake(const struct checks *c, const struct line *l)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *v = sh->v[i];
		if (str_eq(check_label(v, LABEL_JOB_NAME), l->job->meta.name) &&
		    strtoul(check_label(v, LABEL_INDEX), NULL, 10) == l->index &&
		    !str_eq(v->meta.owner_uid, l->job->meta.uid))
			return true;
	}
	return false;
}

/* Who has been shown that a job is deleted and orphans its members lets them be, also when the
 * finalizer that said so is gone. */
void check_stopped_deleted(struct checks *c, struct mind *m, const struct line *l)
{
	if (l->job->meta.deleted_ms && mind_job_of(m, l->job->meta.uid)->orphans &&
	    line_pod(c->world, l, l->job->meta.uid) && !has_namesake(c, l))
		world_fail(c->world, "orphan", "%s stops member %u attempt %u of %s, which orphans",
			   m->proc->host.name, l->index, l->attempt, l->job_key);
}

/* ---- deletions ---- */

/* Another attempt has completed the index: that one counts. */
static bool another_succeeded(const struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (check_same_index(sh->v[i], pod) && sh->v[i]->pod.phase == POD_SUCCEEDED)
			return true;
	}
	return false;
}

/* A newer attempt takes its place (its pod may be refused yet). */
static bool superseded(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	unsigned long mine = strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10);
	if (check_asked(c, pod) > mine || another_succeeded(c, pod))
		return true;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (check_same_index(sh->v[i], pod) &&
		    strtoul(check_label(sh->v[i], LABEL_ATTEMPT), NULL, 10) > mine)
			return true;
	}
	return false;
}

static bool quota_lately(struct checks *c)
{
	return c->world->server.pod_quota || c->world->server.deny_pods ||
	       c->world->clock.now_ms < c->world->server.quota_ended_ms + KNOWING_MS;
}

/* The job's attempts that ended by their own fault are more than it may have: it has failed,
 * whether its status says so already or not. */
static bool exhausted(struct checks *c, const struct version *job)
{
	return cluster_tally(c->cluster, job->meta.uid, "all")->failures >
		       job->job.spec.backoff_limit ||
	       job->job.spec.failed_indexes_fail;
}

/* A member has succeeded of a job with a success policy: a rule may be met, whether its status says
 * so already or not. Whether one is, the check of quiet jobs says. */
static bool may_have_succeeded(const struct checks *c, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; job->job.spec.nsuccess && i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, job->meta.uid) &&
		    sh->v[i]->pod.phase == POD_SUCCEEDED)
			return true;
	}
	return false;
}

/* Refused or disrupted: nothing counts it but the number of attempts. */
static bool spent(const struct version *v)
{
	return check_pod_refused(v) || (v->pod.phase == POD_FAILED && v->pod.disruption_target) ||
	       str_eq(v->pod.terminated_reason, "Unknown");
}

/* The last ten of a job are kept. */
static bool spent_of_many(const struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; spent(pod) && i < sh->n; i++)
		n += str_eq(sh->v[i]->meta.owner_uid, pod->meta.owner_uid) && spent(sh->v[i]);
	return n > 10;
}

/* One of a gang that, for all that may be known, did not run as a whole when a kubelet refused a
 * member. Somebody may have deleted the refused pod before the coordinator was told of it. */
static bool gang_refused(struct checks *c, const struct version *pod, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	int64_t together_ms = check_ran_together_at(c, job->meta.uid);
	bool knew = together_ms != INT64_MIN && c->world->clock.now_ms > together_ms + KNOWING_MS;
	if (job->job.spec.min_parallelism < 2 || knew || !was_stopped(c, pod))
		return false;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, job->meta.uid) && check_pod_refused(sh->v[i]))
			return true;
	}
	return check_refused_gone_lately(c, job->meta.uid);
}

/* Why the coordinator may stop a member; anything else is a pod deleted that nobody ordered to
 * stop. */
static bool may_stop(struct checks *c, const struct version *pod, const struct version *job)
{
	return !job || job->meta.deleted_ms || check_final(job->job.status.state) ||
	       (job->meta.generation > 1 && was_stopped(c, pod)) || superseded(c, pod) ||
	       check_succeeded(c, pod) || check_faulty(c, pod->pod.node) || quota_lately(c) ||
	       check_led_lately(c) || spent_of_many(c, pod) || gang_refused(c, pod, job) ||
	       job->job.spec.active_deadline_s >= 0 || exhausted(c, job) ||
	       may_have_succeeded(c, job) || job->job.spec.on_node_loss == LOSS_FAIL;
}

/* The deadline was over before it succeeded, or the coordinator heard nothing in that time. */
static bool too_late(struct checks *c, const struct version *pod, const struct version *job)
{
	int64_t deadline_s = job->job.spec.active_deadline_s;
	return deadline_s >= 0 &&
	       (pod->pod.ended_ms >= job->job.status.start_ms + deadline_s * 1000 ||
		c->world->clock.now_ms < c->cluster->deaf_until_ms + KNOWING_MS);
}

/* No success goes before the status that counts it, unless the job has failed, which counts no
 * more.
 */
void check_delete(struct checks *c, const char *who, const struct api_request *req)
{
	struct world *w = c->world;
	if (req->kind != API_POD && req->kind != API_JOB && req->kind != API_COMPUTE_NODE)
		return;
	if (!*str_or_empty(req->uid)) {
		world_fail(w, "delete-uid", "%s deletes %s without a UID", who, req->name);
		return;
	}
	const struct version *pod = store_find(&w->server.store, API_POD, req->ns, req->name);
	/* One that is carried out when who asked has given up was right when it was asked for. */
	if (req->kind != API_POD || !pod || !str_eq(pod->meta.uid, req->uid) ||
	    pod->meta.deleted_ms || w->server.late)
		return;
	const struct version *job = world_by_uid(w, API_JOB, str_or_empty(pod->meta.owner_uid));
	job = job && check_owned(pod, job) ? job : NULL;
	int64_t told_ms = TOLD_MS + conns_lag(w->conns);
	if (!*str_or_empty(pod->meta.owner_uid) && !check_changed_lately(c, pod->meta.uid))
		world_fail(w, "foreign-delete", "%s deletes %s, which has no owner", who,
			   req->name);
	else if (job && job->meta.orphan_finalizer && !check_changed_lately(c, job->meta.uid))
		world_fail(w, "orphan", "%s deletes %s of a job that orphans", who, req->name);
	else if (pod->pod.phase == POD_SUCCEEDED && job && !job->meta.deleted_ms &&
		 !check_faulty(c, pod->pod.node) && mind_answers(c, pod->pod.node, told_ms) &&
		 server_wall(&w->server) > pod->pod.ended_ms + told_ms &&
		 job->meta.generation == 1 && !check_final(job->job.status.state) &&
		 !check_index_completed(job, pod) && !too_late(c, pod, job) &&
		 !another_succeeded(c, pod))
		world_fail(w, "uncounted", "%s deletes %s before its success is in status", who,
			   req->name);
	else if (check_pod_refused(pod) && job && !job->meta.deleted_ms && !was_stopped(c, pod) &&
		 !check_status_refused(c, job->meta.name) && /* which is not waited for */
		 strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10) > job->job.status.attempts)
		world_fail(w, "uncounted", "%s deletes %s before its number is in status", who,
			   req->name);
	else if (!may_stop(c, pod, job))
		world_fail(w, "unordered-delete", "%s deletes %s of %s", who, req->name,
			   job->meta.name);
}
