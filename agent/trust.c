/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/trust.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/selector.h"
#include "os/file.h"

/* Without a CA nothing goes on, so it is asked for often; with one, asking is a guess. */
enum { FIRST_RETRY_MS = 1000, AGAIN_MS = 10000, BUNDLE_BYTES_MAX = 256 * 1024 };

static const char KEY[] = "ca.crt";

void trust_init(struct trust *t, const struct trust_config *cfg, const struct api *api,
		const struct log *log, uint64_t seed)
{
	*t = (struct trust){.cfg = *cfg, .api = *api, .log = log, .rng = {seed}};
	t->bundle = mem_strdup("");
}

void trust_done(struct trust *t)
{
	if (t->op)
		t->api.cancel(t->api.self, t->op);
	free(t->bundle);
}

bool trust_has_bundle(const struct trust *t)
{
	return t->bundle[0] != '\0';
}

static const char *source(const struct trust *t)
{
	return t->cfg.file[0] ? t->cfg.file : t->cfg.configmap;
}

static void take(struct trust *t, const char *pem)
{
	t->failing = false;
	if (str_eq(t->bundle, pem))
		return;
	log_info(t->log, trust_has_bundle(t) ? "CA changed" : "CA read", KS("from", source(t)));
	mem_strset(&t->bundle, pem);
	t->cfg.on_bundle(t->cfg.self, t->bundle);
}

static void tell_failure(struct trust *t, const char *why)
{
	if (!t->failing)
		log_warn(t->log, "CA not read, trying again", KS("from", source(t)),
			 KS("error", why));
	t->failing = true;
}

/* Half to all of it, so that a whole cluster's agents do not ask at once. */
static void rest(struct trust *t)
{
	int64_t ms = trust_has_bundle(t) ? AGAIN_MS : FIRST_RETRY_MS;
	t->next_ms = t->now_ms + ms / 2 + (int64_t)rng_below(&t->rng, (uint64_t)ms / 2);
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct trust *t = self;
	const char *pem = kvs_get(&obj->data->data, KEY);
	(void)id;
	(void)ev;
	t->found = true;
	if (str_or_empty(pem)[0] != '\0')
		take(t, pem);
	else
		tell_failure(t, "the ConfigMap has no key ca.crt yet");
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct trust *t = self;
	must(id == t->op);
	t->op = 0;
	if (!t->found)
		tell_failure(t, res->message);
	rest(t);
	if (t->next_ms < t->now_ms + res->retry_after_ms)
		t->next_ms = t->now_ms + res->retry_after_ms;
}

static void read_file(struct trust *t)
{
	AUTO(buf_done) struct buf b = BUF_INIT(BUNDLE_BYTES_MAX);
	struct err e = {0};
	if (file_read(t->cfg.file, &b, &e) == RC_OK)
		take(t, buf_str(&b));
	else
		tell_failure(t, e.msg);
	rest(t);
}

static void read_configmap(struct trust *t)
{
	struct api_request req = {
		.verb = API_GET, .kind = API_CONFIGMAP, .ns = t->cfg.ns, .name = t->cfg.configmap};
	struct api_sink sink = {t, on_object, on_done};
	t->found = false;
	t->op = t->api.submit(t->api.self, &req, &sink);
}

void trust_now(struct trust *t, int64_t now_ms)
{
	t->now_ms = now_ms;
}

void trust_tick(struct trust *t, int64_t now_ms, bool connected)
{
	t->now_ms = now_ms;
	if (trust_deadline(t, connected) > now_ms)
		return;
	if (t->cfg.file[0])
		read_file(t);
	else
		read_configmap(t);
}

int64_t trust_deadline(const struct trust *t, bool connected)
{
	if (t->op || (connected && trust_has_bundle(t)))
		return INT64_MAX;
	return t->next_ms;
}
