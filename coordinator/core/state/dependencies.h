/* SPDX-License-Identifier: Apache-2.0 */
/* The names that jobs depend on (spec.dependsOn). A table of targets, by namespace and name, has
 * the entries of each name, so a change of one job reaches those that wait for it and no others.
 * At most DEPENDENCIES_NS_MAX entries of a namespace are in the table; a job that has others is
 * looked at by the clock instead. An entry leaves the table when its job needs it no more: the
 * dependency is satisfied and that is stored, or the job has finished or is deleted. */
#pragma once

#include "coordinator/core/state/tables.h"

enum {
	DEPENDENCIES_NS_MAX = 65536,
	/* So many jobs that wait for one name say in what state it is. More are told only when it
	 * decides about them: else one job that is suspended and resumed again and again would
	 * have all of them write. */
	DEPENDENTS_TOLD_MAX = 100,
};

/* The entries are those of the spec from now on. What is satisfied of them, by the status or as it
 * was before, stays so. */
void dependencies_set(struct core *c, struct job_record *j, const struct job_spec *spec,
		      const struct job_status *st);
void dependencies_free(struct core *c, struct job_record *j);
/* The job has ended: its entries stay, and nobody wakes it for them. */
void dependencies_unwatch(struct core *c, struct job_record *j);
/* Some are not satisfied. */
bool dependencies_open(const struct job_record *j);
/* Some of these are in no target: nobody wakes the job for them. */
bool dependencies_unwatched(const struct job_record *j);
/* The i-th is satisfied now. */
void dependency_satisfied(struct core *c, struct job_record *j, uint32_t i);
/* So many jobs wait for this name that its state is not told. */
bool dependency_crowded(const struct dependency_entry *e);

/* A status of the job goes out; it, or another that says the same, is stored. */
void dependencies_inflight(struct job_record *j);
void dependencies_stored(struct core *c, struct job_record *j);

/* The job of this name is in this state: those that wait for it are decided about, if it is news
 * to them. */
void dependents_tell(struct core *c, const char *ns, const char *name, enum dependency_state s);
/* Somebody waits for this name, or it is not yet stored that he did not wait in vain. */
bool dependents_watch(const struct core *c, const struct job_record *j);

/* What a job says of its dependencies. */
void dependencies_set_waits(struct job_record *j, bool waits);
/* Whether the job waits for itself, through others. When that changes, those that wait for it look
 * again unless they say the same of themselves: each job of a circle waits for one of it. */
void dependencies_set_circle(struct core *c, struct job_record *j, bool circle);
void dependencies_look_for_circle(struct core *c, struct job_record *j);
void dependencies_search(struct core *c); /* a new search begins */
/* True: it comes by this job, which has entries, for the first time. */
bool dependencies_visit(struct core *c, struct job_record *j);
/* The search has looked at so many names; how many in all, since the last call of the second. */
void dependencies_worked(struct core *c, uint32_t looks);
uint32_t dependencies_work(struct core *c);
