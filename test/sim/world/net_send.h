/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agents' network: departure. */
#pragma once

#include "test/sim/world/net_state.h"

/* Sends a packet in order on its pipe and direction; after the cut, when a node is cut off.
 * last_ms: last_up_ms or last_down_ms of the pipe. */
void packet_send(struct net *n, struct packet *k, const struct pipe *p, int64_t *last_ms);
void pipe_send_closed(struct net *n, struct pipe *p, struct port *to, const char *why);
/* One end closes; the other sees a FIN. */
void pipe_close_end(struct net *n, struct pipe *p, bool client, bool fin);
