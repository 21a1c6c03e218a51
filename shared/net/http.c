/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl may not be called back into from its own callbacks, so requests that are started wait for
 * the next flush, and those that are canceled meanwhile refuse their next data and die unseen. */
#include "net/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utlist.h>

#include "base/mem.h"
#include "net/impl.h"
#include "os/clock.h"

static char *dup_or_null(const char *s)
{
	return s && *s ? mem_strdup(s) : NULL;
}

/* Where the certificate's name differs from the host: the name stands in the URL, and CONNECT_TO
 * leads it to the host. */
static void name_the_server(struct http_client *c, const struct http_config *cfg)
{
	AUTO(buf_done) struct buf url = BUF_INIT(4096), to = BUF_INIT(4096);
	const char *host = strstr(cfg->url, "://");
	if (!cfg->server_name || !*cfg->server_name || !host) {
		c->url = mem_strdup(cfg->url);
		return;
	}
	host += 3;
	const char *port = strrchr(host, ':');
	if (!port || strchr(port, ']'))
		port = ":443";
	buf_printf(&url, "https://%s%s", cfg->server_name, port);
	buf_printf(&to, "%s%s:%.*s%s", cfg->server_name, port,
		   (int)(strrchr(host, ':') ? strrchr(host, ':') - host : (long)strlen(host)), host,
		   port);
	c->url = buf_steal(&url);
	c->connect_to = curl_slist_append(NULL, buf_str(&to));
}

enum rc http_client_new(struct loop *l, const struct http_config *cfg, struct http_client **ret,
			struct err *e)
{
	if (strncmp(cfg->url, "https://", 8) != 0)
		return err_set(e, RC_CONFIG, "server \"%s\" is no https:// URL", cfg->url);
	struct http_client *c = mem_zalloc(1, sizeof *c);
	c->loop = l;
	name_the_server(c, cfg);
	c->ca = dup_or_null(cfg->ca);
	c->cert = dup_or_null(cfg->cert);
	c->key = dup_or_null(cfg->key);
	c->user_agent = dup_or_null(cfg->user_agent);
	c->insecure = cfg->insecure;
	c->http1 = cfg->http1;
	c->inflight_max = cfg->inflight_max;
	c->multi = curl_multi_init();
	must(c->multi && c->inflight_max > 0);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, c->http1 ? 1L : 2L);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 4L);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	loop_join(l, c);
	*ret = c;
	return RC_OK;
}

static void request_free(struct http_request *r)
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

static void free_all(struct http_request **list, CURLM *multi)
{
	struct http_request *r, *tmp;
	DL_FOREACH_SAFE (*list, r, tmp) {
		DL_DELETE(*list, r);
		if (multi)
			curl_multi_remove_handle(multi, r->easy);
		request_free(r);
	}
}

struct http_client *http_client_free(struct http_client *c)
{
	if (!c)
		return NULL;
	must(!c->in_callback);
	free_all(&c->running, c->multi);
	free_all(&c->first, NULL);
	loop_leave(c->loop, c);
	curl_multi_cleanup(c->multi);
	curl_slist_free_all(c->connect_to);
	free(c->url);
	free(c->ca);
	free(c->cert);
	free(c->user_agent);
	if (c->key)
		explicit_bzero(c->key, strlen(c->key));
	free(c->key);
	free(c);
	return NULL;
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
	if (!r->path)
		loop_wake(c->loop);
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
	static const char name[] = "retry-after:";
	struct http_request *r = self;
	size_t len = size * n, i = sizeof name - 1;
	int64_t seconds = 0;
	if (len < sizeof name || strncasecmp(data, name, i) != 0)
		return len;
	while (i < len && data[i] == ' ')
		i++;
	for (; i < len && data[i] >= '0' && data[i] <= '9' && seconds < 3600; i++)
		seconds = seconds * 10 + (data[i] - '0');
	r->retry_after_ms = seconds * 1000;
	return len;
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
	if (r->want.deadline_ms)
		curl_easy_setopt(r->easy, CURLOPT_TIMEOUT_MS, (long)r->want.deadline_ms);
	if (r->body) {
		curl_easy_setopt(r->easy, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(r->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)r->want.body_bytes);
	}
}

void http_flush(struct http_client *c)
{
	struct http_request *r, *tmp;
	DL_FOREACH_SAFE (c->first, r, tmp) {
		if (c->inflight >= c->inflight_max)
			return;
		if (!r->path)
			continue;
		DL_DELETE(c->first, r);
		c->waiting--;
		r->easy = curl_easy_init();
		must(r->easy);
		request_options(r);
		DL_APPEND(c->running, r);
		c->inflight++;
		must(curl_multi_add_handle(c->multi, r->easy) == CURLM_OK);
	}
}

static enum rc rc_of(CURLcode code)
{
	/* A few of many: the rest are failures to reach the peer. */
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
	/* In time or never: a connection that missed a deadline is not used again. */
	if (res.rc == RC_TIMEOUT || r->cut)
		conn_cut(c, r->easy);
	res.status = (int)status;
	res.retry_after_ms = r->retry_after_ms;
	res.took_ms = clock_mono_ms() - r->began_ms;
	res.message = r->error[0] ? r->error : curl_easy_strerror(code);
	curl_multi_remove_handle(c->multi, r->easy);
	DL_DELETE(c->running, r);
	c->inflight--;
	if (!r->canceled)
		r->want.on_done(r->want.self, &res);
	request_free(r);
}

static void drop_canceled(struct http_client *c)
{
	struct http_request *r, *tmp;
	DL_FOREACH_SAFE (c->running, r, tmp) {
		if (r->canceled)
			finish(c, r, CURLE_ABORTED_BY_CALLBACK);
	}
}

/* Those that are not to be sent. One at a time from the front: a callback may change the list. */
static void end_unsent(struct http_client *c)
{
	static const struct http_result res = {.rc = RC_CANCELED, .message = "not sent"};
	struct http_request *r = c->first;
	while (r && r->path)
		r = r->next;
	if (!r)
		return;
	DL_DELETE(c->first, r);
	c->waiting--;
	r->want.on_done(r->want.self, &res);
	request_free(r);
	loop_wake(c->loop);
}

void http_run(struct http_client *c)
{
	int running, left;
	struct CURLMsg *msg;
	curl_multi_perform(c->multi, &running);
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
	if (!r->easy) {
		DL_DELETE(c->first, r);
		c->waiting--;
		request_free(r);
		return;
	}
	/* It may stand below us on the stack: it dies in the next run. */
	r->canceled = true;
	loop_wake(c->loop);
}

uint32_t http_inflight(const struct http_client *c)
{
	return c->inflight;
}
