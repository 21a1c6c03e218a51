/* SPDX-License-Identifier: Apache-2.0 */
/*   READ ──► WRITE (the keys, the epoch) ──► RESTING ──► READ after RECHECK_MS
 *     └──────── nothing has to be written ──────┘
 * An error leaves the step as it is and tries it again with backoff; a conflict reads again. */
#include "coordinator/proofs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/mem.h"
#include "model/selector.h"

enum {
	PROOFS_MAGIC = 0x70726f66,
	RECHECK_MS = 10 * 1000,
	ROTATE_S = 90 * 86400,
	/* As long as orders of the leader before may be carried out (protocol.md: An order is a
	 * lease). */
	OLD_ORDERS_S = 30,
};

enum proofs_step { PROOFS_OFF, PROOFS_READ, PROOFS_WRITE, PROOFS_RESTING };

struct proofs {
	uint32_t magic;
	const struct proofs_config *cfg;
	struct api api;
	const struct log *log;
	struct proof_ring *ring;
	struct rng rng;
	struct backoff backoff;
	enum proofs_step step;
	bool ready, busy, found;
	uint64_t op, epoch, stored_epoch;
	int64_t old_until_s; /* a pod that was created before is old */
	int64_t now_ms, wall_ms, due_ms;
	int64_t ahead_s; /* so far the API server's clock, which dates pods, is ahead of ours */
	char *rv;
	char *holder, *holder_before; /* of the Lease: this leadership, and the one before */
	bool signed_last;             /* one of both is the holder that the Secret names */
	char why[ERR_MSG_MAX];
};

static void say(struct proofs *p, const char *text)
{
	struct err e;
	err_set(&e, RC_IO, "the keys of the orders, Secret %s: %s", p->cfg->secret, text);
	if (strcmp(e.msg, p->why) != 0)
		log_warn(p->log, "keys of orders not read or written", KS("secret", p->cfg->secret),
			 KS("error", text));
	memcpy(p->why, e.msg, sizeof p->why);
}

struct proofs *proofs_new(const struct proofs_config *cfg, const struct api *api,
			  const struct log *log)
{
	struct proofs *p = mem_zalloc(1, sizeof *p);
	p->magic = PROOFS_MAGIC;
	p->cfg = cfg;
	p->api = *api;
	p->log = log;
	p->ring = proof_ring_new();
	p->backoff = (struct backoff){.base_ms = 500, .cap_ms = 10000};
	return p;
}

void proofs_unlead(struct proofs *p)
{
	if (p->busy)
		p->api.cancel(p->api.self, p->op);
	p->busy = p->ready = false;
	p->step = PROOFS_OFF;
	proof_ring_free(p->ring);
	p->ring = proof_ring_new();
}

struct proofs *proofs_free(struct proofs *p)
{
	if (!p)
		return NULL;
	proofs_unlead(p);
	proof_ring_free(p->ring);
	free(p->rv);
	free(p->holder);
	free(p->holder_before);
	p->magic = 0;
	free(p);
	return NULL;
}

/* "UID N": the Nth change of the holder of one Lease. */
static void set_holder(char **holder, const char *lease_uid, int64_t transitions)
{
	AUTO(buf_done) struct buf b = BUF_INIT(UID_MAX + 32);
	buf_printf(&b, "%s %" PRId64, lease_uid, transitions);
	mem_strset(holder, buf_str(&b));
}

void proofs_lead(struct proofs *p, uint64_t epoch, const char *lease_uid, int64_t transitions)
{
	must(p->step == PROOFS_OFF);
	p->epoch = epoch;
	set_holder(&p->holder, lease_uid, transitions);
	set_holder(&p->holder_before, lease_uid, transitions - 1);
	p->stored_epoch = 0;
	p->signed_last = false;
	p->old_until_s = 0;
	p->rng.s = epoch;
	p->step = PROOFS_READ;
	p->due_ms = 0;
	backoff_reset(&p->backoff);
	static const char not_yet[] = "the keys of the orders were not read yet";
	memcpy(p->why, not_yet, sizeof not_yet);
}

/* What the API server's clock shows, as far as is known. */
static int64_t server_now_s(const struct proofs *p)
{
	return p->wall_ms / 1000 + p->ahead_s;
}

/* ---- what was read ---- */

/* A decimal number, or 0. */
static int64_t number(const struct keyed_data *d, const char *key)
{
	const char *s = str_or_empty(kvs_get(&d->data, key));
	int64_t n = 0;
	if (strlen(s) > 18)
		return 0;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return *s ? 0 : n;
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct proofs *p = self;
	struct err e = {.msg = ""};
	(void)id;
	(void)ev;
	must(p->magic == PROOFS_MAGIC);
	if (p->step != PROOFS_READ)
		return;
	mem_strset(&p->rv, obj->meta->rv);
	const char *keys = kvs_get(&obj->data->data, "keys");
	p->found = proof_ring_parse(p->ring, keys, &e) == RC_OK;
	if (!p->found && *str_or_empty(keys))
		log_error(p->log, "keys of orders not usable", KS("secret", p->cfg->secret),
			  KS("error", e.msg));
	if (!p->found && p->ready)
		return;
	p->stored_epoch = (uint64_t)number(obj->data, "epoch");
	p->old_until_s = number(obj->data, "unsigned-before");
	const char *last = str_or_empty(kvs_get(&obj->data->data, "holder"));
	p->signed_last = str_eq(last, p->holder) || str_eq(last, p->holder_before);
}

/* A key that was lost proves nothing any more: what it signed is old from now on, like what was
 * never signed. */
static void make_key(struct proofs *p)
{
	proof_ring_make(p->ring, p->cfg->random, p->wall_ms / 1000);
	log_info(p->log, "key of orders made", KS("secret", p->cfg->secret),
		 KI("keys", proof_ring_count(p->ring)));
}

/* Orders were given meanwhile, or pods made, by somebody who signs nothing. */
static void forgive(struct proofs *p, const char *why)
{
	p->old_until_s = server_now_s(p) + OLD_ORDERS_S;
	log_warn(p->log, "pods without a proof may be members", KS("why", why),
		 KI("created_before_s", p->old_until_s));
}

/* True: the Secret has to be written. */
static bool settle_keys(struct proofs *p)
{
	bool fresh = !p->found;
	if (!fresh && p->ready && p->stored_epoch != p->epoch)
		return false; /* another leader's by now */
	if (fresh && p->ready) {
		log_warn(p->log, "keys of orders were lost, and are written again",
			 KS("secret", p->cfg->secret));
	} else if (fresh) {
		proof_ring_free(p->ring);
		p->ring = proof_ring_new();
		make_key(p);
		forgive(p, "there was no key");
	} else if (p->stored_epoch != p->epoch && !p->signed_last) {
		forgive(p, "a coordinator that signs nothing has led");
	}
	bool aged = p->wall_ms / 1000 - proof_ring_newest_s(p->ring) > ROTATE_S;
	if (aged)
		make_key(p);
	return fresh || aged || p->stored_epoch != p->epoch;
}

/* ---- requests ---- */

static void rest(struct proofs *p)
{
	p->step = PROOFS_RESTING;
	p->due_ms = p->now_ms + RECHECK_MS;
	if (p->ready)
		return;
	p->ready = true;
	p->why[0] = 0;
	p->cfg->on_ready(p->cfg->self);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct proofs *p = self;
	(void)id;
	must(p->magic == PROOFS_MAGIC);
	p->busy = false;
	if (res->server_s)
		p->ahead_s = res->server_s - p->wall_ms / 1000;
	bool missing = p->step == PROOFS_READ && res->rc == RC_NOTFOUND;
	if (res->rc == RC_OK || missing) {
		backoff_reset(&p->backoff);
		if (p->step == PROOFS_READ && settle_keys(p))
			p->step = PROOFS_WRITE;
		else
			rest(p);
		return;
	}
	if (res->rc == RC_CONFLICT || res->rc == RC_EXISTS || res->rc == RC_NOTFOUND)
		p->step = PROOFS_READ;
	else
		say(p, res->message);
	p->due_ms = p->now_ms + backoff_next(&p->backoff, &p->rng);
}

static void submit(struct proofs *p, const struct api_request *req)
{
	struct api_sink sink = {.self = p, .on_object = on_object, .on_done = on_done};
	p->busy = true;
	p->op = p->api.submit(p->api.self, req, &sink);
}

static void read_keys(struct proofs *p)
{
	struct api_request req = {.verb = API_GET,
				  .kind = API_SECRET,
				  .ns = p->cfg->namespace,
				  .name = p->cfg->secret};
	p->found = false;
	mem_strset(&p->rv, "");
	submit(p, &req);
}

static void write_keys(struct proofs *p)
{
	AUTO(buf_done) struct buf keys = BUF_INIT(PROOF_RING_TEXT_MAX);
	AUTO(buf_done) struct buf epoch = BUF_INIT(32), before = BUF_INIT(32);
	proof_ring_format(p->ring, &keys);
	buf_printf(&epoch, "%" PRIu64, p->epoch);
	buf_printf(&before, "%" PRId64, p->old_until_s);
	const struct kv v[] = {{"keys", buf_str(&keys)},
			       {"epoch", buf_str(&epoch)},
			       {"unsigned-before", buf_str(&before)},
			       {"holder", p->holder}};
	struct keyed_data data = {.data = {v, ARRAY_LEN(v)}};
	bool exists = *p->rv;
	struct api_request req = {.verb = exists ? API_PATCH : API_CREATE,
				  .kind = API_SECRET,
				  .ns = p->cfg->namespace,
				  .name = p->cfg->secret,
				  .rv = exists ? p->rv : NULL,
				  .data = &data};
	submit(p, &req);
}

void proofs_now(struct proofs *p, int64_t now_ms, int64_t wall_ms)
{
	p->now_ms = now_ms;
	p->wall_ms = wall_ms;
}

void proofs_tick(struct proofs *p)
{
	if (p->busy || p->now_ms < p->due_ms)
		return;
	if (p->step == PROOFS_RESTING)
		p->step = PROOFS_READ;
	if (p->step == PROOFS_READ)
		read_keys(p);
	else if (p->step == PROOFS_WRITE)
		write_keys(p);
}

int64_t proofs_deadline(const struct proofs *p)
{
	return p->busy || p->step == PROOFS_OFF ? INT64_MAX : p->due_ms;
}

const char *proofs_missing(const struct proofs *p)
{
	return p->ready ? NULL : p->why;
}

bool proofs_old_pods_come(const struct proofs *p)
{
	return server_now_s(p) < p->old_until_s;
}

/* ---- proofs ---- */

void proofs_sign_order(struct proofs *p, const char *node, const struct order *o,
		       char ret[PROOF_TEXT_BYTES])
{
	const struct proof_claim claim = {.ns = o->ns,
					  .pod = o->pod,
					  .job_uid = o->job_uid,
					  .node = node,
					  .template_hash = o->template_hash,
					  .index = o->index,
					  .attempt = o->attempt};
	proof_sign(p->ring, &claim, ret);
}

void proofs_sign_create(struct proofs *p, const struct pod_create *c, char ret[PROOF_TEXT_BYTES])
{
	const struct proof_claim claim = {.ns = c->ns,
					  .pod = c->name,
					  .job_uid = c->job_uid,
					  .node = c->node,
					  .template_hash = c->template_hash,
					  .index = c->index,
					  .attempt = c->attempt};
	proof_sign(p->ring, &claim, ret);
}

/* Of what an agent tells nobody knows when it was created: it is believed as long as orders of the
 * leader before may be carried out. */
static bool old(const struct proofs *p, const struct member *m)
{
	int64_t made_s = m->created_ms ? m->created_ms / 1000 : server_now_s(p);
	return made_s < p->old_until_s;
}

enum member_proof proofs_check(const struct proofs *p, const char *node, const struct member *m)
{
	const struct proof_claim claim = {.ns = m->ns,
					  .pod = m->pod,
					  .job_uid = m->job_uid,
					  .node = node,
					  .template_hash = m->template_hash,
					  .index = m->index,
					  .attempt = m->attempt};
	enum member_proof proof = proof_check(p->ring, &claim, m->proof);
	return proof == PROOF_NONE && old(p, m) ? PROOF_OLD : proof;
}
