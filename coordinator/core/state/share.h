/* SPDX-License-Identifier: Apache-2.0 */
/* What a namespace may hold: so many jobs that hold nodes, and a time. While jobs of a namespace
 * hold nodes from other namespaces and nobody knows until when, time of its share is spent; while
 * they do not, it comes back as fast. Who has spent max_hold_ms pauses for as long. So a namespace
 * keeps nodes idle that others could use for half of the time at most, however many jobs come one
 * after the other. Part of the table of reservations. */
#pragma once

#include "coordinator/core/state/tables.h"

void shares_begin(struct core *c); /* a cycle begins: nobody holds nodes yet */
void shares_end(struct core *c);   /* the cycle is at its end: who holds none spends no more */
/* One more job of the namespace may be considered in this cycle, and hold nodes. */
bool share_left(const struct core *c, const char *ns);
void share_looked(struct core *c, const char *ns); /* a job of the namespace is considered */
void share_held(struct core *c, const char *ns,
		int32_t sign); /* one more job holds nodes; one less */
/* Nodes are held from other namespaces, without a known end. Returns when its share is spent. */
int64_t share_spend(struct core *c, const char *ns);
/* A cycle takes its time: what was spent meanwhile counts from here on. */
void share_count(struct core *c, const char *ns);
/* Until when jobs of the namespace hold nodes from others only if an end is known; 0: no pause. */
int64_t share_pause(const struct core *c, const char *ns);
