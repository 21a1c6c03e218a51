/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/room.h"

#include "model/quantity.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/cluster/proc.h"

/* Of one resource: members within what the ComputeNode gives, all pods within the Node's. What a
 * ComputeNode does not list (yet: it is filled in) is not limited by it. */
static void check_resource(struct checks *c, const struct version *pod, const struct version *node,
			   const struct version *compute_node, const char *res)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	int64_t members = 0, all = 0;
	for (uint32_t k = 0; k < sh->n; k++) {
		const char *owner = sh->v[k]->meta.owner_uid;
		if (!check_live(sh->v[k]) || !str_eq(sh->v[k]->pod.node, pod->pod.node) ||
		    (owner && !world_by_uid(c->world, API_JOB, owner))) /* to be collected */
			continue;
		int64_t n = reslist_get(&sh->v[k]->pod.requests, res);
		all += n;
		members += sh->v[k]->meta.owner_uid ? n : 0;
	}
	if (all > reslist_get(&node->node.allocatable, res) ||
	    (compute_node && check_lists(&compute_node->compute_node.resources, res) &&
	     members > reslist_get(&compute_node->compute_node.resources, res)))
		world_fail(c->world, "room", "%s takes %s on %s above what there is",
			   pod->meta.name, res, pod->pod.node);
}

/* The leader has asked what admission adds and has no answer, because the request went wrong, or
 * because the webhook was dead and still was when it placed the member by the numbers of the
 * template, as it has to in the end (docs/design/0008). An order of then is carried out as soon as
 * the webhook answers, and nobody can ask before. */
static bool asked_in_vain(struct checks *c, const struct version *job, const struct version *pod)
{
	enum { ANSWER_MS = 1000 };
	const struct server *s = &c->world->server;
	int64_t placed_ms = check_placed_at(c, pod), asked_ms = job->meta.created_ms - s->wall_ms;
	asked_ms = asked_ms > c->synced_ms ? asked_ms : c->synced_ms;
	bool dead = s->webhook_died_ms && s->webhook_died_ms <= asked_ms + ANSWER_MS &&
		    s->webhook_back_ms >= placed_ms;
	bool struck = s->dry_run_struck_ms >= asked_ms && s->dry_run_struck_ms <= placed_ms;
	return placed_ms >= asked_ms && (dead || struck);
}

static void put_template(struct buf *b, const struct version *job)
{
	buf_printf(b, "template/%s/%s", job->meta.ns, job->job.spec.template_hash);
}

void check_note_template(struct checks *c, const struct version *job)
{
	AUTO(buf_done) struct buf key = BUF_INIT(512);
	put_template(&key, job);
	if (check_changed_at(c, buf_str(&key)) == INT64_MIN)
		check_note_changed(c, buf_str(&key));
}

/* The leader was answered anew before it placed the member. */
static bool answered_since(const struct checks *c, const struct version *job, int64_t placed_ms)
{
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		if (m->proc && m->proc->host.alive && proc_leads(m->proc) &&
		    check_admission_known(c, m, job, placed_ms))
			return true;
	}
	return false;
}

/* A job of before, or an earlier one of its template, was answered by the admission of before. The
 * answer serves until it is asked for again (docs/design/0008, "Answers about admission get old").
 */
static bool answered_before(struct checks *c, const struct version *job, const struct version *pod)
{
	const struct server *s = &c->world->server;
	AUTO(buf_done) struct buf key = BUF_INIT(512);
	put_template(&key, job);
	return (job->meta.created_ms < s->wall_ms + s->overhead_ms ||
		check_changed_at(c, buf_str(&key)) < s->overhead_ms) &&
	       !answered_since(c, job, check_placed_at(c, pod));
}

/* What admission made of the pod is known for as long as its job is there and has that template. */
static bool shows(struct checks *c, const struct version *pod)
{
	const struct version *job =
		world_by_uid(c->world, API_JOB, str_or_empty(pod->meta.owner_uid));
	return job && str_eq(job->job.spec.template_hash, check_label(pod, LABEL_TEMPLATE));
}

/* When a pod that shows what admission adds must have come, for that to be known where the member
 * was placed: a create that goes wrong is tried again on the node that was chosen before. */
static int64_t known_before(struct checks *c, const struct version *pod)
{
	enum { LEARNING_MS = 10000 };
	int64_t placed_ms = check_placed_at(c, pod);
	int64_t at_ms = placed_ms == INT64_MIN ? c->world->clock.now_ms : placed_ms;
	return c->world->server.wall_ms + at_ms - LEARNING_MS;
}

/* Admission adds to the pod what nobody could know yet: no dry run of it was possible since, and no
 * pod of the same template has shown it to this leader. */
static bool overhead_unknown(struct checks *c, const struct version *pod)
{
	const struct server *s = &c->world->server;
	const struct version *job = world_by_uid(c->world, API_JOB, pod->meta.owner_uid);
	const struct shelf *sh = &s->store.shelf[API_POD];
	if (!s->overhead_milli)
		return false;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.ns, pod->meta.ns) &&
		    str_eq(check_label(sh->v[i], LABEL_TEMPLATE),
			   check_label(pod, LABEL_TEMPLATE)) &&
		    shows(c, sh->v[i]) && sh->v[i]->meta.created_ms > s->wall_ms + s->overhead_ms &&
		    sh->v[i]->meta.created_ms > s->wall_ms + c->led_ms &&
		    sh->v[i]->meta.created_ms < known_before(c, pod))
			return false;
	}
	return s->no_dry_run || !job || answered_before(c, job, pod) || asked_in_vain(c, job, pod);
}

void check_room(struct checks *c, const struct version *pod)
{
	if (overhead_unknown(c, pod))
		return;
	const struct store *st = &c->world->server.store;
	const struct version *node = store_find(st, API_NODE, NULL, pod->pod.node);
	const struct version *compute_node = store_find(st, API_COMPUTE_NODE, NULL, pod->pod.node);
	for (uint32_t i = 0; node && i < pod->pod.requests.n; i++)
		check_resource(c, pod, node, compute_node, pod->pod.requests.v[i].name);
}
