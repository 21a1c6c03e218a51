/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: the core's step. */
#pragma once

#include "coordinator/shell.h"

/* Hands the event to the core, with the time of this turn, and carries out the actions that follow.
 * No operation ends inside of it. */
void shell_step(struct coordinator *c, struct core_event *ev);
