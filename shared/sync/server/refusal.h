/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: answered, counted, and logged once for each peer and minute, so that a peer that keeps
 * knocking does not fill the log. */
#pragma once

#include "sync/server/record.h"

/* Answers the ticket with a Reject. NOT_LEADER and SESSION are no trouble and are not logged. */
void server_reject(struct server_sessions *s, const char *peer, uint64_t ticket, enum reject reason,
		   const char *message);
/* Logs `what`, unless the peer's last refusal was logged less than a minute ago. */
void server_refusal_log(struct server_sessions *s, const char *peer, const char *what,
			const char *why);
void server_limits_clear(struct server_sessions *s);
