/* SPDX-License-Identifier: Apache-2.0 */
/* The agent link as typed calls: shared/link carries them over nng and TLS, the simulator over its
 * own network. All calls and callbacks happen on the loop's thread. A callback may call anything
 * here. Messages are borrowed for the call. */
#pragma once

#include "model/message.h"

/* Server side (coordinator). A pipe is one agent's connection; its id is never used again. A
 * request is answered once, by its ticket; an answer to a ticket of a closed pipe is harmless. */
struct link_server {
	void *self;
	void (*reply)(void *self, uint64_t ticket, const struct msg *msg);
	void (*close_pipe)(void *self, uint64_t pipe);
	/* The peer has shown who it is: its connection does not count among those of strangers any
	 * more. NULL: nobody counts them. */
	void (*vouch)(void *self, uint64_t pipe);
};

struct link_server_sink {
	void *self;
	void (*on_pipe_open)(void *self, uint64_t pipe, const char *peer); /* address, for logs */
	void (*on_pipe_closed)(void *self, uint64_t pipe);                 /* by either side */
	void (*on_request)(void *self, uint64_t pipe, uint64_t ticket, const struct msg *msg);
	void (*on_bad_frame)(void *self, uint64_t pipe, uint64_t ticket, const char *why);
};

/* Client side (agent). One connection at a time; two channels, each with at most one request out.
 */
enum link_channel { LINK_REPORT, LINK_WATCH, LINK_CHANNEL_N };

struct link_client {
	void *self;
	/* Closes the connection that there is and dials address (host:port). What dial or hang_up
	 * closes is not told by on_closed: after either, callbacks are about the new connection
	 * only. */
	void (*dial)(void *self, const char *address);
	void (*hang_up)(void *self);
	/* Sends on the open connection; replaces a request still out on that channel. */
	void (*request)(void *self, enum link_channel ch, const struct msg *msg);
};

struct link_client_sink {
	void *self;
	void (*on_open)(void *self);
	/* The dial failed, or the connection is closed. */
	void (*on_closed)(void *self, const char *why);
	void (*on_reply)(void *self, enum link_channel ch, const struct msg *msg);
};
