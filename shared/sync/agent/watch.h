/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's Watch: one is always out; its answers are pages of orders, of which only complete
 * sets are handed on. */
#pragma once

#include "sync/agent/record.h"

void agent_watch_send(struct agent_session *s);
/* Takes the answer and sends the next Watch. NULL, or why the session is to be dropped. */
const char *agent_watch_answered(struct agent_session *s, const struct msg_orders *page);
