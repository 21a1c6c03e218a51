/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of pods, and what is missing in them. A missing pod counts as gone only in a list that the
 * coordinator has read itself. */
#pragma once

#include "coordinator/core/state/tables.h"

void pods_listed(struct core *c, const struct core_event *ev); /* CEV_PODS */
/* A Hello is complete, and names all pods of its node. If a known pod is missing, the coordinator
 * lists the pods of the node before it counts as gone. */
void hello_listed(struct core *c, struct node_record *n);
