/* SPDX-License-Identifier: Apache-2.0 */
/* Pod templates, known by namespace and hash. The table counts how many jobs use each (the shell
 * keeps the texts), and remembers which templates agents may not use in a namespace although the
 * coordinator may. */
#pragma once

#include "coordinator/core/state/tables.h"

/* One job more (sign 1) or less (sign -1) uses the template. When the last job leaves, the shell
 * drops the text. */
void templates_use(struct core *c, const char *ns, uint32_t template_id, int sign);
/* The template is that of the job's spec, by the hash of this version or by that of older ones.
 * template_id 0 is the template of no job. */
bool templates_are_same(const struct job_record *j, uint32_t template_id);
/* A pod of the template runs what the job's spec says: only tolerations may differ. */
bool templates_run_same(const struct core *c, const struct job_record *j, uint32_t template_id);
void templates_forget(struct core *c);
uint32_t templates_count(const struct core *c);
bool templates_used(const struct core *c, const char *name); /* by a job or an attempt */
/* Agents may not create pods of this template in this namespace, but the coordinator may. The names
 * stay remembered when the jobs are gone, at most TEMPLATES_BY_COORDINATOR_MAX of them. */
bool templates_by_coordinator(const struct core *c, const char *ns, uint32_t template_id);
void templates_remember(struct core *c, const char *ns, uint32_t template_id);
