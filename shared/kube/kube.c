/* SPDX-License-Identifier: Apache-2.0 */
/* Operations over HTTP. An operation lives until its on_done or its cancel; both may happen inside
 * of one of its own callbacks, so it is freed only when no callback of it is on the stack. */
#include "kube/kube.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "kube/decode.h"
#include "kube/encode.h"
#include "kube/path.h"
#include "kube/split.h"
#include "net/http.h"

enum {
	INFLIGHT_MAX = 100,
	BODY_MAX = SPLIT_ITEM_MAX,
	DEFAULT_DEADLINE_MS = 10000,
	LIST_DEADLINE_MS = 30000,
	SILENT_MS = 60000,
	KUBE_MAGIC = 0x6b756265,
};

struct channel { /* one of the two HTTP clients as a struct api */
	struct kube *kube;
	struct http_client *http;
};

struct kube {
	uint32_t magic;
	struct loop *loop;
	struct kube_config cfg;
	struct kube_options opts;
	const struct log *log;
	struct channel main, lease;
	struct op *ops; /* by id */
	uint64_t last_id;
	struct arena arena; /* one decoded object at a time */
};

struct op {
	UT_hash_handle hh;
	uint64_t id;
	struct kube *kube;
	struct channel *channel;
	struct http_request *http;
	enum api_verb verb;
	enum api_kind kind;
	struct api_sink sink;
	struct splitter split;
	struct buf path, body, answer;
	const char *content_type;
	int64_t deadline_ms, heard_ms;
	bool retried, dead;
	int depth;      /* callbacks of it on the stack */
	enum rc failed; /* what ended it from inside: decode, frame, too big */
	int failed_http;
	struct err err;
};

static void op_free(struct op *op)
{
	splitter_done(&op->split);
	buf_done(&op->path);
	buf_done(&op->body);
	buf_done(&op->answer);
	free(op);
}

/* ---- answers ---- */

static enum rc rc_of_status(int http, const char *reason)
{
	switch (http) {
	case 400: return RC_BADREQUEST;
	case 401: return RC_UNAUTHORIZED;
	case 403: return RC_FORBIDDEN;
	case 404: return RC_NOTFOUND;
	case 409: return str_eq(reason, "AlreadyExists") ? RC_EXISTS : RC_CONFLICT;
	case 410: return RC_GONE;
	case 413: return RC_TOOBIG;
	case 422: return RC_INVALID;
	case 429: return RC_THROTTLED;
	default: return http >= 200 && http < 300 ? RC_OK : http >= 500 ? RC_SERVER : RC_BADREQUEST;
	}
}

/* metav1.Status into res; strings point into o. */
static void read_status(struct kube *k, const json_t *o, struct api_result *res)
{
	const json_t *details = json_object_get(o, "details");
	const json_t *causes = json_object_get(details, "causes");
	size_t n = json_array_size(causes);
	const char **v = arena_alloc(&k->arena, n * sizeof *v);
	res->reason = str_or_empty(js_str(o, "reason"));
	if (js_str(o, "message"))
		res->message = js_str(o, "message");
	for (size_t i = 0; v && i < n; i++)
		v[res->causes.n++] = str_or_empty(js_str(json_array_get(causes, i), "field"));
	res->causes.v = v;
	int64_t after = js_int(details, "retryAfterSeconds", 0) * 1000;
	if (after > res->retry_after_ms)
		res->retry_after_ms = after;
}

/* Hands one decoded object on; false: the operation is over (canceled, or it cannot be read). */
static bool hand_on(struct op *op, enum watch_event ev, const json_t *o)
{
	struct kube *k = op->kube;
	struct decoded d;
	arena_reset(&k->arena);
	enum rc rc = decode_object(op->kind, o, k->opts.default_image, &k->arena, &d, &op->err);
	if (rc != RC_OK) {
		op->failed = rc;
		return false;
	}
	op->sink.on_object(op->sink.self, op->id, ev, &d.object);
	return !op->dead;
}

static bool fail(struct op *op, enum rc rc, const char *message)
{
	op->failed = err_set(&op->err, rc, "%s", message);
	return false;
}

static bool on_list_item(void *self, const char *text, size_t len)
{
	struct op *op = self;
	json_error_t je;
	AUTO(js_freep) json_t *o = json_loadb(text, len, 0, &je);
	return o ? hand_on(op, WATCH_ADDED, o) : fail(op, RC_MALFORMED, je.text);
}

static bool bookmark(struct op *op, const json_t *o)
{
	struct meta meta = {
		.rv = str_or_empty(js_str(json_object_get(o, "metadata"), "resourceVersion")),
		.ns = "",
		.name = "",
		.uid = ""};
	struct api_object obj = {.kind = op->kind, .meta = &meta};
	op->sink.on_object(op->sink.self, op->id, WATCH_BOOKMARK, &obj);
	return !op->dead;
}

/* An ERROR frame ends the watch with the code that its Status has. */
static bool error_frame(struct op *op, const json_t *status)
{
	struct api_result res = {.message = "the server ended the watch"};
	arena_reset(&op->kube->arena);
	read_status(op->kube, status, &res);
	op->failed_http = (int)js_int(status, "code", 500);
	enum rc rc = rc_of_status(op->failed_http, res.reason);
	return fail(op, rc == RC_OK ? RC_SERVER : rc, res.message);
}

static bool on_watch_line(void *self, const char *text, size_t len)
{
	struct op *op = self;
	json_error_t je;
	AUTO(js_freep) json_t *frame = json_loadb(text, len, 0, &je);
	const json_t *o = json_object_get(frame, "object");
	const char *type = js_str(frame, "type");
	if (!o || !type)
		return fail(op, RC_MALFORMED,
			    frame ? "a watch frame without type or object" : je.text);
	if (str_eq(type, "ADDED"))
		return hand_on(op, WATCH_ADDED, o);
	if (str_eq(type, "MODIFIED"))
		return hand_on(op, WATCH_MODIFIED, o);
	if (str_eq(type, "DELETED"))
		return hand_on(op, WATCH_DELETED, o);
	if (str_eq(type, "BOOKMARK"))
		return bookmark(op, o);
	return error_frame(op, o);
}

/* ---- HTTP's callbacks ---- */

static bool take_data(struct op *op, int status, const char *data, size_t len)
{
	bool ok = status >= 200 && status < 300;
	enum rc rc = RC_OK;
	if (ok && (op->verb == API_LIST || op->verb == API_WATCH)) {
		rc = splitter_feed(&op->split, data, len);
	} else {
		buf_put(&op->answer, data, len);
		rc = buf_rc(&op->answer);
	}
	if (rc != RC_OK && rc != RC_CANCELED)
		return fail(op, rc, "the answer has an object that is too big");
	return rc == RC_OK;
}

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct op *op = self;
	op->depth++;
	op->heard_ms = loop_now_ms(op->kube->loop);
	bool go_on = !op->dead && take_data(op, status, data, len);
	op->depth--;
	if (!op->dead || op->depth)
		return go_on;
	op_free(op);
	return false;
}

static void start(struct op *op);

static const char *const methods[] = {
	[API_LIST] = "GET",    [API_WATCH] = "GET",     [API_GET] = "GET",
	[API_CREATE] = "POST", [API_PATCH] = "PATCH",   [API_PATCH_STATUS] = "PATCH",
	[API_APPLY] = "PATCH", [API_DELETE] = "DELETE",
};

static void count(struct op *op, const struct http_result *hr)
{
	AUTO(buf_done) struct buf code = BUF_INIT(32);
	struct kube *k = op->kube;
	if (!k->opts.on_request)
		return;
	if (hr->status)
		buf_printf(&code, "%d", hr->status);
	else
		buf_puts(&code, "<error>");
	k->opts.on_request(k->opts.self, methods[op->verb], buf_str(&code), hr->took_ms);
}

/* The answer of everything but lists and watches. */
static void finish_object(struct op *op, const json_t *o, struct api_result *res)
{
	if (res->rc != RC_OK) {
		arena_reset(&op->kube->arena);
		read_status(op->kube, o, res);
		res->rc = rc_of_status(res->http, res->reason);
		return;
	}
	res->rv = str_or_empty(js_str(json_object_get(o, "metadata"), "resourceVersion"));
	if (op->verb == API_DELETE || op->kind == API_EVENT)
		return;
	if (!o || !hand_on(op, WATCH_ADDED, o)) {
		res->rc = op->failed ? op->failed : RC_MALFORMED;
		res->message = op->err.msg[0] ? op->err.msg : "the answer is no JSON";
	}
}

static void finish_list(const json_t *rest, struct api_result *res)
{
	const json_t *meta = json_object_get(rest, "metadata");
	if (!meta) {
		res->rc = RC_MALFORMED;
		res->message = "the list's answer is not whole";
		return;
	}
	res->rv = str_or_empty(js_str(meta, "resourceVersion"));
	res->cont = str_or_empty(js_str(meta, "continue"));
}

static void tell(struct op *op, const struct api_result *res)
{
	if (op->dead)
		return;
	HASH_DEL(op->kube->ops, op);
	op->dead = true;
	op->sink.on_done(op->sink.self, op->id, res);
}

static void end(struct op *op, const struct http_result *hr)
{
	AUTO(js_freep) json_t *o = NULL;
	struct api_result res = {.rc = hr->rc,
				 .http = hr->status,
				 .reason = "",
				 .message = hr->message,
				 .retry_after_ms = hr->retry_after_ms,
				 .rv = "",
				 .cont = ""};
	bool ok = hr->rc == RC_OK && hr->status >= 200 && hr->status < 300;
	if (op->failed) {
		res.rc = op->failed;
		res.http = op->failed_http ? op->failed_http : hr->status;
		res.message = op->err.msg;
	} else if (hr->rc == RC_OK) {
		const char *rest = op->verb == API_LIST && ok ? splitter_rest(&op->split) : NULL;
		o = json_loads(rest ? rest : buf_str(&op->answer), 0, NULL);
		res.rc = rc_of_status(hr->status, "");
		res.message = ok ? "" : hr->status ? "the server gave no reason" : res.message;
		if (ok && op->verb == API_LIST)
			finish_list(o, &res);
		else if (!ok || op->verb != API_WATCH)
			finish_object(op, o, &res);
	}
	tell(op, &res);
}

static bool try_new_token(struct op *op, const struct http_result *hr)
{
	if (hr->rc != RC_OK || hr->status != 401 || op->retried || !op->kube->cfg.token_file)
		return false;
	kube_config_refresh_token(&op->kube->cfg, true);
	op->retried = true;
	buf_reset(&op->answer);
	start(op);
	return true;
}

static void on_done(void *self, const struct http_result *hr)
{
	struct op *op = self;
	op->http = NULL;
	count(op, hr);
	if (!op->dead && try_new_token(op, hr))
		return;
	op->depth++;
	if (!op->dead)
		end(op, hr);
	op->depth--;
	must(op->dead);
	op_free(op);
}

static void start(struct op *op)
{
	struct kube_config *cfg = &op->kube->cfg;
	kube_config_refresh_token(cfg, false);
	struct http_want want = {.method = methods[op->verb],
				 .path = op->failed ? NULL : buf_str(&op->path),
				 .content_type = op->content_type,
				 .accept = "application/json",
				 .bearer = cfg->token,
				 .body = op->content_type ? buf_str(&op->body) : NULL,
				 .body_bytes = op->body.len,
				 .deadline_ms = op->deadline_ms,
				 .self = op,
				 .on_data = on_data,
				 .on_done = on_done};
	op->heard_ms = loop_now_ms(op->kube->loop);
	op->http = http_start(op->channel->http, &want);
}

/* ---- api ---- */

static int64_t deadline_of(const struct api_request *req)
{
	if (req->deadline_ms || req->verb == API_WATCH)
		return req->deadline_ms;
	return req->verb == API_LIST ? LIST_DEADLINE_MS : DEFAULT_DEADLINE_MS;
}

/* What cannot be said to a server at all ends through a request that is never sent. */
static void refuse(struct op *op, enum rc rc)
{
	op->failed = rc;
	if (!op->err.msg[0])
		err_set(&op->err, rc, "the request lacks a name or is too long");
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct channel *ch = self;
	struct kube *k = ch->kube;
	struct op *op = mem_zalloc(1, sizeof *op);
	must(k->magic == KUBE_MAGIC);
	op->id = ++k->last_id;
	op->kube = k;
	op->channel = ch;
	op->verb = req->verb;
	op->kind = req->kind;
	op->sink = *sink;
	op->path = BUF_INIT(16 * 1024);
	op->body = BUF_INIT(4 * 1024 * 1024);
	op->answer = BUF_INIT(BODY_MAX);
	op->deadline_ms = deadline_of(req);
	splitter_init(&op->split, req->verb == API_WATCH, op,
		      req->verb == API_WATCH ? on_watch_line : on_list_item);
	enum rc rc = path_build(req, &op->path);
	if (rc == RC_OK)
		rc = encode_body(req, &op->body, &op->content_type, &op->err);
	HASH_ADD(hh, k->ops, id, sizeof op->id, op);
	if (rc != RC_OK)
		refuse(op, rc);
	start(op);
	return op->id;
}

static void cancel(void *self, uint64_t id)
{
	struct channel *ch = self;
	struct kube *k = ch->kube;
	struct op *op;
	HASH_FIND(hh, k->ops, &id, sizeof id, op);
	if (!op)
		return;
	HASH_DEL(k->ops, op);
	op->dead = true;
	/* A watch that is dropped after long silence hangs on a connection that is not to be
	 * trusted. */
	bool silent = op->verb == API_WATCH && loop_now_ms(k->loop) - op->heard_ms > SILENT_MS;
	if (op->http)
		http_cancel(op->http, silent);
	if (!op->depth)
		op_free(op);
}

static enum rc client(struct kube *k, struct channel *ch, bool lease, struct err *e)
{
	struct http_config cfg = {.url = k->cfg.server,
				  .ca = k->cfg.ca,
				  .cert = k->cfg.cert,
				  .key = k->cfg.key,
				  .server_name = k->cfg.server_name,
				  .insecure = k->cfg.insecure,
				  .user_agent = k->opts.user_agent,
				  .http1 = lease,
				  .inflight_max = lease ? 2 : INFLIGHT_MAX};
	ch->kube = k;
	return http_client_new(k->loop, &cfg, &ch->http, e);
}

enum rc kube_new(struct loop *l, struct kube_config *own_cfg, const struct kube_options *opts,
		 const struct log *log, struct kube **ret, struct err *e)
{
	struct kube *k = mem_zalloc(1, sizeof *k);
	k->magic = KUBE_MAGIC;
	k->loop = l;
	k->cfg = *own_cfg;
	*own_cfg = (struct kube_config){0};
	k->opts = *opts;
	k->log = log;
	k->arena = ARENA_INIT(16 * 1024 * 1024);
	enum rc rc = client(k, &k->main, false, e);
	if (rc == RC_OK)
		rc = client(k, &k->lease, true, e);
	if (rc != RC_OK) {
		kube_free(k);
		return rc;
	}
	*ret = k;
	return RC_OK;
}

struct kube *kube_free(struct kube *k)
{
	struct op *op, *tmp;
	if (!k)
		return NULL;
	k->main.http = http_client_free(k->main.http);
	k->lease.http = http_client_free(k->lease.http);
	HASH_ITER (hh, k->ops, op, tmp) {
		HASH_DEL(k->ops, op);
		op_free(op);
	}
	arena_done(&k->arena);
	kube_config_done(&k->cfg);
	k->magic = 0;
	free(k);
	return NULL;
}

struct api kube_api(struct kube *k)
{
	return (struct api){.self = &k->main, .submit = submit, .cancel = cancel};
}

struct api kube_lease_api(struct kube *k)
{
	return (struct api){.self = &k->lease, .submit = submit, .cancel = cancel};
}
