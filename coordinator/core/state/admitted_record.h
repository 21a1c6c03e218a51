/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server makes of the pods of a shape: admission may add requests to what the template
 * asks for (LimitRange defaults, the overhead of a RuntimeClass, injected sidecars). */
#pragma once

#include "base/heap.h"
#include "coordinator/core/state/request_record.h"

/*	  the question leaves	  answered	       a pod shows, or is answered, other numbers
 * Unasked ------------------> Asked --------> Told -----.
 *    |			        |	       ^  ^ ^----'
 *    |	a pod shows the numbers |  no answer   |  |
 *    `-------------------------+--------------'  |
 *			        `--> Untold ------'
 * While the question is repeated, Told and Untold stay as they are: asking is set.
 */
enum admitted_stage {
	ADMITTED_UNASKED,
	ADMITTED_ASKED,  /* a dry run is under way, and no numbers are known yet */
	ADMITTED_TOLD,   /* requests holds the numbers */
	ADMITTED_UNTOLD, /* the question had no answer: the template's own numbers hold */
	ADMITTED_STAGE_N
};

/* One namespace and shape. It lives as long as a job has it. */
struct admitted {
	UT_hash_handle hh;
	char *key; /* ns/shape */
	enum admitted_stage stage;
	bool asking;             /* a dry run is under way */
	bool by_round;           /* the last question left in a round */
	int64_t since_ms;        /* when the last question left */
	uint32_t again;          /* how often it was asked again, for the pause between */
	struct heap_node timer;  /* when it is asked again */
	struct reslist own;      /* what the template asks for; a block of its own */
	struct reslist requests; /* as admitted, likewise; meaningful in ADMITTED_TOLD */
	/* What else admission adds, in the serial form that ends a selection (state/terms.h); NULL:
	 * nothing, or it is not known. */
	bool where_known; /* a dry run has told it: pods that exist tell of requests alone */
	char *added;
	uint32_t added_bytes;
	struct job_record *jobs; /* those of this shape */
};
