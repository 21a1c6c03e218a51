/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes lists and watches item by item as they arrive; other answers are small and are decoded
 * at their end. */
#include "kube/answer.h"

#include <string.h>

#include "kube/path.h"
#include "kube/reduce.h"

enum { UNREAD_LOG_MS = 60000 };

enum rc answer_rc(int http, const char *reason)
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
static void read_status(struct arena *a, const json_t *o, struct api_result *res)
{
	const json_t *details = json_object_get(o, "details");
	const json_t *causes = json_object_get(details, "causes");
	size_t n = json_array_size(causes);
	const char **v = arena_alloc(a, n * sizeof *v);
	res->reason = str_or_empty(js_str(o, "reason"));
	if (js_str(o, "message"))
		res->message = js_str(o, "message");
	for (size_t i = 0; v && i < n; i++)
		v[res->causes.n++] = str_or_empty(js_str(json_array_get(causes, i), "field"));
	res->causes.v = v;
	int64_t after = js_int(details, "retryAfterSeconds", 0);
	if (after > RETRY_AFTER_MAX_S)
		after = RETRY_AFTER_MAX_S;
	if (after * 1000 > res->retry_after_ms)
		res->retry_after_ms = after * 1000;
}

/* Counts, and says once a minute, what could not be read, or in part only. */
static void tell_unread(struct op *op, const char *what)
{
	struct ops *ops = op->ops;
	int64_t now = loop_now_ms(ops->loop);
	if (ops->on_unread)
		ops->on_unread(ops->self, path_kind_text(op->kind));
	if (ops->unread++ && now - ops->told_unread_ms < UNREAD_LOG_MS)
		return;
	log_warn(ops->log, what, KS("kind", path_kind_text(op->kind)), KS("error", op->err.msg),
		 KI("so_far", ops->unread));
	ops->told_unread_ms = now;
}

/* The tree of an object or of a watch frame; the caller owns *ret, which is NULL unless RC_OK. What
 * is too much for one is read without the fields that nobody needs. RC_TOOBIG: that is too much,
 * too. RC_MALFORMED: no JSON. op->err says why. */
static enum rc load(struct op *op, bool frame, const char *text, size_t len, json_t **ret)
{
	enum rc rc = js_read(text, len, ret, &op->err);
	op->in_part = false;
	if (rc != RC_TOOBIG)
		return rc;
	AUTO(buf_done) struct buf out = BUF_INIT(SPLIT_ITEM_MAX);
	rc = reduce(op->kind, frame, text, len, &out);
	if (rc == RC_OK)
		rc = js_read(buf_str(&out), out.len, ret, NULL);
	op->in_part = rc == RC_OK;
	if (rc == RC_OK)
		tell_unread(op, "object too large, read in part");
	else if (rc == RC_MALFORMED)
		err_set(&op->err, rc, "no JSON, and much of it");
	return rc;
}

/* Nothing can be made of a job whose template was not read. */
static void refuse_part(struct op *op, struct decoded *d)
{
	if (op->in_part && op->kind == API_JOB)
		d->job.spec.invalid = "the object has too many values, or too many levels, to be "
				      "read; make the template smaller";
}

/* Decodes one object and passes it to the sink. False: the operation is over (canceled, or the
 * object cannot be read). */
static bool hand_on(struct op *op, enum watch_event ev, const json_t *o)
{
	struct ops *ops = op->ops;
	struct decoded d;
	arena_reset(&ops->arena);
	enum rc rc = decode_object(op->kind, o, ops->default_image, &ops->arena, &d, &op->err);
	if (rc != RC_OK) {
		op->failed = rc;
		return false;
	}
	refuse_part(op, &d);
	op->sink.on_object(op->sink.self, op->id, ev, &d.object);
	return !op->dead;
}

static bool fail(struct op *op, enum rc rc, const char *message)
{
	op->failed = err_set(&op->err, rc, "%s", message);
	return false;
}

/* A list or watch goes on without an object that cannot be read, so that the others are still
 * seen. */
static bool leave_out(struct op *op)
{
	op->failed = RC_OK;
	tell_unread(op, "object not readable, left out");
	return true;
}

static bool on_list_item(void *self, const char *text, size_t len)
{
	struct op *op = self;
	AUTO(js_freep) json_t *o = NULL;
	enum rc rc =
		text ? load(op, false, text, len, &o)
		     : err_set(&op->err, RC_TOOBIG, "it has more than %d bytes", SPLIT_ITEM_MAX);
	if (rc != RC_OK || (!hand_on(op, WATCH_ADDED, o) && op->failed))
		return leave_out(op);
	return !op->dead;
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
	arena_reset(&op->ops->arena);
	read_status(&op->ops->arena, status, &res);
	op->failed_http = (int)js_int(status, "code", 500);
	enum rc rc = answer_rc(op->failed_http, res.reason);
	return fail(op, rc == RC_OK ? RC_SERVER : rc, res.message);
}

static bool watched(struct op *op, enum watch_event ev, const json_t *o)
{
	return hand_on(op, ev, o) || (op->failed && leave_out(op));
}

/* An object that is too much or cannot be decoded is left out: what was known of it stays known
 * until the next list. Otherwise its author could end the watch of all objects at each edit. A line
 * that is no frame is not of an author's making: the stream is broken, and so is what follows. */
static bool on_watch_line(void *self, const char *text, size_t len)
{
	struct op *op = self;
	AUTO(js_freep) json_t *frame = NULL;
	enum rc rc =
		text ? load(op, true, text, len, &frame)
		     : err_set(&op->err, RC_TOOBIG, "it has more than %d bytes", SPLIT_ITEM_MAX);
	const json_t *o = json_object_get(frame, "object");
	const char *type = js_str(frame, "type");
	if (rc == RC_TOOBIG)
		return leave_out(op);
	if (rc != RC_OK) {
		op->failed = rc;
		return false;
	}
	if (!o || !type)
		return fail(op, RC_MALFORMED, "a watch frame without type or object");
	if (str_eq(type, "ADDED"))
		return watched(op, WATCH_ADDED, o);
	if (str_eq(type, "MODIFIED"))
		return watched(op, WATCH_MODIFIED, o);
	if (str_eq(type, "DELETED"))
		return watched(op, WATCH_DELETED, o);
	if (str_eq(type, "BOOKMARK"))
		return bookmark(op, o);
	return error_frame(op, o);
}

bool op_answer_take(struct op *op, int status, const char *data, size_t len)
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
		return fail(op, rc, "the answer is too big");
	return rc == RC_OK;
}

/* The answer of everything but lists and watches. loaded: what reading it gave. */
static void finish_object(struct op *op, enum rc loaded, const json_t *o, struct api_result *res)
{
	if (res->rc != RC_OK) {
		arena_reset(&op->ops->arena);
		read_status(&op->ops->arena, o, res);
		res->rc = answer_rc(res->http, res->reason);
		return;
	}
	res->rv = str_or_empty(js_str(json_object_get(o, "metadata"), "resourceVersion"));
	if (op->verb == API_DELETE || op->kind == API_EVENT)
		return;
	if (loaded != RC_OK) {
		res->rc = loaded;
		res->message = loaded == RC_MALFORMED ? "the answer is no JSON" : op->err.msg;
	} else if (!hand_on(op, WATCH_ADDED, o)) {
		res->rc = op->failed ? op->failed : RC_MALFORMED;
		res->message = op->err.msg;
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
	kube_op_end(op);
	op->sink.on_done(op->sink.self, op->id, res);
}

void op_answer_end(struct op *op, const struct http_result *hr)
{
	AUTO(js_freep) json_t *o = NULL;
	struct api_result res = {.rc = hr->rc,
				 .http = hr->status,
				 .reason = "",
				 .message = hr->message,
				 .retry_after_ms = hr->retry_after_ms,
				 .server_s = hr->server_s,
				 .rv = "",
				 .cont = ""};
	bool ok = hr->rc == RC_OK && hr->status >= 200 && hr->status < 300;
	if (op->failed) {
		res.rc = op->failed;
		res.http = op->failed_http ? op->failed_http : hr->status;
		res.message = op->err.msg;
	} else if (hr->rc == RC_OK) {
		const char *rest = op->verb == API_LIST && ok ? splitter_rest(&op->split) : NULL;
		const char *text = rest ? rest : buf_str(&op->answer);
		bool one = ok && op->verb != API_LIST && op->verb != API_WATCH;
		enum rc loaded = one ? load(op, false, text, strlen(text), &o)
				     : js_read(text, strlen(text), &o, NULL);
		res.rc = answer_rc(hr->status, "");
		res.message = ok ? "" : hr->status ? "the server gave no reason" : res.message;
		if (ok && op->verb == API_LIST)
			finish_list(o, &res);
		else if (!ok || op->verb != API_WATCH)
			finish_object(op, loaded, o, &res);
	}
	tell(op, &res);
}

void op_answer_init(struct op *op)
{
	splitter_init(&op->split, op->verb == API_WATCH, op,
		      op->verb == API_WATCH ? on_watch_line : on_list_item);
}
