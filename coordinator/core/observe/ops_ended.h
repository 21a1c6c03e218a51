/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of creates and deletes by the coordinator itself. */
#pragma once

#include "coordinator/core/state/tables.h"

/* ACT_SERVICE was answered. */
void job_service_ended(struct core *c, const struct core_event *ev);
void pod_op_ended(struct core *c, const struct core_event *ev); /* CEV_POD_DONE */
