/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that are kept for a job, and how they are found. */
#pragma once

#include "base/bitset.h"

struct job_record;

/* A node that may be chosen; lower scores are better. */
struct candidate {
	int64_t score;
	uint32_t node;
};

/* The reservation of the first job that does not fit, if the empty cluster could hold the job. */
struct reservation {
	const struct job_record *head; /* the job that has the reservation */
	bool holds; /* the time when the job can start is known, and nodes are kept */
	const struct job_record *told; /* the job that the log named last, or NULL */
	int64_t at_ms;
	struct bitset nodes;
	/* The job for which nodes are being asked when they have room, and the answers so far. */
	const struct job_record *asking;
	struct candidate *offers;
	uint32_t noffers, offers_cap, ask_next;
};
