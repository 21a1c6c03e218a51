/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: acknowledged at once, handed to the owner if they bring anything new. */
#pragma once

#include "sync/server/record.h"

void server_report_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			   const struct msg_report *rep);
