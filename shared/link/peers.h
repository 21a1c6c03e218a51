/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the table of connections, by our number and by nng's. */
#pragma once

#include "link/listener_parts.h"

/* NULL: none, or gone by now. */
struct peer *peers_find(const struct link_listener *l, uint64_t id);
struct peer *peers_find_nng(const struct link_listener *l, uint32_t nng_id);
/* host: its address, cut to LIMIT_TEXT_BYTES. nng's number must be new. */
struct peer *peers_add(struct link_listener *l, uint32_t nng_id, const char *host);
void peers_remove(struct link_listener *l, struct peer *own);
/* It has said Hello, so it counts no more among those that wait. Twice is once. */
void peers_greeted(struct link_listener *l, struct peer *p);
