/* SPDX-License-Identifier: Apache-2.0 */
/* Making the actions of a step. An action and its strings live until the next step. */
#pragma once

#include "coordinator/core/state/tables.h"

struct core_action *action_new(struct core *c, enum core_action_type type); /* zeroed */
/* Memory of actions, and memory of views. What is in it lives until the next step. */
struct arena *action_memory(struct core *c);
struct arena *view_memory(const struct core *c);
/* A copy that lives as long as the action; NULL gives "". */
const char *action_str(struct core *c, const char *s);
/* An action about the object of a job. */
struct core_action *action_job(struct core *c, enum core_action_type type,
			       const struct job_record *j);
/* Kubernetes Events. reasons.def gives the type of each reason (Normal or Warning); the note is a
 * sentence that says what happened and, if somebody has to act, what to do. */
void event_job(struct core *c, const struct job_record *j, enum reason reason, const char *note);
void event_node(struct core *c, const struct node_record *n, enum reason reason, const char *note);
