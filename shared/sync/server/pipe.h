/* SPDX-License-Identifier: Apache-2.0 */
/* The table of pipes and the states of a pipe. A function that moves a pipe does what entering the
 * state means, sets the pipe's timer, and aborts if the state before does not allow the move. */
#pragma once

#include "sync/server/record.h"

struct server_pipe *server_pipe_find(const struct server_sessions *s, uint64_t id); /* or NULL */
/* The pipe whose session is the node's, or NULL. */
struct server_pipe *server_pipe_of_node(const struct server_sessions *s, const char *node);
void server_pipe_open(struct server_sessions *s, uint64_t id, const char *peer); /* NEW */
/* Frees a pipe that has no session; the connection is closed by the peer, or stays. */
void server_pipe_free(struct server_sessions *s, struct server_pipe *p);
void server_pipe_drop(struct server_sessions *s, struct server_pipe *p); /* closes and frees */

/* NEW from any state, without on_hangup: its Hello and session are forgotten. */
void server_pipe_reset(struct server_sessions *s, struct server_pipe *p);
/* A pipe of SESSION on which nothing was heard for long is closed, with on_dropped. */
void server_pipe_fall_silent(struct server_sessions *s, struct server_pipe *p);
/* NEW from SESSION, with on_hangup; nothing in any other state. */
void server_pipe_hang_up(struct server_sessions *s, struct server_pipe *p);
/* REVIEW of the Hello's token. */
void server_pipe_review(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			const char *token, const char *print);
void server_pipe_paging(struct server_sessions *s, struct server_pipe *p); /* PAGING */
/* SESSION of p->node, which no other pipe may have. */
void server_pipe_session(struct server_sessions *s, struct server_pipe *p);

/* Without a session: closes soon, when the answer of a moment ago has arrived. */
void server_pipe_leave(struct server_sessions *s, struct server_pipe *p);
/* Sets the timer again, after a time that it depends on has changed. */
void server_pipe_schedule(struct server_sessions *s, struct server_pipe *p);
/* The session was not heard for so long that its connection is given up. */
bool server_pipe_silent(const struct server_sessions *s, const struct server_pipe *p);
