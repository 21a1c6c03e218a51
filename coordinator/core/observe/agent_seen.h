/* SPDX-License-Identifier: Apache-2.0 */
/* What agents tell about themselves. Each event names a session; an event of an older session does
 * not count. */
#pragma once

#include "coordinator/core/state/tables.h"

void agent_hello(struct core *c, const struct core_event *ev);   /* CEV_HELLO */
void agent_report(struct core *c, const struct core_event *ev);  /* CEV_REPORT */
void agent_heard(struct core *c, const struct core_event *ev);   /* CEV_HEARD */
void agent_hangup(struct core *c, const struct core_event *ev);  /* CEV_HANGUP */
void agent_dropped(struct core *c, const struct core_event *ev); /* CEV_DROPPED */
