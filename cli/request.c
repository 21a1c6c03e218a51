/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait for their answer. */
#include <string.h>

#include "base/mem.h"
#include "cli/session.h"
#include "kube/answer.h"
#include "kube/js.h"
#include "kube/path.h"
#include "kube/reduce.h"
#include "kube/split.h"
#include "net/http.h"
#include "net/loop.h"
#include "os/clock.h"

struct call { /* one request until its answer is complete */
	struct session *session;
	const struct list_query *list; /* NULL: the answer is one object */
	struct splitter split;
	struct buf answer; /* what is no item of a list */
	int status;
	bool done;
	enum rc stopped; /* the owner or a bound ended it */
	struct err *err;
};

/* ---- an object of a list ---- */

static enum rc read_item(struct call *c, const char *text, size_t len, json_t **ret)
{
	AUTO(buf_done) struct buf part = BUF_INIT(ITEM_TEXT_MAX);
	if (!text)
		return RC_TOOBIG;
	enum rc rc = js_read(text, len, ret, NULL);
	if (rc != RC_TOOBIG || c->list->whole)
		return rc;
	rc = reduce(c->list->kind, false, text, len, &part);
	return rc == RC_OK ? js_read(buf_str(&part), part.len, ret, NULL) : rc;
}

static bool on_item(void *self, const char *text, size_t len)
{
	struct call *c = self;
	AUTO(js_freep) json_t *o = NULL;
	if (read_item(c, text, len, &o) != RC_OK) {
		c->session->unread++;
		return true;
	}
	if (c->list->on_item(c->list->self, o))
		return true;
	c->stopped = RC_CANCELED;
	return false;
}

/* ---- HTTP's callbacks ---- */

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct call *c = self;
	struct session *s = c->session;
	enum rc rc = RC_OK;
	c->status = status;
	if (!s->out.first_us)
		s->last_us = (uint64_t)clock_mono_us();
	if (c->list && status == 200) {
		rc = splitter_feed(&c->split, data, len);
	} else {
		buf_put(&c->answer, data, len);
		rc = buf_rc(&c->answer);
	}
	if (rc == RC_TOOBIG)
		c->stopped = err_set(c->err, RC_TOOBIG, "the API server's answer is too large");
	return rc == RC_OK;
}

static void on_done(void *self, const struct http_result *res)
{
	struct call *c = self;
	c->done = true;
	c->status = res->status;
	if (res->rc != RC_OK && c->stopped == RC_OK)
		c->stopped = err_set(c->err, res->rc, "no answer from the API server %s: %s",
				     c->session->cfg.server, res->message);
}

/* Sends it and waits. RC_OK: there was an answer, of any status. */
static enum rc call(struct call *c, struct http_want *want, struct err *e)
{
	struct session *s = c->session;
	c->err = e;
	want->accept = "application/json";
	want->bearer = s->cfg.token;
	want->deadline_ms = s->timeout_ms;
	want->self = c;
	want->on_data = on_data;
	want->on_done = on_done;
	http_start(s->http, want);
	while (!c->done) {
		loop_wait(s->loop, INT64_MAX);
		loop_run(s->loop);
	}
	return c->stopped;
}

static void call_init(struct call *c, struct session *s, const struct list_query *list)
{
	*c = (struct call){.session = s, .list = list, .answer = BUF_INIT(ANSWER_MAX)};
	splitter_init(&c->split, false, c, on_item);
}

static void call_done(struct call *c)
{
	splitter_done(&c->split);
	buf_done(&c->answer);
}

/* A 404 without a Status is about the path: the API server knows no such kind. */
static enum rc refused(const struct call *c, enum api_kind kind, const json_t *status,
		       struct err *e)
{
	const char *reason = str_or_empty(js_str(status, "reason"));
	const char *message = js_str(status, "message");
	enum rc rc = answer_rc(c->status, reason);
	if (c->status == 404 && !js_path(status, "details", "name"))
		return err_set(
			e, RC_NOTFOUND,
			"the API server knows no %s; install Muster in this cluster, or choose "
			"another with --context",
			path_kind_text(kind));
	err_set(e, rc, "%.480s", message ? message : "the API server refuses without a reason");
	if (!message && c->answer.len)
		err_set(e, rc, "the API server answers %d: %.300s", c->status, buf_str(&c->answer));
	if (rc == RC_FORBIDDEN && kind == API_JOB && c->list && !str_or_empty(c->list->ns)[0])
		err_set(e, rc, "%.480s; -n NAMESPACE may be allowed", str_or_empty(message));
	if (rc != RC_BADREQUEST)
		return rc;
	if (c->list && c->list->label_selector)
		err_set(e, rc, "-l %.100s: %.300s; correct -l", c->list->label_selector,
			message ? message : "refused");
	return RC_INVALID;
}

/* ---- lists ---- */

/* The next page begins here; "" at the end. */
static enum rc page_end(struct call *c, char **ret_cont, struct err *e)
{
	bool good = c->status == 200;
	const char *text = good ? splitter_rest(&c->split) : buf_str(&c->answer);
	AUTO(js_freep) json_t *o = text ? js_load(text, strlen(text), NULL) : NULL;
	const char *cont = str_or_empty(js_str(json_object_get(o, "metadata"), "continue"));
	if (good && !o)
		return err_set(e, RC_MALFORMED, "the API server's list is not whole; try again");
	if (!good && !(c->status == 410 && *cont))
		return refused(c, c->list->kind, o, e);
	mem_strset(ret_cont, cont);
	return RC_OK;
}

static enum rc page(struct session *s, const struct list_query *q, char **cont, struct err *e)
{
	AUTO(buf_done) struct buf path = BUF_INIT(64 * 1024);
	AUTO(call_done) struct call c;
	struct api_request req = {.verb = API_LIST,
				  .kind = q->kind,
				  .ns = q->ns,
				  .label_selector = q->label_selector,
				  .field_selector = q->field_selector,
				  .limit = PAGE,
				  .cont = *cont};
	call_init(&c, s, q);
	if (path_build(&req, NULL, &path) != RC_OK)
		return err_set(e, RC_BADREQUEST, "\"%.100s\" is no name of a namespace; correct it",
			       q->ns);
	struct http_want want = {.method = "GET", .path = buf_str(&path)};
	enum rc rc = call(&c, &want, e);
	return rc == RC_OK ? page_end(&c, cont, e) : rc;
}

enum rc session_list(struct session *s, const struct list_query *q, struct err *e)
{
	AUTO(mem_freep) char *cont = NULL;
	do {
		enum rc rc = page(s, q, &cont, e);
		if (rc != RC_OK)
			return rc;
		if (q->on_page)
			q->on_page(q->self);
	} while (*cont);
	return RC_OK;
}

/* ---- single objects ---- */

static enum rc bad_name(const struct api_request *req, struct err *e)
{
	return err_set(e, RC_BADREQUEST, "\"%.100s\" is no name of a %s; correct it",
		       str_or_empty(req->name), path_kind_text(req->kind));
}

static enum rc single(struct session *s, const struct api_request *req, struct http_want *want,
		      json_t **ret, struct err *e)
{
	AUTO(buf_done) struct buf path = BUF_INIT(64 * 1024);
	AUTO(js_freep) json_t *o = NULL;
	AUTO(call_done) struct call c;
	call_init(&c, s, NULL);
	if (path_build(req, "kubectl-muster", &path) != RC_OK)
		return bad_name(req, e);
	want->path = buf_str(&path);
	enum rc rc = call(&c, want, e);
	if (rc != RC_OK)
		return rc;
	enum rc read = js_read(buf_str(&c.answer), c.answer.len, &o, NULL);
	if (c.status < 200 || c.status > 299)
		return refused(&c, req->kind, o, e);
	if (read != RC_OK)
		return err_set(e, read, "the API server's answer cannot be read: %s",
			       rc_text(read));
	if (ret)
		*ret = STEAL(o);
	return RC_OK;
}

enum rc session_get(struct session *s, enum api_kind kind, const char *ns, const char *name,
		    json_t **ret, struct err *e)
{
	struct api_request req = {.verb = API_GET, .kind = kind, .ns = ns, .name = name};
	struct http_want want = {.method = "GET"};
	*ret = NULL;
	return single(s, &req, &want, ret, e);
}

enum rc session_change(struct session *s, const struct change_request *c, json_t **ret,
		       struct err *e)
{
	static const struct {
		enum api_verb verb;
		const char *method, *type;
	} how[] = {
		[CHANGE_CREATE] = {API_CREATE, "POST", "application/json"},
		[CHANGE_PATCH] = {API_PATCH, "PATCH", "application/merge-patch+json"},
		[CHANGE_DELETE] = {API_DELETE, "DELETE", "application/json"},
	};
	struct api_request req = {.verb = how[c->change].verb,
				  .kind = c->kind,
				  .ns = c->ns,
				  .name = c->name,
				  .dry_run = c->dry_run};
	struct http_want want = {.method = how[c->change].method,
				 .content_type = c->body ? how[c->change].type : NULL,
				 .body = c->body,
				 .body_bytes = c->body ? strlen(c->body) : 0};
	if (ret)
		*ret = NULL;
	return single(s, &req, &want, ret, e);
}
