/* SPDX-License-Identifier: Apache-2.0 */
/* The agent link over nng and TLS 1.3: the coordinator's listener and the agent's dialer, behind
 * the contracts of sync/link_api.h. All functions are called on the loop's thread. The threads
 * of nng only append to a mailbox and call wake; then the loop calls drain, which makes the
 * callbacks. Objects live as long as the process, which leaves by _exit: nng is never shut down. */
#pragma once

#include "base/log.h"
#include "base/must.h"
#include "sync/link_api.h"

/* Wakes the loop from another thread. It must neither block nor fail. */
struct link_wake {
	void *self;
	void (*wake)(void *self);
};

/* Call it once before any other function of this room. It limits the threads of nng. */
void link_global_init(void);
/* Returns the number of open descriptors of this process, where a leak would show. */
uint32_t link_descriptors(void);

/* ---- the coordinator's end ---- */

struct link_listener;

struct link_listener_config {
	const char *address;    /* host:port to listen on; port 0: any */
	const char *cert, *key; /* PEM */
	/* for the listener's dial to itself, which checks what an agent checks; NULL bundle: no
	 * such dial */
	const char *bundle, *server_name;
	uint32_t pipes_max; /* connections: 8192 */
	/* 1024: connections that nobody has vouched for, from accept to a good Hello; 128: of them
	 * those of one address (of IPv6: one /64). 0: no bound for an address. */
	uint32_t pipes_waiting_max, pipes_address_max;
	int64_t probe_ms, probe_wait_ms; /* the dial to itself: 30000, 5000 */
	struct link_wake wake;
};

/* Starts to listen. RC_IO if the address is in use, RC_TLS for a bad certificate. Strings are
 * copied. The port and TLS have a thread of their own (link/front.h). */
enum rc link_listener_new(const struct link_listener_config *cfg, const struct log *log,
			  struct link_listener **ret, struct err *e) must_use;
/* For server_sessions_new: sends answers and closes pipes. */
struct link_server link_listener_api(struct link_listener *l);
/* Call it before the first drain. */
void link_listener_set_sink(struct link_listener *l, const struct link_server_sink *sink);
/* Makes the callbacks for everything that came in. Call it in every turn. */
void link_listener_drain(struct link_listener *l);
/* Dials its own port from time to time, and listens anew if the port does not answer. */
void link_listener_tick(struct link_listener *l, int64_t now_ms);
int64_t link_listener_deadline(const struct link_listener *l);
/* New connections get the new certificate, open ones stay. On failure nothing changes. bundle
 * (may be NULL) is for the dial to itself, which is made at once. */
enum rc link_listener_replace(struct link_listener *l, const char *cert, const char *key,
			      const char *bundle, int64_t now_ms, struct err *e) must_use;
/* The port it listens on. */
uint16_t link_listener_port(const struct link_listener *l);

struct link_listener_stats {
	uint32_t pipes, pipes_waiting; /* open connections; those of them without a Hello */
	uint32_t connecting; /* connections that are not a pipe yet: in TLS, or not introduced */
	uint32_t contexts, receiving, answering, parked;
	uint64_t accepted, refused_full; /* connections since the start; those closed because there
					    were too many */
	/* Of refused_full: because their address had too many. Connections without a good Hello
	 * that were dropped for newer ones. */
	uint64_t refused_address, dropped;
	uint64_t shakes_delayed; /* connections whose handshake waited: too many were begun */
	uint64_t slowed;    /* how often a connection was not read for a moment: it sent too much */
	uint32_t strangers; /* connections that nobody has vouched for */
	uint64_t failed; /* connections that ended before their introduction: TLS, silence, another
			    protocol */
	uint64_t oversized; /* frames that are too large; each closes its connection */
	uint64_t bad_frames, slow_readers;
	uint64_t probes, probes_failed, relistens;
};
void link_listener_stats(const struct link_listener *l, struct link_listener_stats *ret);

/* ---- the agent's end ---- */

struct link_dialer;

struct link_dialer_config {
	const char *server_name; /* what the server's certificate must name */
	const char *bundle;      /* PEM of the CAs to believe; may be set later */
	uint32_t local_ipv4;     /* the address to dial from, host order; 0: whichever */
	struct link_wake wake;
};

enum rc link_dialer_new(const struct link_dialer_config *cfg, struct link_dialer **ret,
			struct err *e) must_use;
/* For agent_session_new: dials and sends requests. */
struct link_client link_dialer_api(struct link_dialer *d);
void link_dialer_set_sink(struct link_dialer *d, const struct link_client_sink *sink);
/* Used from the next dial on; an open connection stays. */
void link_dialer_set_bundle(struct link_dialer *d, const char *bundle);
void link_dialer_drain(struct link_dialer *d);
