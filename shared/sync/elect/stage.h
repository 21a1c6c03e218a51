/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of an election. Each function moves to a stage and does what that means, the owner's
 * callback included; it aborts if the stage before does not allow the move. */
#pragma once

#include "sync/elect/record.h"

void elect_stage_follow(struct elect *e); /* starts */
/* LEAD, in the epoch of the record's resourceVersion; none if that is no number. */
void elect_stage_lead(struct elect *e);
/* From LEAD to FOLLOW or RELEASE. */
void elect_stage_lost(struct elect *e, enum elect_stage to, enum log_level level, const char *why);
void elect_stage_out(struct elect *e);
