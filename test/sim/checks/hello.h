/* SPDX-License-Identifier: Apache-2.0 */
/* What a new leader learns from an agent at once. */
#pragma once

#include "test/sim/checks/record.h"

/* The agent sends it. A Hello of several pages is not looked at. */
void check_hello(struct checks *c, const struct host *agent, const struct msg_hello *m);
