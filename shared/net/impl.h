/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room. */
#pragma once

#include <curl/curl.h>

#include "net/http.h"

enum { SOCKETS_MAX = 16 };

struct http_client {
	struct loop *loop;
	CURLM *multi;
	char *url, *ca, *cert, *key, *server_name, *user_agent;
	bool insecure, http1;
	uint32_t inflight_max, inflight, waiting;
	struct http_request *first;   /* waiting, in order (utlist) */
	struct http_request *running; /* utlist */
	int sockets[SOCKETS_MAX];
	uint32_t nsockets;
	struct curl_slist *connect_to;
	char **old_cas;
	uint32_t nold_cas, cap_old_cas;
	bool in_callback;
};

struct http_request {
	struct http_request *prev, *next;
	struct http_client *client;
	CURL *easy;
	struct curl_slist *headers;
	struct http_want want;
	char *path, *body;
	bool canceled, cut, refused;
	int64_t began_ms, sent_ms, retry_after_ms;
	char error[CURL_ERROR_SIZE];
};

/* loop.c */
void loop_join(struct loop *l, struct http_client *c);
void loop_leave(struct loop *l, struct http_client *c);

/* http.c */
void http_run(struct http_client *c);   /* transfers, callbacks */
void http_free(struct http_request *r); /* in no list and no multi any more */
void http_flush(struct http_client *c); /* starts what waits */
/* Until the first of what waits must end unsent; INT64_MAX: nothing waits. */
int64_t http_waiting_ms(const struct http_client *c);

/* http_conn.c: the connections behind the requests */
void conn_options(struct http_client *c, CURL *easy);
void conn_cut(struct http_client *c, CURL *easy);
void conn_cut_all(struct http_client *c);
