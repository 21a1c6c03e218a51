/* SPDX-License-Identifier: Apache-2.0 */
/* The CAs by which the coordinator is believed: from a ConfigMap through the API (a mounted one
 * lags by a minute and more), or from a file. Read at the start until there is one, and again while
 * the coordinator cannot be reached, since a new CA may be why. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct trust_config {
	const char *ns, *configmap; /* borrowed */
	const char *file;           /* instead, if not "" */
	void *self;
	void (*on_bundle)(void *self, const char *pem); /* the first, and each that differs */
};

struct trust {
	struct trust_config cfg;
	struct api api;
	const struct log *log;
	struct rng rng;
	int64_t now_ms, next_ms;
	uint64_t op;
	char *bundle; /* "" while there is none */
	bool failing, found;
};

void trust_init(struct trust *t, const struct trust_config *cfg, const struct api *api,
		const struct log *log, uint64_t seed);
void trust_done(struct trust *t);
void trust_now(struct trust *t, int64_t now_ms);
/* connected: nothing is read then, once there is a bundle. */
void trust_tick(struct trust *t, int64_t now_ms, bool connected);
int64_t trust_deadline(const struct trust *t, bool connected);
bool trust_has_bundle(const struct trust *t);
