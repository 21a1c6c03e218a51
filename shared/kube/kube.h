/* SPDX-License-Identifier: Apache-2.0 */
/* The API server as struct api (sync/api.h): typed operations over HTTP/2 with few connections; the
 * Lease has a connection of its own. Lists are split into items and decoded one by one; a watch's
 * lines likewise; the JSON is dropped at once. Bounds: 3 MiB an object or line, 100 requests in
 * flight (more wait). On 401 the token is read again and the request repeated once. Everything else
 * that goes wrong is told in the result; who submitted decides about another try. */
#pragma once

#include "base/log.h"
#include "kube/config.h"
#include "net/loop.h"
#include "sync/api.h"

struct kube;

struct kube_options {
	const char *default_image; /* for jobs without one; NULL: none, such jobs are invalid */
	const char *user_agent;
	const char *field_manager; /* who owns what is written; NULL: muster-coordinator */
	/* One request ended: for rest_client_* metrics; may be NULL. code: "200", or "<error>". */
	void *self;
	void (*on_request)(void *self, const char *method, const char *code, int64_t took_ms);
};

/* Takes cfg over (zeroed). Strings of opts are borrowed for ever. */
enum rc kube_new(struct loop *l, struct kube_config *own_cfg, const struct kube_options *opts,
		 const struct log *log, struct kube **ret, struct err *e) must_use;
struct kube *kube_free(struct kube *k);
struct api kube_api(struct kube *k);       /* HTTP/2 */
struct api kube_lease_api(struct kube *k); /* HTTP/1.1, one connection */
