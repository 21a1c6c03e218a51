/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's Hello: everything it knows, copied once, told page by page. */
#pragma once

#include "sync/agent/record.h"

/* Sends the first page of a new Hello. NULL, or why there is nothing to say Hello with. */
const char *agent_hello_begin(struct agent_session *s);
/* Sends the page after the one that was answered; there must be one. */
void agent_hello_next(struct agent_session *s);
