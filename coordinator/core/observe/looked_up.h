/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods of jobs need were read. */
#pragma once

#include "coordinator/core/state/tables.h"

void looked_up(struct core *c, const struct core_event *ev); /* CEV_LOOKED_UP */
