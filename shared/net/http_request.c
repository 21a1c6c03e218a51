/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl cannot be called from its own callbacks. So a request that is started waits for the
 * next flush, and a request that is canceled refuses its next data and is freed in the next run. */
#include "net/http_request.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "net/http_conn.h"
#include "net/http_header.h"
#include "os/clock.h"

/* A watch takes a connection of HTTP/1.1 for itself, and there are four of them. */
enum { CONNECTIONS_HTTP1 = 16 };

void http_free(struct http_request *r)
{
	if (r->easy)
		curl_easy_cleanup(r->easy);
	curl_slist_free_all(r->headers);
	free(r->path);
	if (r->body)
		explicit_bzero(r->body, r->want.body_bytes); /* tokens, keys */
	free(r->body);
	free(r);
}

static void header(struct http_request *r, const char *name, const char *value)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64 * 1024);
	if (!value)
		return;
	buf_printf(&b, "%s: %s", name, value);
	r->headers = curl_slist_append(r->headers, buf_str(&b));
	must(r->headers);
}

static void bearer(struct http_request *r, const char *token)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64 * 1024);
	if (!token || !*token)
		return;
	buf_printf(&b, "Bearer %s", token);
	header(r, "Authorization", buf_str(&b));
}

struct http_request *http_start(struct http_client *c, const struct http_want *want)
{
	struct http_request *r = mem_zalloc(1, sizeof *r);
	r->client = c;
	r->want = *want;
	r->path = want->path ? mem_strdup(want->path) : NULL;
	r->body = want->body ? mem_strndup(want->body, want->body_bytes) : NULL;
	header(r, "Content-Type", want->content_type);
	header(r, "Accept", want->accept);
	header(r, "Expect", ""); /* no 100-continue: one round trip less */
	bearer(r, want->bearer);
	r->began_ms = clock_mono_ms();
	r->want.body = r->want.content_type = r->want.accept = r->want.bearer = NULL;
	DL_APPEND(c->first, r);
	c->waiting++;
	c->stirred = true;
	return r;
}

static size_t on_body(char *data, size_t size, size_t n, void *self)
{
	struct http_request *r = self;
	long status = 0;
	if (r->canceled)
		return 0;
	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	r->client->in_callback = true;
	bool go_on = r->want.on_data(r->want.self, (int)status, data, size * n);
	r->client->in_callback = false;
	r->refused |= !go_on;
	return go_on && !r->canceled ? size * n : 0;
}

static size_t on_header(char *data, size_t size, size_t n, void *self)
{
	struct http_request *r = self;
	struct http_header h = http_header_read(data, size * n);
	switch (h.kind) {
	case HTTP_HEADER_STATUS: r->client->answers_http1 = h.http1; break;
	case HTTP_HEADER_RETRY_AFTER: r->retry_after_ms = h.retry_after_ms; break;
	case HTTP_HEADER_DATE: r->server_s = h.date_s; break;
	case HTTP_HEADER_OTHER: break;
	}
	return size * n;
}

/* Time until the request's deadline; 0 if it has passed. The request must have a deadline. */
static int64_t left_ms(const struct http_request *r, int64_t now_ms)
{
	int64_t left = r->began_ms + r->want.deadline_ms - now_ms;
	return left > 0 ? left : 0;
}

/* True if the request ends unsent: it has no path, or its time ran out in the queue. */
static bool unsendable(const struct http_request *r, int64_t now_ms)
{
	return !r->path || (r->want.deadline_ms && !left_ms(r, now_ms));
}

int64_t http_waiting_ms(const struct http_client *c)
{
	const struct http_request *r;
	int64_t least = INT64_MAX, now = clock_mono_ms();
	DL_FOREACH (c->first, r) {
		if (unsendable(r, now))
			return 0;
		if (r->want.deadline_ms && left_ms(r, now) < least)
			least = left_ms(r, now);
	}
	return least;
}

static void request_options(struct http_request *r)
{
	struct http_client *c = r->client;
	AUTO(buf_done) struct buf url = BUF_INIT(64 * 1024);
	buf_printf(&url, "%s%s", c->url, r->path);
	must(buf_rc(&url) == RC_OK);
	conn_options(c, r->easy);
	curl_easy_setopt(r->easy, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(r->easy, CURLOPT_CUSTOMREQUEST, r->want.method);
	curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
	curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
	curl_easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->error);
	curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
	curl_easy_setopt(r->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(r->easy, CURLOPT_HEADERDATA, r);
	if (r->want.deadline_ms) {
		long left = (long)left_ms(r, clock_mono_ms());
		curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, left ? left : 1L); /* 0: for ever */
	}
	if (r->body) {
		curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)r->want.body_bytes);
	}
}

void http_flush(struct http_client *c)
{
	struct http_request *r, *tmp;
	int64_t now = clock_mono_ms();
	DL_FOREACH_SAFE (c->first, r, tmp) {
		if (c->inflight >= c->inflight_max)
			return;
		if (unsendable(r, now))
			continue;
		DL_DELETE(c->first, r);
		c->waiting--;
		r->easy = curl_easy_init();
		must(r->easy);
		request_options(r);
		r->sent_ms = now;
		DL_APPEND(c->running, r);
		c->inflight++;
		must(curl_multi_add_handle(c->multi, r->easy) == CURLM_OK);
		c->stirred = true;
	}
}

static enum rc rc_of(CURLcode code)
{
	/* All other codes mean that the peer was not reached. */
	switch ((int)code) {
	case CURLE_OK: return RC_OK;
	case CURLE_OPERATION_TIMEDOUT: return RC_TIMEOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE: return RC_TLS;
	default: return RC_UNREACHABLE;
	}
}

static void finish(struct http_client *c, struct http_request *r, CURLcode code)
{
	long status = 0;
	struct http_result res = {.rc = r->refused ? RC_CANCELED : rc_of(code)};
	curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
	/* A connection that missed a deadline is not used again, unless the request spent its
	 * time in our own queue. */
	bool had_time = clock_mono_ms() - r->sent_ms >= r->want.deadline_ms / 2;
	if ((res.rc == RC_TIMEOUT && had_time) || r->cut)
		conn_cut(c, r->easy);
	res.status = (int)status;
	res.retry_after_ms = r->retry_after_ms;
	res.server_s = r->server_s;
	res.took_ms = clock_mono_ms() - r->began_ms;
	res.message = r->error[0] ? r->error : curl_easy_strerror(code);
	curl_multi_remove_handle(c->multi, r->easy);
	DL_DELETE(c->running, r);
	c->inflight--;
	if (!r->canceled)
		r->want.on_done(r->want.self, &res);
	http_free(r);
}

static void drop_canceled(struct http_client *c)
{
	struct http_request *r, *tmp;
	DL_FOREACH_SAFE (c->running, r, tmp) {
		if (r->canceled)
			finish(c, r, CURLE_ABORTED_BY_CALLBACK);
	}
}

/* Ends the requests that are not sent. One at a time from the front, since a callback may change
 * the list; at most as many as there were, since a callback may add another one. */
static void end_unsent(struct http_client *c)
{
	struct http_result res = {.rc = RC_CANCELED, .message = "not sent"};
	int64_t now = clock_mono_ms();
	for (uint32_t n = c->waiting; n; n--) {
		struct http_request *r = c->first;
		while (r && !unsendable(r, now))
			r = r->next;
		if (!r)
			return;
		DL_DELETE(c->first, r);
		c->waiting--;
		if (r->path) {
			res.rc = RC_TIMEOUT;
			res.message = "too many requests before it: not sent in time";
			res.took_ms = now - r->began_ms;
		}
		r->want.on_done(r->want.self, &res);
		http_free(r);
	}
}

/* Not from libcurl's callbacks, where the version is seen. */
static void set_connections(struct http_client *c)
{
	if (c->http1 || c->many == c->answers_http1)
		return;
	c->many = c->answers_http1;
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			  c->many ? (long)CONNECTIONS_HTTP1 : (long)CONNECTIONS_HTTP2);
}

void http_run(struct http_client *c)
{
	int running, left;
	struct CURLMsg *msg;
	c->stirred = false; /* before the callbacks, which may start and cancel requests */
	curl_multi_perform(c->multi, &running);
	set_connections(c);
	while ((msg = curl_multi_info_read(c->multi, &left))) {
		char *p = NULL;
		struct http_request *r;
		if (msg->msg != CURLMSG_DONE)
			continue;
		CURLcode code = msg->data.result;
		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &p);
		memcpy(&r, &p, sizeof p);
		finish(c, r, code);
	}
	drop_canceled(c);
	end_unsent(c);
}

void http_cancel(struct http_request *r, bool cut)
{
	struct http_client *c = r->client;
	r->cut |= cut;
	c->stirred = true;
	if (!r->easy) {
		DL_DELETE(c->first, r);
		c->waiting--;
		http_free(r);
		return;
	}
	/* The request may be on the call stack, so it is freed in the next run. */
	r->canceled = true;
	wake_ring(c->wake);
}

uint32_t http_inflight(const struct http_client *c)
{
	return c->inflight;
}
