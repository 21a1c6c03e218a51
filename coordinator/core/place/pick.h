/* SPDX-License-Identifier: Apache-2.0 */
/* The best nodes for a number of members. */
#pragma once

#include "coordinator/core/place/placing.h"

struct pick {
	const struct request *request;
	const struct selection *selection; /* the request's, evaluated */
	const struct job_record *job; /* its nodes and refusals count; NULL: a job that has none */
	bool reserved;                /* nodes that are kept for a job ahead may be taken */
	uint32_t need, want;          /* 1 <= need <= want */
};

/* The best nodes for at most q->want members, best first, in p->candidates; fewer than q->need may
 * be none. *ret_kept: some of the nodes that the job might have are kept for a job ahead. Changes
 * nothing but p. */
uint32_t pick_nodes(const struct core *c, struct placing *p, const struct pick *q, bool *ret_kept);
