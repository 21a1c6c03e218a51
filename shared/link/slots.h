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

void slots_fill(struct link_listener *l); /* makes slots until SLOTS_RECEIVING receive */
/* Its operation has ended. A peer that asks and does not read its answers is returned, for the
 * caller to close; else NULL. */
struct peer *slot_done(struct slot *s) must_use;
void slots_release(struct peer *p); /* those that are held; those that send end by themselves */
void slots_reply(void *self, uint64_t ticket, const struct msg *msg); /* link_server's reply */
