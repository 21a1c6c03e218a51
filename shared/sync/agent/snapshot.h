/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that the agent knew when its Hello began, and the page of it that is out. */
#pragma once

#include "base/arena.h"
#include "model/message.h"

struct agent_snapshot {
	struct arena arena; /* holds the members */
	struct capacity capacity;
	struct member *members;
	uint32_t n;
	uint32_t page, start, end; /* the page that is out: its number, members start…end-1 */
};

void agent_snapshot_init(struct agent_snapshot *s);
void agent_snapshot_done(struct agent_snapshot *s);
/* Copies capacity and members; no page is out then. False: more than 16 MiB. */
bool agent_snapshot_set(struct agent_snapshot *s, const struct capacity *cap,
			const struct member *v, uint32_t n);
void agent_snapshot_forget(struct agent_snapshot *s);
/* Cuts the page that begins at start: as many members as fit one frame, at least
 * one; of the first page those that fit 4 KiB, perhaps none. */
void agent_snapshot_cut(struct agent_snapshot *s);
void agent_snapshot_next(struct agent_snapshot *s);       /* moves to the page after this one */
bool agent_snapshot_last(const struct agent_snapshot *s); /* this page is the last */
