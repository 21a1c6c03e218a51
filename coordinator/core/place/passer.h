/* SPDX-License-Identifier: Apache-2.0 */
/* Who may pass: jobs behind one for which nodes are held. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A job that may have to leave held nodes alone. */
struct passer {
	const struct job_record *job; /* NULL: a job that would come now */
	const char *ns;               /* NULL: of a namespace that holds no nodes */
	int32_t priority;
	int64_t end_ms; /* when it ends if it starts now; INT64_MAX: not known */
	const struct needs *needs;
	const struct host_ports *ports;
};

struct passer passer_of(const struct core *c, const struct job_record *j);
/* Of a job that would come now and needs as much. */
struct passer passer_of_spec(const struct core *c, const struct job_spec *spec,
			     const struct needs *needs);
/* Fills ret_held with the nodes that are held from the job, and ret_some with those of them that
 * may have enough left over for it; passer_ahead says of one node whether it has. False: no nodes
 * are held from the job, and neither set is filled. */
bool passer_held(const struct core *c, const struct passer *p, struct bitset *ret_held,
		 struct bitset *ret_some);
/* The first job for which the node is held from this one. NULL: there is none, or so many members
 * of this job leave enough of the node to each of them. */
const struct job_record *passer_ahead(const struct core *c, const struct passer *p, uint32_t node,
				      uint32_t members);
/* How many members of the job, at most so many, leave enough of the node to each job ahead. */
uint32_t passer_most(const struct core *c, const struct passer *p, uint32_t node, uint32_t most);
