/* SPDX-License-Identifier: Apache-2.0 */
/* What agents tell about themselves. Every event names the session; one of an older session counts
 * for nothing. */
#pragma once

#include "coordinator/core/state/tables.h"

void agent_hello(struct core *c, const struct core_event *ev);  /* CEV_HELLO */
void agent_report(struct core *c, const struct core_event *ev); /* CEV_REPORT */
void agent_heard(struct core *c, const struct core_event *ev);  /* CEV_HEARD */
void agent_hangup(struct core *c, const struct core_event *ev); /* CEV_HANGUP */
