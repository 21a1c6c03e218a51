/* SPDX-License-Identifier: Apache-2.0 */
/* What the watch of ComputeJobs shows, and what a live GET of one says. */
#pragma once

#include "coordinator/core/state/tables.h"

void job_seen(struct core *c, const struct job *job);
/* Sets what a member of the job needs: the requests of its pod after admission. */
void job_admitted(struct core *c, struct job_record *j, const struct reslist *requests);
void job_deleted(struct core *c, const struct meta *gone);
void job_checked(struct core *c, const struct core_event *ev); /* CEV_JOB_CHECKED */
