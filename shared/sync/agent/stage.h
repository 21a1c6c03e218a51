/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of an agent's session. Each function moves to a stage and does what entering it means;
 * it aborts if the stage before does not allow the move. */
#pragma once

#include "sync/agent/record.h"

void agent_stage_dial(struct agent_session *s, const char *address); /* DIALING */
void agent_stage_hello(struct agent_session *s); /* HELLO, also for each further page */
/* UP: the session of this Welcome begins. */
void agent_stage_up(struct agent_session *s, const struct msg_welcome *w);
/* PAUSED: hangs up; dials the Service again after a backoff. */
void agent_stage_drop(struct agent_session *s, const char *why);
/* WAITING: keeps the connection and says Hello again after a short backoff. */
void agent_stage_wait(struct agent_session *s, const char *why);
/* DIALING the leader, once: a second redirect, or one without an address, drops. */
void agent_stage_redirect(struct agent_session *s, const char *leader);
