/* SPDX-License-Identifier: Apache-2.0 */
/*   READ_SECRET ──► READ_CA ──► WRITE_CA ──► WRITE_SECRET ──► READ_SECRET (what was written is read
 * back) │ (good)     └──── (it can sign) ───────┘ ▼ READ_BUNDLE ──► WRITE_BUNDLE ──► RESTING ──►
 * READ_SECRET after recheck_ms The Secret that every coordinator reads has no CA key: that is in a
 * Secret of its own (ca_secret), which is read only when a certificate is due. A key that an older
 * version put into the first is moved. An error leaves the step as it is and tries it again with
 * backoff. */
#include "coordinator/certs.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/mem.h"
#include "model/selector.h"
#include "tls/mac.h"

enum { CERTS_MAGIC = 0x63657274 };
enum step {
	STEP_READ_SECRET,
	STEP_READ_CA,
	STEP_WRITE_CA,
	STEP_WRITE_SECRET,
	STEP_READ_BUNDLE,
	STEP_WRITE_BUNDLE,
	STEP_RESTING
};

struct certs {
	uint32_t magic;
	const struct certs_config *cfg;
	struct api api;
	const struct log *log;
	struct rng rng;
	struct backoff backoff;
	enum step step;
	bool busy, found;
	uint64_t op;
	int64_t now_ms, wall_ms, due_ms;
	/* as read from the Secret */
	char *rv, *ca_cert, *ca_key;
	struct tls_pair stored;
	bool own;   /* it says where its CA's key is */
	bool moved; /* since the start: a key that comes back stays where it is */
	/* as read from the CA's Secret */
	bool ca_found;
	char *ca_rv;
	struct tls_pair ca;
	/* to be written */
	struct tls_pair new_ca, new_server;
	/* the ConfigMap */
	char *bundle_rv, *bundle_text;
	bool bundle_found;
	/* in use */
	struct tls_pair pair;
	char *bundle;
	uint64_t version;
	char why[ERR_MSG_MAX];
};

struct certs *certs_new(const struct certs_config *cfg, const struct api *api,
			const struct log *log)
{
	struct certs *c = mem_zalloc(1, sizeof *c);
	c->magic = CERTS_MAGIC;
	c->cfg = cfg;
	c->api = *api;
	c->log = log;
	c->backoff = (struct backoff){.base_ms = 500, .cap_ms = 30000};
	memcpy(c->why, "the TLS Secret was not read yet", sizeof "the TLS Secret was not read yet");
	return c;
}

static void wipe(char *key)
{
	if (key)
		mac_wipe(key, strlen(key));
}

static void forget_read(struct certs *c)
{
	wipe(c->ca_key);
	wipe(c->stored.key);
	char **v[] = {&c->rv, &c->ca_cert, &c->ca_key};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		free(*v[i]);
		*v[i] = NULL;
	}
	tls_pair_done(&c->stored);
	c->found = false;
}

static void forget_ca(struct certs *c)
{
	wipe(c->ca.key);
	tls_pair_done(&c->ca);
	mem_strset(&c->ca_rv, "");
	c->ca_found = false;
}

struct certs *certs_free(struct certs *c)
{
	if (!c)
		return NULL;
	if (c->busy)
		c->api.cancel(c->api.self, c->op);
	forget_read(c);
	forget_ca(c);
	free(c->ca_rv);
	wipe(c->new_ca.key);
	wipe(c->new_server.key);
	wipe(c->pair.key);
	tls_pair_done(&c->new_ca);
	tls_pair_done(&c->new_server);
	tls_pair_done(&c->pair);
	free(c->bundle_rv);
	free(c->bundle_text);
	free(c->bundle);
	c->magic = 0;
	free(c);
	return NULL;
}

static char *copy_of(const struct keyed_data *d, const char *key)
{
	const char *s = kvs_get(&d->data, key);
	return s && *s ? mem_strdup(s) : NULL;
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct certs *c = self;
	(void)id;
	(void)ev;
	must(c->magic == CERTS_MAGIC);
	if (c->step == STEP_READ_SECRET) {
		forget_read(c);
		c->found = true;
		c->rv = mem_strdup(obj->meta->rv);
		c->stored.cert = copy_of(obj->data, "tls.crt");
		c->stored.key = copy_of(obj->data, "tls.key");
		c->ca_cert = copy_of(obj->data, "ca.crt");
		c->ca_key = copy_of(obj->data, "ca.key");
		c->own = kvs_get(&obj->data->data, "ca.secret");
	} else if (c->step == STEP_READ_CA) {
		forget_ca(c);
		c->ca_found = true;
		mem_strset(&c->ca_rv, obj->meta->rv);
		c->ca.cert = copy_of(obj->data, "ca.crt");
		c->ca.key = copy_of(obj->data, "ca.key");
	} else if (c->step == STEP_READ_BUNDLE) {
		c->bundle_found = true;
		mem_strset(&c->bundle_rv, obj->meta->rv);
		mem_strset(&c->bundle_text, kvs_get(&obj->data->data, "ca.crt"));
	}
}

static void note_problem(struct certs *c, const char *what, const char *text)
{
	struct err e;
	err_set(&e, RC_TLS, "%s: %s", what, text);
	/* Logs a problem when it is new, not at each try. */
	if (strcmp(e.msg, c->why) != 0)
		log_warn(c->log, what, KS("error", text));
	memcpy(c->why, e.msg, sizeof c->why);
}

static bool stored_is_good(struct certs *c, struct err *e)
{
	if (!c->stored.cert || !c->stored.key || !c->ca_cert)
		return err_set(e, RC_TLS, "the Secret is empty"), false;
	return tls_check(&c->stored, c->ca_cert, c->cfg->names, c->cfg->nnames, c->wall_ms, e) ==
	       RC_OK;
}

/* A CA signs when a certificate is due, and not before. */
static void forget_keys(struct certs *c)
{
	forget_ca(c);
	wipe(c->ca_key);
	wipe(c->new_ca.key);
	wipe(c->new_server.key);
	tls_pair_done(&c->new_ca);
	tls_pair_done(&c->new_server);
}

static void use(struct certs *c)
{
	if (str_eq(c->pair.cert, c->stored.cert) && str_eq(c->bundle, c->ca_cert))
		return;
	wipe(c->pair.key);
	struct tls_info info = {0};
	tls_pair_done(&c->pair);
	c->pair = c->stored;
	c->stored = (struct tls_pair){0};
	mem_strset(&c->bundle, c->ca_cert);
	c->version++;
	c->why[0] = 0;
	if (tls_inspect(c->pair.cert, &info, NULL) == RC_OK)
		log_info(c->log, "certificate in use", KS("secret", c->cfg->secret),
			 KI("days_left", (info.not_after_ms - c->wall_ms) / 86400000),
			 KS("fingerprint", info.fingerprint));
}

static bool can_sign(const struct certs *c, const struct tls_pair *ca)
{
	return ca->cert && ca->key && tls_check_ca(ca, c->wall_ms, NULL) == RC_OK;
}

/* A new certificate, under the CA that is there if it can still sign. */
static enum rc make_new(struct certs *c, struct err *e)
{
	struct tls_pair older = {.cert = c->ca_cert, .key = c->ca_key};
	const struct tls_pair ca = can_sign(c, &c->ca) ? c->ca : older;
	bool keep = can_sign(c, &ca);
	wipe(c->new_ca.key);
	wipe(c->new_server.key);
	tls_pair_done(&c->new_ca);
	tls_pair_done(&c->new_server);
	if (keep)
		c->new_ca = (struct tls_pair){mem_strdup(ca.cert), mem_strdup(ca.key)};
	enum rc rc = keep ? RC_OK : tls_make_ca("muster", c->wall_ms, &c->new_ca, e);
	if (rc == RC_OK)
		rc = tls_make_server(&c->new_ca, c->cfg->names, c->cfg->nnames, c->wall_ms,
				     &c->new_server, e);
	if (rc == RC_OK)
		log_info(c->log, "certificate made", KS("secret", c->cfg->secret),
			 KS("ca", keep ? "kept" : "new"));
	return rc;
}

static void make_one(struct certs *c)
{
	struct err e = {.msg = ""};
	if (make_new(c, &e) != RC_OK) {
		note_problem(c, "certificate not made", e.msg);
		c->step = STEP_READ_SECRET;
		c->due_ms = c->now_ms + backoff_next(&c->backoff, &c->rng);
		return;
	}
	bool kept = str_eq(c->ca.key, c->new_ca.key);
	c->step = *c->cfg->ca_secret && !kept ? STEP_WRITE_CA : STEP_WRITE_SECRET;
}

static void secret_read(struct certs *c)
{
	struct err e = {.msg = ""};
	bool good = stored_is_good(c, &e);
	/* Somebody else made this certificate, so somebody else renews it. */
	bool foreign = c->stored.cert && !c->ca_key && !c->own;
	bool to_move = *c->cfg->ca_secret && c->ca_key && !c->moved;
	bool due =
		!good || (!foreign && (to_move || tls_needs_renewal(c->stored.cert, c->wall_ms)));
	if (good)
		use(c);
	if (!due) {
		forget_keys(c);
		c->step = STEP_READ_BUNDLE;
		return;
	}
	if (foreign) {
		note_problem(c, "TLS Secret not usable, and its owner must renew it", e.msg);
		c->due_ms = c->now_ms + backoff_next(&c->backoff, &c->rng);
		return;
	}
	if (*c->cfg->ca_secret)
		c->step = STEP_READ_CA;
	else
		make_one(c);
}

static void rest(struct certs *c)
{
	c->step = STEP_RESTING;
	c->due_ms = c->now_ms + c->cfg->recheck_ms;
}

static void step_done(struct certs *c)
{
	backoff_reset(&c->backoff);
	switch (c->step) {
	case STEP_READ_SECRET: secret_read(c); break;
	case STEP_READ_CA: make_one(c); break;
	case STEP_WRITE_CA: c->step = STEP_WRITE_SECRET; break;
	case STEP_WRITE_SECRET:
		c->moved = true;
		c->step = STEP_READ_SECRET;
		break;
	case STEP_READ_BUNDLE: c->step = STEP_WRITE_BUNDLE; break;
	case STEP_WRITE_BUNDLE: rest(c); break;
	case STEP_RESTING: break;
	}
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct certs *c = self;
	bool reading = c->step == STEP_READ_SECRET || c->step == STEP_READ_CA ||
		       c->step == STEP_READ_BUNDLE;
	(void)id;
	must(c->magic == CERTS_MAGIC);
	c->busy = false;
	if (res->rc == RC_OK || (reading && res->rc == RC_NOTFOUND)) {
		step_done(c);
		return;
	}
	/* Another coordinator was faster: read what it wrote. */
	if (res->rc == RC_CONFLICT || res->rc == RC_EXISTS || res->rc == RC_NOTFOUND)
		c->step = STEP_READ_SECRET;
	else
		note_problem(c, "TLS Secret or CA ConfigMap not read or written", res->message);
	c->due_ms = c->now_ms + backoff_next(&c->backoff, &c->rng);
}

static void submit(struct certs *c, const struct api_request *req)
{
	struct api_sink sink = {.self = c, .on_object = on_object, .on_done = on_done};
	c->busy = true;
	c->op = c->api.submit(c->api.self, req, &sink);
}

static void read_object(struct certs *c, enum api_kind kind, const char *name)
{
	struct api_request req = {
		.verb = API_GET, .kind = kind, .ns = c->cfg->namespace, .name = name};
	if (c->step == STEP_READ_SECRET)
		forget_read(c);
	else if (c->step == STEP_READ_CA)
		forget_ca(c);
	else
		c->bundle_found = false;
	submit(c, &req);
}

static void write_object(struct certs *c, enum api_kind kind, const char *name, bool exists,
			 const char *rv, const struct kv *v, uint32_t n)
{
	struct keyed_data data = {.data = {v, n}};
	struct api_request req = {.verb = exists ? API_PATCH : API_CREATE,
				  .kind = kind,
				  .ns = c->cfg->namespace,
				  .name = name,
				  .rv = exists ? rv : NULL,
				  .data = &data};
	submit(c, &req);
}

static void write_secret(struct certs *c)
{
	AUTO(buf_done) struct buf bundle = BUF_INIT(TLS_PEM_MAX);
	struct err e;
	/* The old CA stays in the bundle for coordinators that still use its certificates. */
	if (tls_bundle(c->new_ca.cert, c->ca_cert, c->wall_ms, &bundle, &e) != RC_OK) {
		note_problem(c, "CA bundle not made", e.msg);
		rest(c);
		return;
	}
	bool apart = *c->cfg->ca_secret;
	const struct kv v[] = {
		{"tls.crt", c->new_server.cert},
		{"tls.key", c->new_server.key},
		{"ca.crt", buf_str(&bundle)},
		{apart ? "ca.secret" : "ca.key", apart ? c->cfg->ca_secret : c->new_ca.key},
		{"ca.key", NULL}};
	/* A key of an older version is taken away; there is none in a new Secret. */
	uint32_t n = apart && c->found ? ARRAY_LEN(v) : ARRAY_LEN(v) - 1;
	write_object(c, API_SECRET, c->cfg->secret, c->found, c->rv, v, n);
}

static void write_ca(struct certs *c)
{
	const struct kv v[] = {{"ca.crt", c->new_ca.cert}, {"ca.key", c->new_ca.key}};
	write_object(c, API_SECRET, c->cfg->ca_secret, c->ca_found, c->ca_rv, v, ARRAY_LEN(v));
}

static void write_bundle(struct certs *c)
{
	AUTO(buf_done) struct buf bundle = BUF_INIT(TLS_PEM_MAX);
	const char *have = c->bundle_found ? c->bundle_text : NULL;
	struct err e;
	if (tls_bundle(c->bundle, have, c->wall_ms, &bundle, &e) != RC_OK) {
		note_problem(c, "CA bundle not made", e.msg);
		rest(c);
		return;
	}
	if (str_eq(have, buf_str(&bundle))) {
		rest(c);
		return;
	}
	log_info(c->log, "CA published", KS("configmap", c->cfg->configmap));
	const struct kv v[] = {{"ca.crt", buf_str(&bundle)}};
	write_object(c, API_CONFIGMAP, c->cfg->configmap, c->bundle_found, c->bundle_rv, v, 1);
}

static void run(struct certs *c)
{
	switch (c->step) {
	case STEP_RESTING: c->step = STEP_READ_SECRET; break;
	case STEP_READ_SECRET: read_object(c, API_SECRET, c->cfg->secret); break;
	case STEP_READ_CA: read_object(c, API_SECRET, c->cfg->ca_secret); break;
	case STEP_WRITE_CA: write_ca(c); break;
	case STEP_WRITE_SECRET: write_secret(c); break;
	case STEP_READ_BUNDLE: read_object(c, API_CONFIGMAP, c->cfg->configmap); break;
	case STEP_WRITE_BUNDLE: write_bundle(c); break;
	}
}

void certs_tick(struct certs *c, int64_t now_ms, int64_t wall_ms)
{
	c->now_ms = now_ms;
	c->wall_ms = wall_ms;
	while (!c->busy && now_ms >= c->due_ms)
		run(c);
}

int64_t certs_deadline(const struct certs *c)
{
	return c->busy ? INT64_MAX : c->due_ms;
}

const struct tls_pair *certs_pair(const struct certs *c, const char **ret_bundle,
				  uint64_t *ret_version)
{
	*ret_bundle = c->bundle;
	*ret_version = c->version;
	return c->version ? &c->pair : NULL;
}

const char *certs_missing(const struct certs *c)
{
	return c->version ? NULL : c->why;
}
