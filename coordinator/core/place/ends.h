/* SPDX-License-Identifier: Apache-2.0 */
/* When jobs end, and when nodes will have room because of that. An end is the deadline of a job and
 * the grace period of its pods. */
#pragma once

#include "coordinator/core/state/tables.h"

enum {
	HORIZON_MS = 86400000, /* an end that is farther away is none */
	OVERDUE_MS = 60000     /* an end that should have come so long ago is none either */
};

/* In place of the time when a node will have room, if that is not known. The lower the value, the
 * likelier the node will have room. */
#define AT_UNKNOWN (INT64_MAX - 2)
#define AT_OTHERS (INT64_MAX - 1) /* pods that are no members take the room */
#define AT_AHEAD INT64_MAX        /* the node is held for a job ahead */

/* When a job that has no start yet would end at the latest, if it started now; INT64_MAX: it has no
 * deadline (-1). */
int64_t ends_from_now(const struct core *c, int64_t deadline_s, int64_t grace_s);
/* When the last pod of the job ends at the latest; INT64_MAX: not known. */
int64_t ends_at(const struct core *c, const struct job_record *j);
/* When the node has room for one more member, for two more … if all members there end at the
 * latest; not before now. Fills ret with times (score) and for how many more members each has room
 * (members), the first time first; at most `most` of them, which is the sum of members. Returns how
 * many they are. */
uint32_t ends_rooms(const struct core *c, const struct node_record *n, const struct needs *needs,
		    uint32_t most, struct candidate *ret);
/* The same for the host ports of a request. */
int64_t ends_ports_at(const struct core *c, const struct node_record *n, const struct request *r);
