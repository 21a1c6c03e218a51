/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator with the certificate and the port that it needs. Both come before the
 * election: agents must be able to reach a leader. What is missing is tried again. */
#pragma once

#include "coordinator/certs.h"
#include "coordinator/coordinator.h"
#include "coordinator/names.h"
#include "link/link.h"
#include "net/loop.h"

struct service {
	/* The owner sets these before service_start; all are borrowed. */
	const struct options *o;
	const struct names *names;
	const struct log *log;
	struct loop *loop;
	struct api api, lease_api;

	struct certs *certs;
	struct certs_config certs_cfg;
	uint64_t certs_version;
	struct link_listener *listener; /* NULL until there is a certificate and the port is open */
	struct link_server_sink sink;
	struct coordinator *coordinator; /* NULL as long as listener is */
	int64_t listen_at_ms;            /* the next try; 0: none was made */
	bool stopping;
};

void service_start(struct service *s);
/* Sets the time for completions and messages that come before the turn. */
void service_now(struct service *s);
void service_turn(struct service *s);
int64_t service_deadline(const struct service *s);
/* Releases the Lease; service_idle is true when that is done. */
void service_stop(struct service *s);
bool service_idle(const struct service *s);
/* NULL if it is ready, otherwise what is missing, for /readyz. */
const char *service_missing(const struct service *s);
