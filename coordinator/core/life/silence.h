/* SPDX-License-Identifier: Apache-2.0 */
/* Agents that fall silent. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once in a step: finds the agents that are silent now, and whether most of them are. */
void silence_tick(struct core *c);
void silence_forget(struct core *c); /* all nodes are forgotten */
/* When silence_tick has something to do; INT64_MAX: not before the next event. */
int64_t silence_deadline(const struct core *c);
