/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's shell: the core's step. */
#pragma once

#include "agent/shell.h"

/* Hands the event to the core, with the time of this turn, and carries out the actions that follow.
 * No create or read ends inside of it. */
void agent_step(struct agent *a, struct agent_event *ev);
void agent_act_cancel(struct agent *a); /* all creates and reads, without an event */
