/* SPDX-License-Identifier: Apache-2.0 */
/* Sends operations over HTTP, and repeats a request once with new credentials. */
#include "kube/kube.h"

#include <stdlib.h>
#include <string.h>

#include "kube/answer.h"
#include "kube/encode.h"
#include "kube/path.h"

enum {
	INFLIGHT_MAX = 100,
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
	struct kube_config cfg;
	struct kube_options opts;
	struct channel main, lease;
	struct ops ops;
};

/* ---- HTTP's callbacks ---- */

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct op *op = self;
	op->depth++;
	op->heard_ms = loop_now_ms(op->ops->loop);
	bool go_on = !op->dead && op_answer_take(op, status, data, len);
	op->depth--;
	if (!op->dead || op->depth)
		return go_on;
	kube_op_free(op);
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
	struct kube *k = op->channel->kube;
	if (!k->opts.on_request)
		return;
	if (hr->status)
		buf_printf(&code, "%d", hr->status);
	else
		buf_puts(&code, "<error>");
	k->opts.on_request(k->opts.self, methods[op->verb], buf_str(&code), hr->took_ms);
}

/* True if the request is worth repeating: the token file was read again, or the CA has changed. */
static bool credentials_renewed(struct kube *k, const struct http_result *hr)
{
	if (hr->rc == RC_OK && hr->status == 401) {
		kube_config_refresh_token(&k->cfg, true);
		/* A plug-in runs for a while: its token is for the next request. */
		return k->cfg.token_file != NULL;
	}
	if (hr->rc != RC_TLS || !kube_config_refresh_ca(&k->cfg))
		return false;
	log_info(k->ops.log, "CA of the API server changed", KS("file", k->cfg.ca_file));
	http_client_set_ca(k->main.http, k->cfg.ca);
	http_client_set_ca(k->lease.http, k->cfg.ca);
	return true;
}

static bool once_more(struct op *op, const struct http_result *hr)
{
	if (op->retried || !credentials_renewed(op->channel->kube, hr))
		return false;
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
	if (!op->dead && once_more(op, hr))
		return;
	op->depth++;
	if (!op->dead)
		op_answer_end(op, hr);
	op->depth--;
	must(op->dead);
	kube_op_free(op);
}

static void start(struct op *op)
{
	struct kube_config *cfg = &op->channel->kube->cfg;
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
	op->heard_ms = loop_now_ms(op->ops->loop);
	op->http = http_start(op->channel->http, &want);
}

/* ---- api ---- */

static int64_t deadline_of(const struct api_request *req)
{
	if (req->deadline_ms || req->verb == API_WATCH)
		return req->deadline_ms;
	return req->verb == API_LIST ? LIST_DEADLINE_MS : DEFAULT_DEADLINE_MS;
}

/* A request that cannot be encoded ends through an HTTP request that is never sent. */
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
	must(k->magic == KUBE_MAGIC);
	struct op *op = kube_op_new(&k->ops, req->verb, req->kind, sink);
	op->channel = ch;
	op->deadline_ms = deadline_of(req);
	op_answer_init(op);
	enum rc rc = path_build(req, k->opts.field_manager, &op->path);
	if (rc == RC_OK)
		rc = encode_body(req, &op->body, &op->content_type, &op->err);
	if (rc != RC_OK)
		refuse(op, rc);
	start(op);
	return op->id;
}

static void cancel(void *self, uint64_t id)
{
	struct channel *ch = self;
	struct kube *k = ch->kube;
	struct op *op = kube_op_find(&k->ops, id);
	if (!op)
		return;
	kube_op_end(op);
	/* A watch that is canceled after a long silence has a connection that may be dead: it is
	 * cut. */
	bool silent = op->verb == API_WATCH && loop_now_ms(k->ops.loop) - op->heard_ms > SILENT_MS;
	if (op->http)
		http_cancel(op->http, silent);
	if (!op->depth)
		kube_op_free(op);
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
	return http_client_new(k->ops.loop, &cfg, &ch->http, e);
}

enum rc kube_new(struct loop *l, struct kube_config *own_cfg, const struct kube_options *opts,
		 const struct log *log, struct kube **ret, struct err *e)
{
	struct kube *k = mem_zalloc(1, sizeof *k);
	k->magic = KUBE_MAGIC;
	k->cfg = *own_cfg;
	*own_cfg = (struct kube_config){0};
	k->opts = *opts;
	if (!k->opts.field_manager)
		k->opts.field_manager = "muster-coordinator";
	k->ops = (struct ops){.loop = l,
			      .log = log,
			      .default_image = opts->default_image,
			      .self = opts->self,
			      .on_unread = opts->on_unread,
			      .arena = ARENA_INIT(16 * 1024 * 1024)};
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
	if (!k)
		return NULL;
	k->main.http = http_client_free(k->main.http);
	k->lease.http = http_client_free(k->lease.http);
	kube_ops_done(&k->ops);
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
