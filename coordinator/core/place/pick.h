/* SPDX-License-Identifier: Apache-2.0 */
/* The best nodes for a number of members. */
#pragma once

#include "coordinator/core/place/passer.h"
#include "coordinator/core/place/placing.h"

struct pick {
	const struct request *request;
	const struct selection *selection; /* the request's selection, evaluated */
	const struct job_record *job; /* its nodes and refusals count; NULL: there is no job yet */
	struct passer passer;         /* nodes may be held from it for jobs ahead */
	uint32_t need, want;          /* 1 <= need <= want */
	uint32_t per_node; /* so many members of the job may share a node; 0 counts as 1 */
};

/* Finds the best nodes for at most q->want members and puts them into p->candidates, best first: a
 * node once for each member. Returns their number; if fewer than q->need fit, that may be 0.
 * *ret_kept: nodes that the job could have used are kept for jobs ahead. Changes nothing but p. */
uint32_t pick_nodes(const struct core *c, struct placing *p, const struct pick *q, bool *ret_kept);
