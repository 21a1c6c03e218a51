/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: refusals in the log, at most once a minute for each peer and kind. The caller
 * counts them. */
#pragma once

#include "link/listener_parts.h"

void refused(struct link_listener *l, const char *peer, const char *what, const char *why);
void refused_full(struct link_listener *l, uint64_t total);    /* total since the start */
void refused_dropped(struct link_listener *l, uint64_t total); /* likewise */
void refused_delayed(struct link_listener *l, uint64_t total); /* likewise */
void refused_slowed(struct link_listener *l, uint64_t total);  /* likewise */
void refused_by_front(struct link_listener *l, const struct mail *m);
