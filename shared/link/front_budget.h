/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: how much a peer may send. A connection that has used its budget is not read
 * until there is some again, so its peer has to wait; nothing is lost, and nobody is cut off. A
 * frame costs 1 KiB at least, since each is work for the loop. */
#pragma once

#include "link/front_parts.h"

void budget_start(struct conn *c); /* a stranger's */
void budget_vouched(struct conn *c);
/* False: the connection is not read now; front_budget_turn goes on with it. */
bool budget_left(struct conn *c);
void budget_pay(struct conn *c, size_t bytes);
void budget_frame(struct conn *c, uint64_t frame_bytes); /* a frame of that length begins */
void budget_drop(struct conn *c); /* the connection goes; harmless if it is read */
/* A connection that may be read again, or NULL. */
struct conn *budget_next(struct front *f);
