/* SPDX-License-Identifier: Apache-2.0 */
/* What users were told: Events, the reasons in statuses, and how often each job's status was
 * written. Stories ask for it; the rate of writes and the table of reasons are invariants. */
#pragma once

#include "base/table.h"
#include "coordinator/core/state/reasons.h"
#include "test/sim/world/world.h"

struct checks;

struct heard_event {
	char *object, *reason, *note;
	bool warning;
	uint32_t n;
	int64_t last_ms;
};

struct heard_said { /* in a status; one for each object, reason and message */
	char *object, *message;
	enum reason reason;
	int64_t at_ms;
};

struct heard_job {
	UT_hash_handle hh;
	char *name;
	const char *writer; /* the last one */
	uint32_t writes;    /* of its status, by coordinators */
	uint32_t asked;     /* creates of its pods that the API server was asked for */
	int64_t last_ms;    /* when the last one that changed no state was stored */
};

struct heard {
	struct checks *checks;
	struct world *world;
	struct heard_event *v; /* one for each object, reason and note */
	uint32_t n, cap;
	struct heard_said *said;
	uint32_t nsaid, said_cap;
	struct heard_job *jobs;
	bool reasons[R_N];   /* seen */
	const char *writer;  /* who writes a status just now… */
	uint64_t asked_step; /* …in this step of the clock; a refused write changes nothing */
};

struct heard *heard_new(struct checks *c);
struct heard *heard_free(struct heard *h);
void heard_request(struct heard *h, const char *who, const struct api_request *req);
/* At the end of a story in which no coordinator died: what a user can do something about, as
 * status said it, was an Event too. */
void heard_end(const struct heard *h);
void heard_change(struct heard *h, const struct change *ch);
const struct heard_job *heard_job(const struct heard *h,
				  const char *name); /* any namespace; NULL: never */
