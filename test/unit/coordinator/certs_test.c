/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates over an API server of the test's own: two Secrets and a ConfigMap, answered at once.
 */
#include "coordinator/certs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "test/lib/check.h"

enum { KEYS_MAX = 8, OBJECTS = 3, DAY_MS = 86400000 };

struct object {
	const char *name;
	bool exists;
	uint64_t rv;
	char *keys[KEYS_MAX], *values[KEYS_MAX];
	uint32_t n, reads, writes;
};

struct world {
	struct object objects[OBJECTS];
	bool asked;
	struct api_request req;
	struct api_sink sink;
	enum rc rc; /* not RC_OK: how the next request for `failing` ends */
	const char *failing;
	struct api_result res;
	struct object *at;
	int64_t now_ms, wall_ms;
	struct log log;
	struct certs_config cfg;
	struct certs *c;
};

static void no_line(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		    size_t n)
{
	(void)self, (void)level, (void)msg, (void)kv, (void)n;
}

static const char *value(const struct object *o, const char *key)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (str_eq(o->keys[i], key))
			return o->values[i];
	}
	return NULL;
}

static void take_out(struct object *o, uint32_t i)
{
	free(o->keys[i]);
	free(o->values[i]);
	o->n--;
	o->keys[i] = o->keys[o->n];
	o->values[i] = o->values[o->n];
}

static void put(struct object *o, const char *key, const char *text)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (str_eq(o->keys[i], key))
			take_out(o, i);
	}
	if (!text)
		return;
	assert_true(o->n < KEYS_MAX);
	o->keys[o->n] = mem_strdup(key);
	o->values[o->n++] = mem_strdup(text);
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct world *w = self;
	assert_false(w->asked);
	w->asked = true;
	w->req = *req;
	w->sink = *sink;
	w->res = (struct api_result){.rc = RC_OK, .reason = "", .message = "words", .rv = ""};
	w->at = NULL;
	for (int i = 0; i < OBJECTS; i++) {
		if (str_eq(w->objects[i].name, req->name))
			w->at = &w->objects[i];
	}
	assert_non_null(w->at);
	if (w->rc != RC_OK && str_eq(w->failing, req->name)) {
		w->res.rc = w->rc;
		return 7;
	}
	if (req->verb == API_GET) {
		w->at->reads++;
		w->res.rc = w->at->exists ? RC_OK : RC_NOTFOUND;
		return 7;
	}
	assert_int_equal(req->verb == API_PATCH, w->at->exists);
	if (req->verb == API_PATCH)
		assert_int_equal(strtoull(req->rv, NULL, 10), w->at->rv);
	for (uint32_t i = 0; i < req->data->data.n; i++)
		put(w->at, req->data->data.v[i].key, req->data->data.v[i].val);
	w->at->exists = true;
	w->at->rv++;
	w->at->writes++;
	return 7;
}

static void cancel(void *self, uint64_t id)
{
	(void)id;
	((struct world *)self)->asked = false;
}

static void serve(struct world *w)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(4096);
	struct kv v[KEYS_MAX];
	w->asked = false;
	for (uint32_t i = 0; i < w->at->n; i++)
		v[i] = (struct kv){w->at->keys[i], w->at->values[i]};
	struct keyed_data d = {.meta = {.rv = arena_printf(&a, "%" PRIu64, w->at->rv)},
			       .data = {v, w->at->n}};
	struct api_object o = {.kind = w->req.kind, .meta = &d.meta, .data = &d};
	struct api_result res = w->res;
	if (res.rc == RC_OK)
		w->sink.on_object(w->sink.self, 7, WATCH_ADDED, &o);
	w->sink.on_done(w->sink.self, 7, &res);
}

/* Until it rests. */
static void settle(struct world *w)
{
	for (int i = 0; i < 40; i++) {
		certs_tick(w->c, w->now_ms, w->wall_ms);
		if (!w->asked)
			return;
		serve(w);
	}
	fail_msg("it never rests");
}

static void later(struct world *w, int64_t ms)
{
	w->now_ms += ms;
	w->wall_ms += ms;
	settle(w);
}

static void start(struct world *w)
{
	struct api api = {w, submit, cancel};
	w->c = certs_new(&w->cfg, &api, &w->log);
	settle(w);
}

static int setup(void **state)
{
	static const char *const names[] = {"muster-coordinator.muster.svc"};
	struct world *w = mem_zalloc(1, sizeof *w);
	w->log = (struct log){.sink = no_line};
	w->wall_ms = 1767225600000;
	w->objects[0].name = "tls";
	w->objects[1].name = "ca-key";
	w->objects[2].name = "bundle";
	w->cfg = (struct certs_config){.namespace = "muster",
				       .secret = "tls",
				       .ca_secret = "ca-key",
				       .configmap = "bundle",
				       .names = names,
				       .nnames = 1,
				       .recheck_ms = 600000};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	certs_free(w->c);
	for (int i = 0; i < OBJECTS; i++) {
		while (w->objects[i].n)
			take_out(&w->objects[i], 0);
	}
	free(w);
	return 0;
}

static bool in_use(struct world *w)
{
	const char *bundle;
	uint64_t version;
	const struct tls_pair *p = certs_pair(w->c, &bundle, &version);
	return p && str_eq(p->cert, value(&w->objects[0], "tls.crt")) &&
	       str_eq(bundle, value(&w->objects[0], "ca.crt"));
}

/* The Secret that everybody reads has no CA key. */
static void the_key_of_a_new_ca(void **state)
{
	struct world *w = *state;
	start(w);
	assert_true(in_use(w));
	assert_non_null(value(&w->objects[1], "ca.key"));
	assert_null(value(&w->objects[0], "ca.key"));
	assert_string_equal(value(&w->objects[0], "ca.secret"), "ca-key");
	assert_non_null(value(&w->objects[2], "ca.crt"));
	/* The next start, and each look, leave the key alone. */
	uint32_t reads = w->objects[1].reads, writes = w->objects[0].writes;
	certs_free(w->c);
	start(w);
	later(w, 700000);
	assert_true(in_use(w));
	assert_int_equal(w->objects[1].reads, reads);
	assert_int_equal(w->objects[0].writes, writes);
}

static void a_renewal_keeps_the_ca(void **state)
{
	struct world *w = *state;
	start(w);
	AUTO(mem_freep) char *cert = mem_strdup(value(&w->objects[0], "tls.crt"));
	AUTO(mem_freep) char *key = mem_strdup(value(&w->objects[1], "ca.key"));
	later(w, (int64_t)61 * DAY_MS);
	assert_true(in_use(w));
	assert_string_not_equal(value(&w->objects[0], "tls.crt"), cert);
	assert_string_equal(value(&w->objects[1], "ca.key"), key);
	assert_int_equal(w->objects[1].writes, 1);
}

/* What an older version has put into the first Secret is moved, under the same CA. */
static void a_key_is_moved(void **state)
{
	struct world *w = *state;
	w->cfg.ca_secret = "";
	start(w);
	AUTO(mem_freep) char *key = mem_strdup(value(&w->objects[0], "ca.key"));
	AUTO(mem_freep) char *ca = mem_strdup(value(&w->objects[0], "ca.crt"));
	assert_non_null(key);
	assert_false(w->objects[1].exists);
	certs_free(w->c);
	w->cfg.ca_secret = "ca-key";
	start(w);
	assert_true(in_use(w));
	assert_null(value(&w->objects[0], "ca.key"));
	assert_string_equal(value(&w->objects[1], "ca.key"), key);
	assert_string_equal(value(&w->objects[0], "ca.crt"), ca);
	/* Somebody puts it back: it is not moved for ever. */
	uint32_t writes = w->objects[0].writes;
	put(&w->objects[0], "ca.key", key);
	w->objects[0].rv++;
	later(w, 700000);
	assert_int_equal(w->objects[0].writes, writes);
}

/* Without the right to the second Secret the certificate that is there is used. */
static void a_key_that_cannot_be_moved(void **state)
{
	struct world *w = *state;
	w->cfg.ca_secret = "";
	start(w);
	certs_free(w->c);
	w->cfg.ca_secret = "ca-key";
	w->failing = "ca-key";
	w->rc = RC_FORBIDDEN;
	start(w);
	assert_true(in_use(w));
	assert_null(certs_missing(w->c));
	assert_non_null(value(&w->objects[0], "ca.key"));
	w->rc = RC_OK;
	later(w, 60000);
	assert_null(value(&w->objects[0], "ca.key"));
}

static void a_lost_key_makes_a_new_ca(void **state)
{
	struct world *w = *state;
	start(w);
	AUTO(mem_freep) char *ca = mem_strdup(value(&w->objects[0], "ca.crt"));
	put(&w->objects[1], "ca.key", NULL);
	w->objects[1].rv++;
	later(w, (int64_t)61 * DAY_MS);
	assert_true(in_use(w));
	assert_non_null(value(&w->objects[1], "ca.key"));
	/* The bundle has both for as long as agents may meet the older certificate. */
	assert_non_null(strstr(value(&w->objects[0], "ca.crt"), ca));
}

/* A Secret of somebody else is never written. */
static void a_certificate_of_others(void **state)
{
	struct world *w = *state;
	start(w);
	put(&w->objects[0], "ca.secret", NULL);
	w->objects[0].rv++;
	uint32_t writes = w->objects[0].writes;
	certs_free(w->c);
	start(w);
	assert_true(in_use(w));
	later(w, (int64_t)100 * DAY_MS);
	assert_int_equal(w->objects[0].writes, writes);
}

int main(void)
{
#define CASE_OF(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE_OF(the_key_of_a_new_ca),
		CASE_OF(a_renewal_keeps_the_ca),
		CASE_OF(a_key_is_moved),
		CASE_OF(a_key_that_cannot_be_moved),
		CASE_OF(a_lost_key_makes_a_new_ca),
		CASE_OF(a_certificate_of_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
