/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a job: the state, whose moves are checked, and the times that decide about the job.
 */
#pragma once

#include "coordinator/core/state/tables.h"

bool job_state_final(enum job_state s); /* Completed or Failed */
bool job_finished(const struct job_record *j);
/* A job that ends now has this wall time, in whole seconds, as its end. */
void job_set_state(struct core *c, struct job_record *j, enum job_state to);
/* Sets state, start and end (wall times) of a job that has no state yet to those of a stored
 * status, whoever wrote the status. */
void job_life_adopt(struct job_record *j, enum job_state to, int64_t start_ms, int64_t end_ms);
/* Takes back a final state that was never stored. The spec changed meanwhile, so the write of the
 * final state would be refused: it was computed from an older version. */
void job_take_back(struct core *c, struct job_record *j);

/* Enough members are placed: sets startTime if the job has none. */
void job_start(struct core *c, struct job_record *j);
/* All nodes are given back: the job has no startTime, and counts as never started nor formed. */
void job_unstart(struct job_record *j);
/* What has succeeded until now is no part of the gang that starts next. */
void job_start_from(struct job_record *j);
void job_note_started(struct job_record *j);  /* a container of a member has started */
void job_note_formed(struct job_record *j);   /* the gang had its pods at once */
void job_note_together(struct job_record *j); /* so many ran at once, or had succeeded */
/* Called while the job is decided about: it is decided about again at at_ms (monotonic) at the
 * latest. */
void job_wake(struct job_record *j, int64_t at_ms);

/* No member is placed before until_ms (monotonic). */
void job_hold(struct job_record *j, int64_t until_ms);
/* The API server denied a pod: no member is placed during a pause, which grows with each denial. A
 * denial during the pause is no other one. */
void job_hold_denied(const struct core *c, struct job_record *j);
/* The API server accepts pods of the job, or may accept them: earlier denials do not count. */
void job_accepted(struct job_record *j);
