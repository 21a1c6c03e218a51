/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/tell/status_slot.h"

#include <string.h>

#include "base/mem.h"
#include "model/object.h"

void slot_seen(struct status_slot *s, struct status_print p, const char *rv)
{
	/* A watch that goes on after a break repeats versions from before the last write: they are
	 * no news of what is stored. */
	bool repeated = rv_older(str_or_empty(rv), s->rv);
	if (p.full != s->seen && strcmp(s->rv, str_or_empty(rv)) != 0 && !repeated) {
		s->stored = p.full;
		s->stored_head = p.head;
	}
	if (!repeated)
		s->seen = p.full;
	mem_strset(&s->rv, rv);
}

bool slot_differs(const struct status_slot *s, struct status_print p)
{
	return p.full != s->stored;
}

void slot_taken(struct status_slot *s, struct status_print p)
{
	s->inflight = p.full;
	s->inflight_head = p.head;
}

void slot_settled(struct status_slot *s)
{
	s->mark = MARK_NONE;
}

void slot_forget(struct status_slot *s)
{
	s->mark = MARK_NONE;
	s->stored = s->inflight = s->seen = s->stored_head = s->inflight_head = 0;
}

static void stored(struct status_slot *s)
{
	s->mark = MARK_NONE;
	s->stored = s->inflight;
	s->stored_head = s->inflight_head;
}

enum slot_end slot_written(struct status_slot *s, enum rc rc, const char *rv)
{
	/* The watch may be faster than the answer. The later version that it showed stands: a write
	 * that is computed from the older one would be refused. */
	if (rc == RC_OK && rv_older(str_or_empty(rv), str_or_empty(s->rv))) {
		s->mark = MARK_NONE;
		return SLOT_OVERTAKEN;
	}
	if (rc == RC_OK) {
		stored(s);
		mem_strset(&s->rv, rv);
		return SLOT_STORED;
	}
	if (rc_retry(rc) != RETRY_NEVER)
		return SLOT_AGAIN;
	stored(s);
	return SLOT_REFUSED;
}
