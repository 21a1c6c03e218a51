/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: a client and its requests, as the room's files see them. */
#pragma once

#include <curl/curl.h>

#include "net/http.h"
#include "net/wake.h"

enum { SOCKETS_MAX = 40 }; /* twice the connections: old ones are still closing */

enum { CONNECTIONS_HTTP2 = 2 };

struct http_client {
	struct loop *loop; /* for http_client.c only: the requests do not know the loop */
	const struct wake *wake;
	CURLM *multi;
	char *url, *ca, *cert, *key, *server_name, *user_agent;
	bool insecure, http1;
	bool answers_http1; /* the last answer was HTTP/1.x, although HTTP/2 was asked for */
	bool many;          /* it may have CONNECTIONS_HTTP1 */
	/* libcurl, or a request, has something to do beyond its sockets and its timer: then it runs
	 * in the next turn, and what it waits for is asked anew (loop.c). */
	bool stirred;
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
	int64_t began_ms, sent_ms, retry_after_ms, server_s;
	char error[CURL_ERROR_SIZE];
};
