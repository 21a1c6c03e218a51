/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the listener's dial to itself. */
#pragma once

#include "link/listener_parts.h"

enum rc probe_init(struct link_listener *l, const struct link_listener_config *cfg,
		   struct err *e) must_use;
void probe_certificate(struct link_listener *l, const char *bundle, int64_t now_ms);
void probe_drain(struct link_listener *l);
void probe_tick(struct link_listener *l, int64_t now_ms);
int64_t probe_deadline(const struct link_listener *l);
/* True if the request is the listener's own; the caller answers it. */
bool probe_is_own(const struct link_listener *l, const struct msg *msg);
