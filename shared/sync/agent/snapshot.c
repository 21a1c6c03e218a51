/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent/snapshot.h"

#include "model/msgsize.h"
#include "sync/msgcopy.h"

enum {
	SNAPSHOT_BYTES_MAX = 16 * 1024 * 1024,
	/* The first page comes before the coordinator knows who sends it: it is small, so that the
	 * coordinator can keep those of a thousand strangers. */
	FIRST_MEMBERS_BYTES = 4 * 1024,
	/* What a frame has for members beside the token and the rest of a Hello. */
	HELLO_MEMBERS_BYTES = FRAME_AGENT_MAX - TOKEN_BYTES_MAX - 12 * 1024,
};

void agent_snapshot_init(struct agent_snapshot *s)
{
	*s = (struct agent_snapshot){.arena = ARENA_INIT(SNAPSHOT_BYTES_MAX)};
}

void agent_snapshot_done(struct agent_snapshot *s)
{
	arena_done(&s->arena);
}

void agent_snapshot_forget(struct agent_snapshot *s)
{
	arena_reset(&s->arena);
}

bool agent_snapshot_set(struct agent_snapshot *s, const struct capacity *cap,
			const struct member *v, uint32_t n)
{
	arena_reset(&s->arena);
	s->members = arena_alloc(&s->arena, (n + 1) * sizeof *s->members);
	s->capacity = *cap;
	s->n = n;
	s->page = s->start = s->end = 0;
	if (!s->members || !msgcopy_reslist(&s->arena, &cap->foreign, &s->capacity.foreign) ||
	    !msgcopy_ports(&s->arena, &cap->ports, &s->capacity.ports))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!msgcopy_member(&s->arena, &v[i], &s->members[i]))
			return false;
	}
	return true;
}

void agent_snapshot_cut(struct agent_snapshot *s)
{
	size_t bytes = 0, most = s->page ? HELLO_MEMBERS_BYTES : FIRST_MEMBERS_BYTES;
	s->end = s->start;
	while (s->end < s->n && s->end - s->start < PAGE_MEMBERS_MAX) {
		bytes += msgsize_member(&s->members[s->end]);
		if (bytes > most && (s->end > s->start || !s->page))
			break;
		s->end++;
	}
}

void agent_snapshot_next(struct agent_snapshot *s)
{
	s->start = s->end;
	s->page++;
}

bool agent_snapshot_last(const struct agent_snapshot *s)
{
	return s->end == s->n;
}
