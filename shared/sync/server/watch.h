/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: a session's Watch is parked until its node's orders are others than the agent has. The
 * answer is what has changed since the set that the agent named, if that fits one frame and costs
 * less than the set. Else it is a page of the full set: the first one, unless the agent asks for
 * the page after (or again for) the one that it was sent last, and the set is still the same. */
#pragma once

#include "sync/server/record.h"

/* Parks the Watch and has it looked at with the next tick. One that is parked already is released.
 */
void server_watch_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			  const struct msg_watch *w);
/* Answers the parked Watch with the revision that the agent has, without orders: nothing changed.
 */
void server_watch_release(struct server_sessions *s, struct server_pipe *p);
/* Looks at every Watch that is to be looked at. */
void server_watch_answer_stirred(struct server_sessions *s);
