/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: what epoll is asked to tell of a connection's two sockets. */
#pragma once

#include "link/front_parts.h"

/* EPOLLIN, EPOLLOUT, both or none; errors and hang-ups are told in any case. */
void end_ask(struct end *end, uint32_t events);
/* Not even errors are told: only by taking it out of epoll. */
void end_ask_nothing(struct end *end);
