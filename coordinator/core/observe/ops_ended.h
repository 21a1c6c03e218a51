/* SPDX-License-Identifier: Apache-2.0 */
/* How creates and deletes of the coordinator's own ended. */
#pragma once

#include "coordinator/core/state/tables.h"

void pod_op_ended(struct core *c, const struct core_event *ev); /* CEV_POD_DONE */
