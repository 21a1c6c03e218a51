/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the events that epoll watches for on a connection's two sockets. */
#pragma once

#include "link/front_parts.h"

/* EPOLLIN, EPOLLOUT, both or none; epoll reports errors and hang-ups in any case. */
void end_ask(struct end *end, uint32_t events);
/* Takes the socket out of epoll, so that not even errors are reported. */
void end_ask_nothing(struct end *end);
