/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's shell: the core's step. */
#pragma once

#include "agent/shell.h"

/* Gives the event to the core, with the time of this turn, and carries out the actions that the
 * core returns. No create or read ends during the call. */
void agent_step(struct agent *a, struct agent_event *ev);
void agent_act_cancel(struct agent *a); /* cancels all creates and reads; the core gets no event */
