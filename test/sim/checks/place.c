/* SPDX-License-Identifier: Apache-2.0 */
/* A member is placed: where, whether, when and in whose turn, by what the coordinator knew. */

#include "test/sim/checks/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "refmatch.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/orders.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/checks/share.h"
#include "test/sim/checks/turn.h"
#include "test/sim/world/needed.h"
#include "test/sim/world/template.h"

static const char *label_of(const struct version *node, const struct version *compute_node,
			    const char *key)
{
	const char *own = compute_node && label_may_overlay(key)
				  ? kvs_get(&compute_node->meta.labels, key)
				  : NULL;
	return own ? own : kvs_get(&node->meta.labels, key);
}

static bool term_matches(const struct sel_term *t, const struct version *node,
			 const struct version *compute_node)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (!ref_expr_holds(&t->v[i], label_of(node, compute_node, t->v[i].key)))
			return false;
	}
	return t->n > 0;
}

bool check_selects(const struct kvs *selector, const struct version *node,
		   const struct version *compute_node)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		if (!str_eq(label_of(node, compute_node, selector->v[i].key), selector->v[i].val))
			return false;
	}
	return true;
}

uint32_t check_prefers(const struct job_spec *s, const struct version *node,
		       const struct version *compute_node)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < s->npreferred; i++)
		sum += term_matches(&s->preferred[i].term, node, compute_node)
			       ? s->preferred[i].weight
			       : 0;
	return sum;
}

const char *check_mismatch(const struct job_spec *s, const struct version *node,
			   const struct version *compute_node)
{
	bool any = !s->nterms;
	if (!check_selects(&s->node_selector, node, compute_node))
		return "nodeSelector";
	for (uint32_t i = 0; i < s->nterms; i++)
		any |= term_matches(&s->terms[i], node, compute_node);
	if (!any)
		return "nodeAffinity";
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		if (ref_repels(&node->node.taints[i], s->tolerations, s->ntolerations))
			return "taints";
	}
	return NULL;
}

/* Something is or was lately wrong with it, so that what it has may count or not. */
static bool in_doubt(const struct checks *c, const char *node)
{
	const struct machine *on = cluster_machine(c->cluster, node);
	return !on || machine_absent(on) || on->faulty_ms + KNOWING_MS >= c->world->clock.now_ms;
}

/* Another node has it, as its kubelet has told this leader, and is not known to be in trouble. */
static bool had_elsewhere(struct checks *c, struct mind *m, const struct line *l,
			  const char *device)
{
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		if (k->v->kind != API_NODE || str_eq(k->v->meta.name, l->node) ||
		    k->v->node.ready != COND_TRUE || in_doubt(c, k->v->meta.name))
			continue;
		for (uint32_t i = 0; i < k->v->node.in_use.n; i++) {
			if (str_eq(k->v->node.in_use.v[i], device))
				return true;
		}
	}
	return false;
}

/* Another node has a member with the claim that this leader has placed, as far as one can tell. */
static bool members_elsewhere(struct checks *c, const struct mind *m, const struct line *l,
			      const char *claim)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	const char *name = strchr(claim, '/') + 1;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *p = sh->v[i];
		if (!p->meta.owner_uid || p->forged || pod_ended(p) || p->meta.deleted_ms ||
		    str_eq(p->pod.node, l->node) || in_doubt(c, p->pod.node) ||
		    strncmp(claim, p->meta.ns, strlen(p->meta.ns)) ||
		    p->meta.created_ms < c->world->server.wall_ms + m->synced_ms)
			continue;
		struct template_facts t =
			template_parse(&c->world->scratch, str_or_empty(p->command));
		for (uint32_t k = 0; k < t.nclaims; k++) {
			if (str_eq(t.claims[k], name) &&
			    world_by_uid(c->world, API_JOB, p->meta.owner_uid))
				return true;
		}
	}
	return false;
}

/* What its kubelet says is in use fills the node, as far as this leader knows. */
static bool fills(const struct version *csi_node, const struct node *node,
		  const struct needed *volume, const char *device)
{
	size_t len = strlen(volume->driver) + 1;
	uint32_t there = 0;
	for (uint32_t i = 0; i < node->in_use.n; i++)
		there += !strncmp(node->in_use.v[i], device, len) &&
			 !str_eq(node->in_use.v[i], device);
	for (uint32_t i = 0; csi_node && i < csi_node->needed.nlimits; i++) {
		const struct volume_limit *limit = &csi_node->needed.limits[i];
		if (str_eq(limit->driver, volume->driver) && there >= limit->most)
			return true;
	}
	return false;
}

static bool too_many_volumes(struct checks *c, const struct node *node, const struct line *l)
{
	const struct store *s = &c->world->server.store;
	const struct version *csi = store_find(s, API_CSI_NODE, NULL, l->node);
	for (uint32_t i = 0; i < l->job->job.spec.claims.n; i++) {
		const struct needed *volume = needed_volume(s, l->job->job.spec.claims.v[i]);
		if (!volume || !*str_or_empty(volume->driver))
			continue;
		const char *device =
			arena_printf(&c->world->scratch, "%s^%s", volume->driver, volume->handle);
		if (fills(csi, node, volume, device))
			return true;
	}
	return false;
}

static bool volume_in_use(struct checks *c, struct mind *m, const struct line *l)
{
	const struct store *s = &c->world->server.store;
	for (uint32_t i = 0; i < l->job->job.spec.claims.n; i++) {
		const char *claim = l->job->job.spec.claims.v[i];
		if (!needed_alone(s, claim))
			continue;
		const struct needed *volume = needed_volume(s, claim);
		const char *device =
			arena_printf(&c->world->scratch, "%s^%s", volume->driver, volume->handle);
		if (had_elsewhere(c, m, l, device) || members_elsewhere(c, m, l, claim))
			return true;
	}
	return false;
}

/* Admission adds a toleration to each pod. */
static void tolerate_added(const struct checks *c, struct arena *a, struct job_spec *spec)
{
	const char *key = c->world->server.added_toleration;
	struct toleration *v = arena_alloc(a, (spec->ntolerations + 1) * sizeof *v);
	for (uint32_t i = 0; i < spec->ntolerations; i++)
		v[i] = spec->tolerations[i];
	if (key)
		v[spec->ntolerations++] = (struct toleration){.key = key, .exists = true};
	spec->tolerations = v;
}

/* Admission adds a nodeSelector that the node does not match, and this could be asked at any time.
 */
static bool not_let_on(const struct checks *c, const struct version *node)
{
	const struct server *s = &c->world->server;
	return !server_lets_pods_on(s, node) && !s->dry_run_refused && !s->dry_run_struck_ms &&
	       !conns_rough(c->world->conns);
}

static void placed_where(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *n = mind_find(m, API_NODE, NULL, l->node);
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, l->node);
	const struct version *compute_node = cn ? cn->v : NULL;
	const char *bad = NULL;
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 16);
	struct job_spec spec = needed_tolerating(&a, &c->world->server.store, &l->job->job.spec);
	tolerate_added(c, &a, &spec);
	if (!n)
		bad = "there is no Node of that name";
	else if (n->v->node.ready != COND_TRUE)
		bad = "it is not ready";
	else if (n->v->node.unschedulable ||
		 (compute_node && compute_node->compute_node.unschedulable))
		bad = "it is cordoned";
	else if (!needed_allows(&c->world->server.store, &l->job->job.spec, n->v))
		bad = "its RuntimeClass or a volume is elsewhere";
	else if (not_let_on(c, n->v))
		bad = "admission adds a nodeSelector";
	else if (volume_in_use(c, m, l))
		bad = "a volume is in use elsewhere";
	else if (too_many_volumes(c, &n->v->node, l))
		bad = "it can attach no more volumes";
	else
		bad = check_mismatch(&spec, n->v, compute_node);
	if (bad)
		world_fail(c->world, "decide-node", "%s: member %u of %s goes to %s: %s",
			   m->proc->host.name, l->index, l->job_key, l->node, bad);
}

static bool completed(const struct version *job, uint32_t index)
{
	AUTO(bitset_done) struct bitset done = {0};
	return ref_indexes(&done, str_or_empty(job->job.status.completed), COMPLETIONS_MAX) &&
	       bitset_has(&done, index);
}

/* Its pods show as many failures as fail the index. */
static bool failed_too_often(const struct checks *c, const struct line *l)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	uint32_t n = 0, most = l->job->job.spec.failures_fail_index;
	for (uint32_t i = 0; most && i < sh->n; i++) {
		const struct version *v = sh->v[i];
		bool evicted = str_eq(v->pod.reason, "Evicted");
		n += str_eq(v->meta.owner_uid, l->job->meta.uid) && !v->forged &&
		     strtoul(check_label(v, LABEL_INDEX), NULL, 10) == l->index &&
		     v->pod.phase == POD_FAILED && !v->pod.disruption_target &&
		     !v->meta.deleted_ms && !check_pod_refused(v) &&
		     (evicted || (!str_eq(v->pod.terminated_reason, "Unknown") &&
				  !str_eq(v->pod.terminated_reason, "ContainerStatusUnknown")));
	}
	return most && n >= most;
}

/* What has been written, not what is known: the write comes before the try. */
static bool uncounted(struct checks *c, struct mind *m, const struct line *l)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	const struct version *v = world_by_uid(c->world, API_JOB, l->job->meta.uid);
	struct mind_failure *f;
	buf_printf(&key, "%s/%u", l->job->meta.uid, l->index);
	HASH_FIND_STR(m->failures, buf_str(&key), f);
	/* A status that is refused for good is not waited for. */
	return f && v && v->job.status.failed <= f->failed &&
	       !check_status_refused(c, v->meta.name);
}

static void placed_whether(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job_spec *s = &l->job->job.spec;
	const struct job_status *st = &l->job->job.status;
	const char *bad = s->suspend                             ? "it is suspended"
			  : l->job->meta.deleted_ms              ? "it is being deleted"
			  : check_final(st->state)               ? "it is finished"
			  : l->index >= job_completions(s)       ? "there is no such index"
			  : completed(l->job, l->index)          ? "the index is completed"
			  : check_index_failed(l->job, l->index) ? "the index has failed"
			  : failed_too_often(c, l)               ? "its index failed too often"
			  : st->failed > s->backoff_limit        ? "more members failed than may"
			  : uncounted(c, m, l)                   ? "its failure is not in status"
								 : NULL;
	if (bad)
		world_fail(c->world, "decide-member",
			   "%s: member %u attempt %u of %s is placed: %s", m->proc->host.name,
			   l->index, l->attempt, l->job_key, bad);
}

/* A job that the leader found may have pods of which nobody has told it: first all agents are
 * heard, or it has waited long enough. */
static void placed_when(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *job = mind_find(m, API_JOB, l->job->meta.ns, l->job->meta.name);
	if (!m->open && job->since_ms <= m->synced_ms && l->job->job.status.attempts)
		world_fail(c->world, "decide-early",
			   "%s places member %u of %s before agents are heard", m->proc->host.name,
			   l->index, l->job_key);
}

/* A gang that has never started is placed whole, in one moment; judged when the moment is over. */
static void gang_over(struct checks *c, struct mind *m, struct mind_job *j)
{
	if (j->group && j->group < j->need)
		world_fail(c->world, "gang", "%s placed %u members of a gang of %u",
			   m->proc->host.name, j->group, j->need);
	j->group = 0;
}

static void placed_gang(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job_spec *s = &l->job->job.spec;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	if (j->group_ms == c->world->clock.now_ms) {
		j->group += j->group ? 1 : 0;
		return;
	}
	bool fresh = !l->job->job.status.start_ms && !l->job->job.status.attempts &&
		     !check_ever_made(c, l->job->meta.uid) && j->group_ms < 0;
	j->group_ms = c->world->clock.now_ms;
	j->group = fresh ? 1 : 0;
	j->need = job_gang(s);
}

void check_gangs_over(struct checks *c, struct mind *m)
{
	for (struct mind_job *j = m->jobs; j; j = j->hh.next) {
		if (j->group && j->group_ms < c->world->clock.now_ms)
			gang_over(c, m, j);
	}
}

static bool asks_no_more(const struct job_spec *a, const struct job_spec *b)
{
	if (a->nterms || b->nterms || a->ports.n || a->claims.n ||
	    *str_or_empty(a->runtime_class) || a->ntolerations != b->ntolerations ||
	    job_gang(a) > job_gang(b) || job_per_node(a) < job_per_node(b) ||
	    !check_same_kvs(&a->node_selector, &b->node_selector))
		return false;
	for (uint32_t i = 0; i < a->requests.n; i++) {
		if (reslist_get(&a->requests, a->requests.v[i].name) >
		    reslist_get(&b->requests, a->requests.v[i].name))
			return false;
	}
	return !a->ntolerations;
}

/* A new job does not start before one of a higher priority that waits for nodes and asks for no
 * more. */
static void placed_in_turn(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *k;
	int64_t now_ms = c->world->clock.now_ms;
	/* While requests go wrong a status is old: its job may be placed for long. */
	if (l->attempt != 1 || l->job->job.status.attempts || conns_rough(c->world->conns))
		return;
	for (k = m->known; k; k = k->hh.next) {
		const struct job *o = &k->v->job;
		if (k->v->kind != API_JOB || o->spec.priority <= l->job->job.spec.priority ||
		    o->status.attempts || o->meta.deleted_ms || o->spec.suspend ||
		    !str_eq(o->status.reason, "Unschedulable") || o->meta.generation > 1 ||
		    check_start_over(c, k->v))
			continue;
		if (o->spec.on_node_loss == LOSS_WAIT &&
		    m->synced_ms > c->world->clock.now_ms - KNOWING_MS)
			continue; /* orders of the previous leader may be under way */
		if (mind_job_of(m, o->meta.uid)->group_ms >= 0)
			continue; /* it has just been placed */
		if (check_own_share(c, m, k->v, l->job))
			continue; /* it stands behind one of its namespace, this one does not */
		/* Each is placed by what is known of its pods. */
		if (asks_no_more(&o->spec, &l->job->job.spec) &&
		    check_admission_known(c, m, k->v, now_ms) &&
		    check_admission_known(c, m, l->job, now_ms))
			world_fail(c->world, "priority", "%s places %s before %s",
				   m->proc->host.name, l->job_key, o->meta.name);
	}
}

void check_placed(struct checks *c, struct mind *m, const struct line *l)
{
	if (!l->job) {
		world_fail(c->world, "decide-member",
			   "%s places a member of %s, which it does not know", m->proc->host.name,
			   l->job_key);
		return;
	}
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "%s/%u/%u", l->job->meta.uid, l->index, l->attempt);
	check_note_changed(c, buf_str(&key));
	check_note_asked(c, l->job->meta.uid, l->index, l->attempt);
	check_note_given(c, l->job->meta.uid, l->index, l->attempt);
	placed_where(c, m, l);
	placed_whether(c, m, l);
	placed_when(c, m, l);
	placed_gang(c, m, l);
	placed_in_turn(c, m, l);
	check_turn(c, m, l);
}
