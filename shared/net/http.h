/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS requests on the loop. A client is one server with one set of credentials. It uses HTTP/2
 * over at most two connections, HTTP/1.1 over at most sixteen if the server speaks nothing newer,
 * or HTTP/1.1 over one for requests that must not wait behind others. Requests beyond inflight_max
 * wait in order. A connection on which a deadline passes is closed, so that nothing more is sent
 * into a dead one; its other requests end with RC_UNREACHABLE. loop_run makes the callbacks, which
 * may start and cancel requests. Nothing is ever truncated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct loop;
struct http_client;
struct http_request;

struct http_config {
	const char *url;         /* https://host:port, optionally with a path prefix; copied */
	const char *ca;          /* PEM; NULL or "": the system's */
	const char *cert, *key;  /* PEM of a client certificate, or NULL */
	const char *server_name; /* in the server's certificate, if it is not the host; or NULL */
	const char *user_agent;  /* or NULL */
	bool insecure;           /* do not check the server's certificate */
	bool http1;              /* HTTP/1.1 over one connection */
	uint32_t inflight_max;   /* 1…200 */
};

/* Whoever answers with an hour (a proxy, a broken server) stops us no longer than our own backoff.
 */
enum { RETRY_AFTER_MAX_S = 30 };

struct http_result {
	enum rc rc;             /* RC_OK: there was an answer, with any status */
	int status;             /* 0 without an answer */
	int64_t retry_after_ms; /* from the header Retry-After, at most RETRY_AFTER_MAX_S; 0: none
				 */
	int64_t server_s; /* the server's clock: the header Date, in seconds since 1970; 0: none */
	int64_t took_ms;
	const char *message; /* the error if rc is not RC_OK; never NULL */
};

struct http_want {
	const char *method;
	const char *path; /* with its query, encoded; NULL: the request is not sent and ends with
			     RC_CANCELED */
	const char *content_type, *accept; /* NULL: none */
	const char *bearer;                /* token, or NULL */
	const char *body;                  /* copied; NULL: none */
	size_t body_bytes;
	int64_t deadline_ms; /* relative, including the time in the queue; 0: none (watches) */
	void *self;
	/* Called for each piece of the body; false gives up (the request ends with RC_CANCELED). */
	bool (*on_data)(void *self, int status, const char *data, size_t len);
	void (*on_done)(void *self, const struct http_result *res);
};

enum rc http_client_new(struct loop *l, const struct http_config *cfg, struct http_client **ret,
			struct err *e) must_use;
/* Cancels all requests. Not from a callback. */
struct http_client *http_client_free(struct http_client *c);
struct http_request *http_start(struct http_client *c, const struct http_want *want);
/* Sets the CA to believe from now on. Requests in flight end with RC_UNREACHABLE: the
 * connections that were made with the old CA are closed. */
void http_client_set_ca(struct http_client *c, const char *ca);
/* No callback comes any more. cut closes its connection too, which may be dead. */
void http_cancel(struct http_request *r, bool cut);
uint32_t http_inflight(const struct http_client *c);
