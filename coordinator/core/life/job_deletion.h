/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are deleted, and jobs of which only pods are known. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A policy: the pods of a deleted job are deleted at once, as the garbage collector would; orphaned
 * pods are left alone. True: the job is deleted. */
bool job_check_deleted(struct core *c, struct job_record *j);
/* Deletes a job whose ttl is over, and again later if the job still exists then. */
void job_delete(struct core *c, struct job_record *j);
/* If one pod after another vanishes, asks whether the job still exists. The garbage collector may
 * be deleting the pods because the job is gone, while the watch that should show it is dead without
 * a sign. */
void job_check_vanished(struct core *c, struct job_record *j);
/* Only pods of the job are known: a live GET shows whether the job exists. */
void job_decide_stray(struct core *c, struct job_record *j);
