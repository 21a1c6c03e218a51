/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the table of connections, by our number and by nng's. */
#pragma once

#include "link/listener_parts.h"

/* NULL if there is no such connection, or not any more. */
struct peer *peers_find(const struct link_listener *l, uint64_t id);
struct peer *peers_find_nng(const struct link_listener *l, uint32_t nng_id);
/* host is the peer's address, cut to LIMIT_TEXT_BYTES. nng's number must be new. */
struct peer *peers_add(struct link_listener *l, uint32_t nng_id, uint64_t conn, const char *host);
void peers_remove(struct link_listener *l, struct peer *own);
/* It sent its Hello, so it does not count as waiting any more. A second call changes nothing. */
void peers_greeted(struct link_listener *l, struct peer *p);
