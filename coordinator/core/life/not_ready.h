/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that are not Ready while their agents answer. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Notes since when the Node is not Ready. To be called before the node's state is computed. */
void not_ready_note(struct core *c, struct node_record *n);
/* The Node is not Ready, and its agent answers: its members are not lost with it yet. */
bool not_ready_kept(const struct core *c, const struct node_record *n);
/* The time for which such a node keeps members, by the setting, is over. */
bool not_ready_over(const struct core *c, const struct node_record *n);
/* The time for which the job of the attempt keeps members on such a node is over. */
bool not_ready_over_for(const struct core *c, const struct attempt *a);
/* Sets when the node is looked at again. kept: what not_ready_kept says. */
void not_ready_plan(const struct core *c, struct node_record *n, bool kept);
