/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the coordinator's shell: the core's step. */
#pragma once

#include "coordinator/shell.h"

/* Gives the event to the core, with the time of this turn, and carries out the actions that the
 * core returns. No operation ends during the call. */
void shell_step(struct coordinator *c, struct core_event *ev);
