/* SPDX-License-Identifier: Apache-2.0 */
/* The window: how many requests to the API server may be out at once. It grows while answers are
 * quick and shrinks when the server refuses (429, 503) or its answers become slow
 * (docs/design/0012-paced-launches.md). Pure: no clock, no I/O; whoever sends a request tells that
 * it began and how it ended. Each pace_started is followed by exactly one pace_answered,
 * pace_refused or pace_back. Not for several threads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Kinds of requests that take different times: each is compared with itself alone, so that a slow
 * list does not slow creates down. */
enum pace_kind {
	PACE_CREATE,
	PACE_DELETE,
	PACE_STATUS,
	PACE_EVENT,
	PACE_REVIEW,
	PACE_READ,
	PACE_LIST,
	PACE_KIND_N
};

/* Answers of one kind that are judged together. */
enum { PACE_ROUND = 16 };

struct pace_config {
	uint32_t least, most; /* bounds of the window; 1 <= least <= most */
	uint32_t initial;     /* the window before anything is known; least … most */
};

/* What is known of the answers to one kind of request. Times in ms. */
struct pace_times {
	int64_t round[PACE_ROUND]; /* the quickest first */
	uint32_t n;
	int64_t best_ms;   /* the quickest answer of late; -1: there was none */
	int64_t raised_ms; /* when best_ms was last raised, or set */
};

struct pace {
	struct pace_config cfg;
	uint32_t window, out; /* out may be above window: after a shrink, or by pace_started */
	uint32_t calm;        /* below this window, each answer makes it grow by one */
	uint32_t credit;      /* answers since it last grew, above calm */
	uint32_t widest;      /* the most that were out at once since the last round */
	int64_t shrunk_ms;    /* when the window last shrank; what began before tells nothing */
	int64_t until_ms;     /* nothing begins before this time */
	uint32_t pauses;      /* pauses in a row, with nothing answered between them */
	struct pace_times times[PACE_KIND_N];
	uint64_t shrinks, refusals; /* counts, for metrics */
};

/* Begins anew with cfg; nothing is out. */
void pace_init(struct pace *p, const struct pace_config *cfg);
/* Whether one more request may begin now. */
bool pace_may(const struct pace *p, int64_t now_ms);
/* When to ask again if nothing ends meanwhile; INT64_MAX: when something has ended. */
int64_t pace_deadline(const struct pace *p);
/* A request has begun. Asks nobody: requests that are found to be out already count, too. */
void pace_started(struct pace *p);
/* It was answered, with success or with words about the request itself. */
void pace_answered(struct pace *p, enum pace_kind kind, int64_t began_ms, int64_t now_ms);
/* The server refused it because it has too much to do. retry_after_ms 0: it named no time. The
 * window is halved, once for all that were out together; at its least, everything pauses for
 * retry_after_ms, or for a time that grows from 200 ms to 10 s, and up to a quarter more by
 * jitter (any number). */
void pace_refused(struct pace *p, int64_t began_ms, int64_t now_ms, int64_t retry_after_ms,
		  uint64_t jitter);
/* It is over, or nobody knows of it any more, which says nothing about the server. */
void pace_back(struct pace *p);
/* ms and up to a quarter more, by jitter. */
int64_t pace_jitter(int64_t ms, uint64_t jitter);
