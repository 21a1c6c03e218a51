/* SPDX-License-Identifier: Apache-2.0 */
/* The job table. A job is found by namespace and name while its object exists, and by UID as long
 * as attempts of it are known. A job that is deleted and created again under the same name is
 * another job. A job of which only pods are known (a stray) is kept until a live GET shows whether
 * it exists. */
#pragma once

#include "coordinator/core/state/tables.h"

/* NULL: the job is not known. job_find finds jobs whose object exists, job_find_uid also those that
 * were deleted and still have attempts. */
struct job_record *job_find(const struct core *c, const char *ns, const char *name);
struct job_record *job_find_uid(const struct core *c, const char *uid);
struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid);
/* A record for a pod whose job is not known. */
struct job_record *job_stray(struct core *c, const struct member *m);
/* named: the object exists, and job_find finds the job; else job_find does not find it any more. */
void job_set_named(struct core *c, struct job_record *j, bool named);
void job_free(struct core *c, struct job_record *j);       /* the job must have no attempt */
void job_maybe_free(struct core *c, struct job_record *j); /* without attempts and object */
/* The job changed: this step or a later one decides about it. */
void job_dirty(struct core *c, struct job_record *j);
/* Takes the first of the jobs that changed; NULL: none is left. */
struct job_record *job_take_dirty(struct core *c);
/* Called while the job is decided about: it is decided about again at at_ms (monotonic) at the
 * latest. */
void job_wake(struct job_record *j, int64_t at_ms);

/* The state. Each move is checked. */
bool job_state_final(enum job_state s); /* Completed or Failed */
bool job_finished(const struct job_record *j);
void job_set_state(struct core *c, struct job_record *j, enum job_state to);
/* Sets the state to that of a stored status, whoever wrote the status. */
void job_adopt_state(struct job_record *j, enum job_state to);
/* Takes back a final state that was never stored. The spec changed meanwhile, so the write of the
 * final state would be refused: it was computed from an older version. */
void job_take_back(struct core *c, struct job_record *j);
/* The time of a condition is the wall time, in whole seconds, when its status last changed. */
void job_set_condition(struct core *c, struct job_record *j, enum job_condition which,
		       enum cond_status st, enum reason reason);
/* Sets status.reason and status.message. A message longer than MESSAGE_MAX bytes is cut. */
void job_set_message(struct job_record *j, enum reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The members. An index is always below PARALLELISM_MAX. */
struct slot *job_slot(struct job_record *j, uint32_t index); /* made if there is none yet */
void job_complete_index(struct job_record *j, uint32_t index);
/* Counts the completed indexes again. Indexes from parallelism on are remembered, as parallelism
 * may grow, but not counted. */
void job_recount_completed(struct job_record *j);
uint32_t job_live(const struct job_record *j); /* attempts that are neither stopping nor ended */
/* Adds the nodes that hold a member of the job to *ret. */
void job_nodes(const struct job_record *j, struct bitset *ret);
/* How many members must find nodes at the same time; at least 1. */
uint32_t job_needs_at_once(const struct job_record *j);
/* A kubelet on this node refused a member of the job, and the pause after it is not over. */
bool job_refused_by(const struct core *c, const struct job_record *j, const struct node_record *n);
