/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of pods: what is missing in one. Absence counts only if the coordinator has read it itself.
 */
#pragma once

#include "coordinator/core/state/tables.h"

void pods_listed(struct core *c, const struct core_event *ev); /* CEV_PODS */
/* A Hello is over. It is the node's whole truth: what it lacks is looked up before it counts as
 * gone. */
void hello_listed(struct core *c, struct node_record *n);
