/* SPDX-License-Identifier: Apache-2.0 */
/* The job table. A job is found by namespace and name while its object exists, and by namespace,
 * name and UID as long as attempts of it are known. A job that is deleted and created again under
 * the same name is another job. A job of which only pods are known (a stray) is kept until a live
 * GET shows whether it exists. */
#pragma once

#include "coordinator/core/state/job_life.h"
#include "coordinator/core/state/job_members.h"
#include "coordinator/core/state/job_told.h"
#include "coordinator/core/state/tables.h"

/* NULL: the job is not known. job_find finds jobs whose object exists, job_find_same also those
 * that were deleted and still have attempts, and strays; all three names have to agree. */
struct job_record *job_find(const struct core *c, const char *ns, const char *name);
struct job_record *job_find_same(const struct core *c, const char *ns, const char *name,
				 const char *uid);
struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid);
/* A record for a pod whose job is not known. */
struct job_record *job_stray(struct core *c, const struct member *m);
/* named: the object exists, and job_find finds the job; else job_find does not find it any more. */
void job_set_named(struct core *c, struct job_record *j, bool named);
/* The job must have neither attempts nor dependencies. */
void job_free(struct core *c, struct job_record *j);
void job_free_if_unused(struct core *c, struct job_record *j); /* without attempts and object */
/* A pod of the job vanished although the coordinator did not delete it. */
void job_pod_vanished(struct job_record *j);
/* The job is decided about again at at_ms (monotonic); INT64_MAX: not by itself. */
void job_set_timer(struct core *c, struct job_record *j, int64_t at_ms);
/* The job changed: this step or a later one decides about it. */
void job_dirty(struct core *c, struct job_record *j);
/* Takes the first of the jobs that changed; NULL: none is left. */
struct job_record *job_take_dirty(struct core *c);
