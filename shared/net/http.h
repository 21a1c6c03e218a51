/* SPDX-License-Identifier: Apache-2.0 */
/* HTTPS requests on the loop. A client is one server with one set of credentials: HTTP/2 over at
 * most two connections (or one of HTTP/1.1 for what must not wait behind others), requests beyond
 * inflight_max wait in line. A connection that lets a deadline pass is cut, so that nothing is sent
 * into a dead one again; what else was on it ends with RC_UNREACHABLE.
 * Callbacks come from loop_run only and may start and cancel requests. Nothing is ever truncated.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct loop;
struct http_client;
struct http_request;

struct http_config {
	const char *url;        /* https://host:port, perhaps a path before all paths; copied */
	const char *ca;         /* PEM; NULL or "": the system's */
	const char *cert, *key; /* PEM of a client certificate, or NULL */
	const char *
		server_name; /* what the server's certificate must name, if not the host; or NULL */
	const char *user_agent; /* or NULL */
	bool insecure;          /* do not check the server's certificate */
	bool http1;             /* one connection of HTTP/1.1 */
	uint32_t inflight_max;  /* 1…200 */
};

struct http_result {
	enum rc rc;             /* RC_OK: there was an answer, of whatever status */
	int status;             /* 0 without an answer */
	int64_t retry_after_ms; /* of the header in seconds; 0: none */
	int64_t took_ms;
	const char *message; /* what went wrong, when rc is not RC_OK; never NULL */
};

struct http_want {
	const char *method;
	const char *path; /* with its query, encoded; NULL: not sent, ends with RC_CANCELED */
	const char *content_type, *accept; /* NULL: none */
	const char *bearer;                /* token, or NULL */
	const char *body;                  /* copied; NULL: none */
	size_t body_bytes;
	int64_t deadline_ms; /* relative, waiting in line included; 0: none (watches) */
	void *self;
	/* A piece of the answer's body; false: give up (ends with RC_CANCELED). */
	bool (*on_data)(void *self, int status, const char *data, size_t len);
	void (*on_done)(void *self, const struct http_result *res);
};

enum rc http_client_new(struct loop *l, const struct http_config *cfg, struct http_client **ret,
			struct err *e) must_use;
/* Cancels all. Not from a callback. */
struct http_client *http_client_free(struct http_client *c);
struct http_request *http_start(struct http_client *c, const struct http_want *want);
/* Whom to believe from now on. What is under way ends with RC_UNREACHABLE: connections that were
 * made on the old one's word are cut. */
void http_client_set_ca(struct http_client *c, const char *ca);
/* No callback of it comes any more. cut: its connection is not to be trusted, close it. */
void http_cancel(struct http_request *r, bool cut);
uint32_t http_inflight(const struct http_client *c);
