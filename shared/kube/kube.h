/* SPDX-License-Identifier: Apache-2.0 */
/* The API server as struct api (sync/api.h): typed operations over HTTP/2 with few connections;
 * the Lease has its own connection. A list is split into items and a watch into lines, and each
 * is decoded alone, so that no large JSON is kept. Bounds: 3 MiB for an object or line, 100
 * requests in flight (more wait). After a 401 the token is read again and the request is
 * repeated once. Other errors are in the result: the caller decides whether to try again. */
#pragma once

#include "base/log.h"
#include "kube/config.h"
#include "net/loop.h"
#include "sync/api.h"

struct kube;

struct kube_options {
	const char
		*default_image; /* for containers without an image; NULL: such jobs are invalid */
	const char *user_agent;
	const char *field_manager; /* manager of the written fields; NULL: muster-coordinator */
	/* Called at the end of each request, for the rest_client_* metrics; may be NULL. code is
	 * "200" or "<error>". */
	void *self;
	void (*on_request)(void *self, const char *method, const char *code, int64_t took_ms);
	/* Called for each object that could not be read, or in part only; may be NULL. */
	void (*on_unread)(void *self, const char *kind);
};

/* Takes over cfg, which is empty afterwards. The strings of opts must live as long as the
 * client. */
enum rc kube_new(struct loop *l, struct kube_config *own_cfg, const struct kube_options *opts,
		 const struct log *log, struct kube **ret, struct err *e) must_use;
struct kube *kube_free(struct kube *k);
struct api kube_api(struct kube *k);       /* HTTP/2 */
struct api kube_lease_api(struct kube *k); /* HTTP/1.1, one connection */
