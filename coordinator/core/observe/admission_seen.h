/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server makes of pods, as a dry run or a pod that exists shows it. */
#pragma once

#include "coordinator/core/state/tables.h"

void admission_answered(struct core *c, const struct core_event *ev); /* CEV_POD_ASKED */
/* The pod of an attempt is seen for the first time, as admitted. */
void admission_shown(struct core *c, const struct attempt *a, const struct reslist *requests);
