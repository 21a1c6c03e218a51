/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: connections, as nng tells of them and as they are closed. */
#pragma once

#include "link/listener_parts.h"

void pipes_on_event(nng_pipe p, nng_pipe_ev ev, void *arg); /* nng's threads */
/* The loop's thread: what pipes_on_event put into the mailbox. */
void pipes_opened(struct link_listener *l, const struct mail *m);
void pipes_closed(struct link_listener *l, const struct mail *m);
/* Nothing of it is heard from now on; nng tells when it is gone. */
void pipe_close(struct peer *p);
void pipes_close_by_id(void *self, uint64_t id); /* link_server's close */
