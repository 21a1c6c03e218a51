/* SPDX-License-Identifier: Apache-2.0 */
/* The agent link over nng and TLS 1.3: the coordinator's listener and the agent's dialer behind the
 * contracts of sync/link_api.h. Everything here is called on the loop's thread. nng's threads only
 * append to a mailbox and call wake; the loop then calls drain, which makes the callbacks. Objects
 * live as long as the process: leave by _exit, nng is never shut down. */
#pragma once

#include "base/log.h"
#include "base/must.h"
#include "sync/link_api.h"

/* How to wake the loop from another thread; must neither block nor fail. */
struct link_wake {
	void *self;
	void (*wake)(void *self);
};

/* Once, before anything else of this room: few threads for nng whatever the machine has. */
void link_global_init(void);
/* Open descriptors of this process: what leaks when peers vanish shows here. */
uint32_t link_descriptors(void);

/* ---- the coordinator's end ---- */

struct link_listener;

struct link_listener_config {
	const char *address;    /* host:port to listen on; port 0: any */
	const char *cert, *key; /* PEM */
	/* For the listener's dial to itself: what an agent would check. NULL bundle: none. */
	const char *bundle, *server_name;
	uint32_t pipes_max;         /* connections: 8192 */
	uint32_t pipes_waiting_max; /* 1024: those without a Hello, and those still connecting */
	int64_t probe_ms, probe_wait_ms; /* the dial to itself: 30000, 5000 */
	struct link_wake wake;
};

/* Starts to listen. An address in use or a bad certificate: RC_IO or RC_TLS. Strings are copied.
 * A thread of its own owns the port and TLS (link/front.h). */
enum rc link_listener_new(const struct link_listener_config *cfg, const struct log *log,
			  struct link_listener **ret, struct err *e) must_use;
/* What carries answers and closes pipes, for server_sessions_new. */
struct link_server link_listener_api(struct link_listener *l);
/* To be set before the first drain. */
void link_listener_set_sink(struct link_listener *l, const struct link_server_sink *sink);
/* Makes the callbacks for all that came in, once a turn, whether or not it was woken. */
void link_listener_drain(struct link_listener *l);
/* The dial to itself; a port that does not answer it is listened on anew. */
void link_listener_tick(struct link_listener *l, int64_t now_ms);
int64_t link_listener_deadline(const struct link_listener *l);
/* New connections meet another certificate from now on; open ones go on. On failure nothing
 * changes. bundle (may be NULL): what the dial to itself believes; it is made at once. */
enum rc link_listener_replace(struct link_listener *l, const char *cert, const char *key,
			      const char *bundle, int64_t now_ms, struct err *e) must_use;
/* The port it listens on. */
uint16_t link_listener_port(const struct link_listener *l);

struct link_listener_stats {
	uint32_t pipes, pipes_waiting; /* open; of these without a Hello */
	uint32_t connecting;           /* not yet a pipe: in TLS, or not introduced */
	uint32_t contexts, receiving, answering, parked;
	uint64_t accepted, refused_full; /* connections since the start; closed at the cap */
	uint64_t failed; /* connections that never said who they are: TLS, silence, another protocol
			  */
	uint64_t oversized; /* frames past the cap; each closes its pipe */
	uint64_t bad_frames, slow_readers;
	uint64_t probes, probes_failed, relistens;
};
void link_listener_stats(const struct link_listener *l, struct link_listener_stats *ret);

/* ---- the agent's end ---- */

struct link_dialer;

struct link_dialer_config {
	const char *server_name; /* what the server's certificate must name */
	const char *bundle;      /* PEM of the CAs to believe; may be set later */
	struct link_wake wake;
};

enum rc link_dialer_new(const struct link_dialer_config *cfg, struct link_dialer **ret,
			struct err *e) must_use;
/* What dials and asks, for agent_session_new. */
struct link_client link_dialer_api(struct link_dialer *d);
void link_dialer_set_sink(struct link_dialer *d, const struct link_client_sink *sink);
/* For the next dial on; a connection that is open stays. */
void link_dialer_set_bundle(struct link_dialer *d, const char *bundle);
void link_dialer_drain(struct link_dialer *d);
