/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out of a step. An action and its strings live until the next step. */
#pragma once

#include "coordinator/core/state/tables.h"

struct core_action *action_new(struct core *c, enum core_action_type type); /* zeroed */
const char *action_str(struct core *c, const char *s); /* a copy; NULL gives "" */
/* An action about the job's object. */
struct core_action *action_job(struct core *c, enum core_action_type type,
			       const struct job_record *j);
/* Kubernetes Events; the reason's type (Normal, Warning) comes from reasons.def. */
void event_job(struct core *c, const struct job_record *j, enum reason reason, const char *note);
void event_node(struct core *c, const struct node_record *n, enum reason reason, const char *note);
