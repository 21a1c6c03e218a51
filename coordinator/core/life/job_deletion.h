/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are deleted, and jobs of which only pods are known. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A policy: a deleted job's pods go at once (the garbage collector would too), orphaned ones are
 * left alone. True: it is deleted. */
bool job_check_deleted(struct core *c, struct job_record *j);
/* Who loses pod after pod asks whether the job is still there: the garbage collector takes pods
 * whose job is gone, and the watch that should say so may be dead without a sign. */
void job_check_vanished(struct core *c, struct job_record *j);
/* Only its pods are known: a live GET tells what it is. */
void job_decide_stray(struct core *c, struct job_record *j);
