/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <string.h>

#include "base/mem.h"
#include "os/clock.h"

static void on_request(void *self, const char *method, const char *code, int64_t took_ms)
{
	struct rig *r = self;
	must(took_ms >= 0);
	r->nrequests++;
	if (r->requests.len < TEXT_MAX / 2)
		buf_printf(&r->requests, "%s%s %s", r->requests.len ? ", " : "", method, code);
}

static void on_log(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		   size_t n)
{
	struct rig *r = self;
	(void)level;
	(void)kv;
	(void)n;
	buf_printf(&r->logged, "%s\n", msg);
}

void rig_open(struct rig *r, const char *kubeconfig)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	struct kube_config cfg;
	struct err e;
	static struct kube_options opts = {.default_image = "default/image:1",
					   .user_agent = "muster-test"};
	opts.self = r;
	opts.on_request = on_request;
	buf_printf(&path, "%s/kubeconfig", r->dir);
	r->requests = BUF_INIT(TEXT_MAX);
	r->logged = BUF_INIT(TEXT_MAX);
	r->log = (struct log){.min = LOG_DEBUG, .self = r, .sink = on_log};
	must(loop_new(&r->loop, &e) == RC_OK);
	must(kube_config_load(kubeconfig ? kubeconfig : buf_str(&path), &cfg, &e) == RC_OK);
	must(kube_new(r->loop, &cfg, &opts, &r->log, &r->kube, &e) == RC_OK);
	r->api = kube_api(r->kube);
	r->lease = kube_lease_api(r->kube);
}

void rig_close(struct rig *r)
{
	r->kube = kube_free(r->kube);
	r->loop = loop_free(r->loop);
	buf_done(&r->requests);
	buf_done(&r->logged);
}

void answer_done(struct answer *a)
{
	buf_done(&a->names);
	buf_done(&a->reason);
	buf_done(&a->message);
	buf_done(&a->rv);
	buf_done(&a->cont);
	buf_done(&a->uid);
	buf_done(&a->object_rv);
	buf_done(&a->causes);
}

static void keep(struct buf *b, const char *s)
{
	b->max = TEXT_MAX;
	buf_reset(b);
	buf_puts(b, str_or_empty(s));
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	static const char *const events[] = {"ADDED", "MODIFIED", "DELETED"};
	struct answer *a = self;
	must(id && !a->done);
	a->id = id;
	if (ev == WATCH_BOOKMARK) {
		a->bookmarks++;
		keep(&a->rv, obj->meta->rv);
	} else {
		a->objects++;
		a->names.max = 256 * 1024;
		buf_printf(&a->names, "%s%s%s%s", a->names.len ? ", " : "",
			   a->list ? "" : events[ev], a->list ? "" : " ", obj->meta->name);
		keep(&a->uid, obj->meta->uid);
		keep(&a->object_rv, obj->meta->rv);
		if (a->look)
			a->look(obj);
	}
	if (a->act)
		a->act(a, a->act_self);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct answer *a = self;
	must(!a->done && (!a->id || a->id == id));
	must(res->message && res->reason && res->rv && res->cont);
	a->done = true;
	a->rc = res->rc;
	a->http = res->http;
	a->retry_after_ms = res->retry_after_ms;
	keep(&a->reason, res->reason);
	keep(&a->message, res->message);
	keep(&a->rv, res->rv);
	keep(&a->cont, res->cont);
	a->causes.max = TEXT_MAX;
	for (uint32_t i = 0; i < res->causes.n; i++)
		buf_printf(&a->causes, "%s%s", i ? ", " : "", res->causes.v[i]);
	if (a->act)
		a->act(a, a->act_self);
}

void rig_submit(const struct api *api, const struct api_request *req, struct answer *a)
{
	struct api_sink sink = {.self = a, .on_object = on_object, .on_done = on_done};
	a->list = req->verb == API_LIST;
	a->id = api->submit(api->self, req, &sink);
	must(a->id);
}

void rig_turn(struct rig *r, int64_t wait_ms)
{
	loop_wait(r->loop, clock_mono_ms() + wait_ms);
	loop_run(r->loop);
}

bool rig_until(struct rig *r, const bool *flag)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;
	while (!*flag && clock_mono_ms() < end)
		rig_turn(r, 1000);
	return *flag;
}

void rig_ask(struct rig *r, const struct api_request *req, struct answer *a)
{
	rig_submit(&r->api, req, a);
	must(rig_until(r, &a->done));
}
