/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes that are not Ready while their agents answer. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Notes since when the Node is not Ready. Before the node's state is computed. */
void not_ready_note(struct core *c, struct node_record *n);
/* The Node is not Ready, and its agent answers: its members are not lost with it yet. */
bool not_ready_kept(const struct core *c, const struct node_record *n);
/* The time for which such a node keeps members, by the setting, is over. */
bool not_ready_over(const struct core *c, const struct node_record *n);
/* The time for which the job of the attempt has it is over. */
bool not_ready_over_for(const struct core *c, const struct attempt *a);
/* Sets when this is to be looked at again. kept: not_ready_kept. */
void not_ready_plan(const struct core *c, struct node_record *n, bool kept);
