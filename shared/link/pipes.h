/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: opening and closing of connections. */
#pragma once

#include "link/listener_parts.h"

void pipes_on_event(nng_pipe p, nng_pipe_ev ev, void *arg); /* nng's threads */
/* The loop's thread: handles what pipes_on_event has put into the mailbox. */
void pipes_opened(struct link_listener *l, const struct mail *m);
void pipes_closed(struct link_listener *l, const struct mail *m);
/* Drops what still arrives and closes the pipe; pipes_closed follows. */
void pipe_close(struct peer *p);
void pipes_vouch(void *self, uint64_t id);       /* link_server's vouch */
void pipes_close_by_id(void *self, uint64_t id); /* link_server's close */
