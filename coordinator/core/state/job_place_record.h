/* SPDX-License-Identifier: Apache-2.0 */
/* A job's place in the queue, as a part of its record. */
#pragma once

#include <stdint.h>

/* A job's place in the queue. */
enum queue_stage {
	QUEUE_OUT,
	QUEUE_NEW, /* the job came, or changed before it was blocked, and was not looked at since */
	QUEUE_LOOKED,  /* the next step goes on with the look at the job */
	QUEUE_BLOCKED, /* the job does not fit, and waits for the room that its item names */
	QUEUE_AGAIN,   /* the job is blocked, and is looked at in any case */
	QUEUE_DONE,    /* the job wants no more, and leaves at the end of the cycle */
	QUEUE_STAGE_N
};

struct job_place {
	enum queue_stage stage;
	uint32_t want;    /* members that wait for a node */
	int64_t since_ms; /* since when they wait, or since when one of them got a node last */
	int64_t held_ms;  /* since when nodes are held without a known end; 0: they are not */
	int64_t pause_ms; /* until then none are held, since a hold was in vain */
	uint32_t in_vain; /* so many holds */
};
