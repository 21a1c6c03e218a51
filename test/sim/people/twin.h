/* SPDX-License-Identifier: Apache-2.0 */
/* The twin of a plan: the same users without faults. */
#pragma once

#include "test/sim/people/plan.h"

struct job_end { /* what became of a job of the plan */
	bool there;
	bool by_rule;  /* it has or had an end that faults may bring about */
	bool fleeting; /* it has a ttl */
	enum job_state state;
	uint64_t spec; /* fingerprint */
};

/* What became of each job of the plan: PLAN_JOBS_MAX of them. */
void twin_note(const struct plan *p, struct cluster *cl, struct job_end *ret);
bool twin_make(const struct plan *p, struct plan *ret); /* false: nothing goes wrong in it anyway */
/* Whether a job came to an end in one that it did not come to in the other; why says which. */
bool twin_differs(const struct plan *p, const struct job_end *run, const struct job_end *twin,
		  struct buf *why);
