/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator with the certificate and the port that it needs: both come first, since an agent
 * that is told of a leader must be able to reach it. What is missing is tried again. */
#pragma once

#include "coordinator/certs.h"
#include "coordinator/coordinator.h"
#include "coordinator/names.h"
#include "link/link.h"
#include "net/loop.h"

struct service {
	/* Set by the owner before the start; borrowed. */
	const struct options *o;
	const struct names *names;
	const struct log *log;
	struct loop *loop;
	struct api api, lease_api;

	struct certs *certs;
	struct certs_config certs_cfg;
	uint64_t certs_version;
	struct link_listener *listener; /* NULL: no certificate, or no port */
	struct link_server_sink sink;
	struct coordinator *coordinator; /* NULL as long as listener is */
	int64_t listen_at_ms;            /* the next try; 0: none was made */
	bool stopping;
};

void service_start(struct service *s);
/* The time of completions and messages that come before the turn. */
void service_now(struct service *s);
void service_turn(struct service *s);
int64_t service_deadline(const struct service *s);
/* Gives leadership back; service_idle tells when it is done. */
void service_stop(struct service *s);
bool service_idle(const struct service *s);
/* NULL: ready; else what is missing, for /readyz. */
const char *service_missing(const struct service *s);
