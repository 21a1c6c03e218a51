/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: requests and answers. A slot is one REP context with its operation:
 *
 *     RECEIVING ── request ──► HELD ── reply ──► SENDING ── sent ──► RECEIVING
 *         ▲                     │ its pipe went
 *         └─────────────────────┘
 *
 * SLOTS_RECEIVING of them receive at all times, however many are held: nng sees a hang-up only on a
 * pipe that it reads from, and it reads on only while somebody receives. */
#pragma once

#include "link/listener_parts.h"

void slots_fill(struct link_listener *l); /* makes slots until SLOTS_RECEIVING of them receive */
/* Handles the end of the slot's operation. Returns a peer that does not read its answers, for
 * the caller to close, or NULL. */
struct peer *slot_done(struct slot *s) must_use;
void slots_release(struct peer *p); /* releases the held slots; those that send end by themselves */
void slots_reply(void *self, uint64_t ticket, const struct msg *msg); /* link_server's reply */
