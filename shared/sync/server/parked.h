/* SPDX-License-Identifier: Apache-2.0 */
/* A session's Watch while it waits for its answer, and the list of those to be looked at. */
#pragma once

#include "sync/server/record.h"

/* Parks the Watch; none may be parked. */
void server_parked_put(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
		       const struct msg_watch *w);
/* Forgets it without an answer; harmless where none is parked. */
void server_parked_forget(struct server_sessions *s, struct server_pipe *p);
/* It is to be looked at; harmless where none is parked. */
void server_parked_stir(struct server_sessions *s, struct server_pipe *p);
/* Takes the first out of the list of those to be looked at; NULL: there is none. */
struct server_pipe *server_parked_next(struct server_sessions *s);
