/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: passes connections from the front to nng. */
#pragma once

#include "link/listener_parts.h"

enum rc doors_open(struct link_listener *l, struct err *e) must_use;
/* The front's thread; front_config's hand_over. */
bool doors_hand_over(void *self, int own_fd, const char *peer, void *token);
/* nng's threads: returns the token and the peer of the connection that became the pipe; NULL if
 * it is nobody's. */
void *doors_passed(struct link_listener *l, nng_pipe p, char ret_peer[LIMIT_TEXT_BYTES]);
void doors_tick(struct link_listener *l, int64_t now_ms); /* replaces listeners that are stuck */
