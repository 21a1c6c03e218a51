/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server may be asked for: every write is paid by something that happened to its
 *object. Looked at when all is quiet, in runs in which no request went astray (what did is asked
 *again).
 *
 *	create of a pod      1 for each attempt, leadership and process that asks for it
 *	delete of a pod      1 for each pod and leadership, and one more a minute while it is there
 *	status of a job      2 + 2 x spec changes + 1 x changes of claims, volumes and classes, if
 *its pods need such + 3 x its pods (born, started, ended) + 2 x leaderships + 1 for each minute of
 *its life (why it waits, said anew); and none that changes nothing status of a          2 + 2 x
 *(changes of Node or its own spec) + 2 x sessions of its agent + ComputeNode        1 for each half
 *minute in which a member came or went; none in vain apply of one         1 + 2 x (changes of Node
 *or its own spec) + 1 x leaderships delete of a job      1 for each leadership, and one more each
 *half minute delete of one        1 for each leadership
 *
 * What fails for a while is asked again, ever more rarely. So what a dead webhook or a refused
 * status touched is not judged: the pod, the status of its job and that of its node; the status
 * that was refused.
 */

#include "test/sim/checks/budget.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/world/needed.h"

enum { KEY_BYTES = 256, MINUTE_MS = 60000, HALF_MS = 30000 };

struct account {
	UT_hash_handle hh;
	char *key;
	uint32_t spent, paid, per_lead;
	int64_t since_ms, every_ms; /* one more is paid each so often; 0: not */
	int64_t numbers_ms;         /* when the last member's coming or going was paid */
	bool per_change;            /* one for each change of what admission does */
	bool failed;                /* a write failed for a while: it is not judged */
};

struct budget {
	struct cluster *cluster;
	struct account *all;
	uint64_t epoch;
	uint32_t leads;
	uint32_t admission_changes;
};

struct budget *budget_new(struct cluster *cl)
{
	struct budget *b = mem_zalloc(1, sizeof *b);
	b->cluster = cl;
	return b;
}

struct budget *budget_free(struct budget *b)
{
	struct account *a, *tmp;
	HASH_ITER (hh, b->all, a, tmp) {
		HASH_DEL(b->all, a);
		free(a->key);
		free(a);
	}
	free(b);
	return NULL;
}

static struct account *account(struct budget *b, const char *what, const char *whose)
{
	AUTO(buf_done) struct buf key = BUF_INIT(KEY_BYTES);
	struct account *a;
	buf_printf(&key, "%s of %s", what, whose);
	HASH_FIND_STR(b->all, buf_str(&key), a);
	if (a)
		return a;
	a = mem_zalloc(1, sizeof *a);
	a->key = buf_steal(&key);
	a->since_ms = b->cluster->world.clock.now_ms;
	HASH_ADD_KEYPTR(hh, b->all, a->key, strlen(a->key), a);
	return a;
}

/* ---- what happens ---- */

static struct account *job_status(struct budget *b, const char *uid)
{
	struct account *a = account(b, "job status", uid);
	a->per_lead = 2;
	a->every_ms = MINUTE_MS;
	return a;
}

static void pod_changed(struct budget *b, const struct change *ch)
{
	const struct version *v = ch->now, *was = ch->prev;
	if (!*str_or_empty(v->meta.owner_uid))
		return;
	bool born = ch->ev == WATCH_ADDED, gone = ch->ev == WATCH_DELETED;
	bool ended = !gone && was && pod_ended(v) && !pod_ended(was);
	bool started = !gone && was && v->pod.ready && !was->pod.ready;

	job_status(b, v->meta.owner_uid)->paid += (uint32_t)(born + started + ended + gone);
	struct account *n = account(b, "ComputeNode status", v->pod.node);
	if ((born || ended || gone) && b->cluster->world.clock.now_ms >= n->numbers_ms + HALF_MS) {
		n->numbers_ms = b->cluster->world.clock.now_ms;
		n->paid += 2; /* now, and what comes in the half minute after */
	}
}

static bool claim_concerns(const struct store *st, const char *claim, const struct version *v)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct version *c = needed_claim(st, claim);
	if (v->kind == API_CLAIM) {
		buf_printf(&key, "%s/%s", v->meta.ns, v->meta.name);
		return str_eq(buf_str(&key), claim);
	}
	if (!c)
		return false;
	if (v->kind == API_STORAGE_CLASS)
		return str_eq(c->needed.storage_class, v->meta.name);
	return str_eq(c->needed.volume, v->meta.name) ||
	       str_eq(c->needed.storage_class, v->needed.storage_class);
}

/* What the object says decides where the job's members may go. */
static bool concerns(const struct store *st, const struct job_spec *s, const struct version *v)
{
	if (v->kind == API_RUNTIME_CLASS)
		return str_eq(s->runtime_class, v->meta.name);
	for (uint32_t i = 0; i < s->claims.n; i++) {
		if (claim_concerns(st, s->claims.v[i], v))
			return true;
	}
	return false;
}

/* A claim, a volume, a class: jobs that need it may say something else from now on. */
static void needed_changed(struct budget *b, const struct version *v)
{
	const struct store *st = &b->cluster->world.server.store;
	const struct shelf *sh = &st->shelf[API_JOB];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (concerns(st, &sh->v[i]->job.spec, v))
			job_status(b, sh->v[i]->meta.uid)->paid++;
	}
}

static void node_changed(struct budget *b, const struct change *ch, bool spec)
{
	if (!spec)
		return;
	account(b, "ComputeNode status", ch->now->meta.name)->paid += 2;
	account(b, "ComputeNode apply", ch->now->meta.name)->paid += 2;
}

/* Once for each namespace and shape, as long as a job has it, and leader; while a job waits once a
 * minute at most; and when the answer about any shape has changed. */
static struct account *dry_run(struct budget *b, const char *ns, const char *template_hash)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "%s/%s", ns, template_hash);
	struct account *a = account(b, "dry run", buf_str(&key));
	a->per_lead = 1;
	a->every_ms = MINUTE_MS;
	a->per_change = true;
	return a;
}

void budget_change(struct budget *b, const struct change *ch)
{
	const struct version *v = ch->now;
	bool first = ch->ev == WATCH_ADDED || !ch->prev;
	bool spec =
		first || ch->ev == WATCH_DELETED || ch->prev->meta.generation != v->meta.generation;
	if (v->kind == API_JOB && spec) {
		job_status(b, v->meta.uid)->paid += first ? 4 : 2;
		dry_run(b, v->meta.ns, v->job.spec.template_hash)->paid++;
	} else if (v->kind == API_POD)
		pod_changed(b, ch);
	else if (v->kind == API_NODE)
		node_changed(b, ch, true);
	else if (v->kind == API_COMPUTE_NODE)
		node_changed(b, ch, spec || !first);
	else if (v->kind >= API_RUNTIME_CLASS)
		needed_changed(b, v);
}

/* ---- what is asked ---- */

static void asked_pod(struct budget *b, const char *who, const struct api_request *req)
{
	AUTO(buf_done) struct buf whose = BUF_INIT(KEY_BYTES);
	const struct proc *p = cluster_proc(b->cluster, who);
	buf_printf(&whose, "%s by %s#%u", req->pod_create->name, who, p ? p->host.incarnation : 0);
	struct account *a = account(b, "create", buf_str(&whose));
	/* A rival has the same name. */
	const struct machine *m =
		p && p->host.node ? cluster_machine(b->cluster, p->host.node) : NULL;
	a->paid = m && m->rival.host.incarnation ? 1 : 0;
	a->per_lead = 1; /* a number that no status held is given again */
	a->spent++;
	if (b->cluster->world.server.webhook_dead) {
		a->failed = true;
		job_status(b, req->pod_create->job_uid)->failed = true;
		/* The order takes room there although no pod is born. */
		account(b, "ComputeNode status", req->pod_create->node)->failed = true;
	}
}

static void asked_job_status(struct budget *b, const struct api_request *req)
{
	const struct server *s = &b->cluster->world.server;
	const struct version *v = store_find(&s->store, API_JOB, req->ns, req->name);
	if (!v)
		return;
	struct account *a = job_status(b, v->meta.uid);
	a->spent++;
	a->failed |= s->status_refused && str_eq(s->status_refused, req->name);
}

static void asked_delete(struct budget *b, const struct api_request *req)
{
	struct account *a = account(b, "delete", str_or_empty(req->uid));
	a->per_lead = 1;
	a->every_ms = req->kind == API_POD ? MINUTE_MS : req->kind == API_JOB ? HALF_MS : 0;
	a->spent++;
}

void budget_admission_changed(struct budget *b)
{
	b->admission_changes++;
}

void budget_held(struct budget *b, const char *job_uid)
{
	job_status(b, job_uid)->paid++;
}

void budget_request(struct budget *b, const char *who, const struct api_request *req)
{
	if (req->dry_run) {
		dry_run(b, req->ns, req->pod_create->template_hash)->spent++;
	} else if (req->verb == API_CREATE && req->kind == API_POD) {
		asked_pod(b, who, req);
	} else if (req->verb == API_DELETE) {
		asked_delete(b, req);
	} else if (req->verb == API_APPLY && req->kind == API_COMPUTE_NODE) {
		struct account *a = account(b, "ComputeNode apply", req->name);
		a->per_lead = 2;
		a->spent++;
	} else if (req->verb == API_PATCH_STATUS && req->kind == API_COMPUTE_NODE) {
		struct account *a = account(b, "ComputeNode status", req->name);
		a->per_lead = 2;
		a->spent++;
	} else if (req->verb == API_PATCH_STATUS && req->kind == API_JOB) {
		asked_job_status(b, req);
	}
}

/* A session began or a leader did: nodes say so. */
void budget_message(struct budget *b, const struct proc *to, const struct msg *msg)
{
	if (msg->type != MSG_WELCOME || to->kind != PROC_AGENT)
		return;
	account(b, "ComputeNode status", to->host.node)->paid += 2;
	if (msg->welcome.epoch > b->epoch) {
		b->epoch = msg->welcome.epoch;
		b->leads++;
	}
}

/* ---- the reckoning ---- */

static uint32_t allowed(const struct budget *b, const struct account *a)
{
	int64_t age = b->cluster->world.clock.now_ms - a->since_ms;
	uint32_t leads = b->leads ? b->leads : 1;
	return a->paid + a->per_lead * leads + (a->per_change ? b->admission_changes : 0) +
	       (a->every_ms ? (uint32_t)(age / a->every_ms) : 0);
}

void budget_quiet(struct budget *b)
{
	if (conns_rough(b->cluster->world.conns))
		return;
	for (const struct account *a = b->all; a; a = a->hh.next) {
		if (!a->failed && a->spent > allowed(b, a))
			world_fail(&b->cluster->world, "budget", "%s: %u writes, %u are paid for",
				   a->key, a->spent, allowed(b, a));
	}
	if (b->cluster->world.server.writes_in_vain > b->leads)
		world_fail(&b->cluster->world, "budget",
			   "%" PRIu64 " status writes changed nothing",
			   b->cluster->world.server.writes_in_vain);
}
