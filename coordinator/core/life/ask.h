/* SPDX-License-Identifier: Apache-2.0 */
/* Before the first pod of a shape exists, a dry run of its create tells what admission makes of it.
 */
#pragma once

#include "coordinator/core/state/tables.h"

/* What the members of the job need is known, or cannot be: the job may be placed. If not, the
 * question is on its way, and the job is woken when it has been without an answer for too long. */
bool admission_known(struct core *c, struct job_record *j);
/* The answer is about to come: a status that is written now would soon be out of date. */
bool admission_soon(const struct core *c, const struct job_record *j);
/* The job, for which it is so, is decided again at the end of that time at the latest. */
void admission_await(struct job_record *j);
/* The timer of the shape is due. */
void admission_due(struct core *c, struct admitted *a);
/* An answer about the shape has come: when it is asked again. */
void admission_later(struct core *c, struct admitted *a);
/* Admission does something else to pods of one shape than before, so perhaps to those of others:
 * all shapes of jobs that wait are asked again, once a minute at most. */
void admission_changed(struct core *c);
void admission_round(struct core *c); /* the timer of that is due */
