/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what changed, at least every heartbeat. One is out at a time. */
#pragma once

#include "sync/agent/record.h"

/* Sends a Report, unless nothing changed and no heartbeat is due. */
void agent_report_send(struct agent_session *s, bool heartbeat);
void agent_report_acked(struct agent_session *s, const struct msg_ack *ack);
