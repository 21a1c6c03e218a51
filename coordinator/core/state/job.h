/* SPDX-License-Identifier: Apache-2.0 */
/* The job table. A job is found by namespace and name while its object lives, and by UID for as
 * long as attempts of it are known: a job that is deleted and made again under its name is another
 * job. A job of which only pods are known (a stray) is kept until a live GET tells what it is. */
#pragma once

#include "coordinator/core/state/tables.h"

/* NULL: not known. The first finds jobs whose object lives, the second also those that were
 * deleted and still have attempts. */
struct job_record *job_find(const struct core *c, const char *ns, const char *name);
struct job_record *job_find_uid(const struct core *c, const char *uid);
struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid);
/* A record for a pod whose job is not known. */
struct job_record *job_stray(struct core *c, const struct member *m);
/* The object came (named) or was deleted (not named): job_find finds it, or no longer does. */
void job_set_named(struct core *c, struct job_record *j, bool named);
void job_free(struct core *c, struct job_record *j);       /* it must have no attempt */
void job_maybe_free(struct core *c, struct job_record *j); /* without attempts and object */
/* The job changed: this step, or a later one, decides about it. */
void job_dirty(struct core *c, struct job_record *j);
/* The first of the jobs that changed, which is not one of them any more; NULL: none is left. */
struct job_record *job_take_dirty(struct core *c);
/* While the job is decided about: decide again at at_ms (monotonic) at the latest. */
void job_wake(struct job_record *j, int64_t at_ms);

/* Life: the moves are checked. */
bool job_state_final(enum job_state s); /* Completed or Failed */
bool job_finished(const struct job_record *j);
void job_set_state(struct core *c, struct job_record *j, enum job_state to);
/* The state as its status has it, whoever wrote that. */
void job_adopt_state(struct job_record *j, enum job_state to);
/* A final state that was never stored is taken back: the spec was changed meanwhile, so the write
 * would be fenced by a version that the end was not computed from. */
void job_take_back(struct core *c, struct job_record *j);
/* The time of the last change of status is the wall time in whole seconds. */
void job_set_condition(struct core *c, struct job_record *j, enum job_condition which,
		       enum cond_status st, enum reason reason);
/* status.reason and status.message; a longer message is cut to MESSAGE_MAX bytes. */
void job_set_message(struct job_record *j, enum reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Members. index < PARALLELISM_MAX everywhere. */
struct slot *job_slot(struct job_record *j, uint32_t index); /* makes it */
void job_complete_index(struct job_record *j, uint32_t index);
/* Indexes beyond parallelism are remembered (they may come back) but not counted. */
void job_recount_completed(struct job_record *j);
uint32_t job_live(const struct job_record *j); /* attempts that are neither ended nor stopping */
/* Adds the nodes that hold a member of the job. */
void job_nodes(const struct job_record *j, struct bitset *ret);
/* How many members must fit at once for anything to be placed; at least 1. */
uint32_t job_needs_at_once(const struct job_record *j);
/* A kubelet there refused a member of the job, and its backoff runs. */
bool job_refused_by(const struct core *c, const struct job_record *j, const struct node_record *n);
