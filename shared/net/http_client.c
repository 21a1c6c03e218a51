/* SPDX-License-Identifier: Apache-2.0 */
/* Making and freeing a client, and its CA. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "net/http_conn.h"
#include "net/http_request.h"
#include "net/loop.h"

static char *dup_or_null(const char *s)
{
	return s && *s ? mem_strdup(s) : NULL;
}

/* If the certificate names another host, the URL has that name and CONNECT_TO leads it to the
 * real host. */
static void name_the_server(struct http_client *c, const struct http_config *cfg)
{
	AUTO(buf_done) struct buf url = BUF_INIT(8192), to = BUF_INIT(8192);
	const char *host = cfg->url + strlen("https://");
	int len = (int)strcspn(host, "/");
	if (!cfg->server_name || !*cfg->server_name) {
		c->url = mem_strdup(cfg->url);
		return;
	}
	/* The colon of the port follows an IPv6 address in brackets. */
	const char *colon = memrchr(host, ':', (size_t)len);
	const char *bracket = memrchr(host, ']', (size_t)len);
	int host_len = colon && colon > bracket ? (int)(colon - host) : len;
	const char *port = host_len < len ? host + host_len : ":443";
	int port_len = host_len < len ? len - host_len : (int)strlen(port);
	buf_printf(&url, "https://%s%.*s%s", cfg->server_name, port_len, port, host + len);
	buf_printf(&to, "%s%.*s:%.*s%.*s", cfg->server_name, port_len, port, host_len, host,
		   port_len, port);
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
	c->wake = loop_waker(l);
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
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			  c->http1 ? 1L : (long)CONNECTIONS_HTTP2);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 4L);
	curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	loop_join(l, c);
	*ret = c;
	return RC_OK;
}

static void free_all(struct http_request **list, CURLM *multi)
{
	struct http_request *r, *tmp;
	DL_FOREACH_SAFE (*list, r, tmp) {
		DL_DELETE(*list, r);
		if (multi)
			curl_multi_remove_handle(multi, r->easy);
		http_free(r);
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
	for (uint32_t i = 0; i < c->nold_cas; i++)
		free(c->old_cas[i]);
	free(c->old_cas);
	free(c->ca);
	free(c->cert);
	free(c->user_agent);
	if (c->key)
		explicit_bzero(c->key, strlen(c->key));
	free(c->key);
	free(c);
	return NULL;
}

void http_client_set_ca(struct http_client *c, const char *ca)
{
	/* libcurl may still use the old one. */
	VEC_GROW(c->old_cas, c->nold_cas, c->cap_old_cas);
	c->old_cas[c->nold_cas++] = c->ca;
	c->ca = dup_or_null(ca);
	conn_cut_all(c);
}
