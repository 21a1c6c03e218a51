/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/tell/status_slot.h"

#include <string.h>

#include "base/backoff.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "model/object.h"

enum { AGAIN_BASE_MS = 5000, AGAIN_CAP_MS = 60000, FAILING_TELL_MS = 10000 };

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
	text_set(&s->rv, rv);
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

static void healed(struct status_slot *s)
{
	s->refused = s->refused_head = 0;
	s->refusals = 0;
	s->again_ms = s->failing_ms = 0;
	s->failure_told = false;
}

void slot_forget(struct status_slot *s)
{
	s->mark = MARK_NONE;
	s->stored = s->inflight = s->seen = s->stored_head = s->inflight_head = 0;
	healed(s);
}

static void stored(struct status_slot *s)
{
	s->mark = MARK_NONE;
	s->stored = s->inflight;
	s->stored_head = s->inflight_head;
	healed(s);
}

static void refused(struct status_slot *s, int64_t now_ms)
{
	s->mark = MARK_NONE;
	s->refused = s->inflight;
	s->refused_head = s->inflight_head;
	s->again_ms = now_ms + backoff_plain(AGAIN_BASE_MS, AGAIN_CAP_MS, ++s->refusals);
}

bool slot_held(const struct status_slot *s, struct status_print p, int64_t now_ms)
{
	return s->refusals && p.full == s->refused && now_ms < s->again_ms;
}

/* By admission or by rights, the server says no: the write queue tries again, and hears the same.
 */
static bool is_refusal(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc_retry(rc) == RETRY_NEVER;
}

bool slot_tell(struct status_slot *s, enum rc rc, int64_t now_ms)
{
	bool due = is_refusal(rc) || now_ms - s->failing_ms >= FAILING_TELL_MS;
	if (!s->failing_ms || s->failure_told || !due)
		return false;
	s->failure_told = true;
	return true;
}

const char *slot_failure(struct arena *a, const char *words)
{
	const char *s = arena_printf(a,
				     "the status cannot be written: %.*s; remove the cause, Muster "
				     "tries again",
				     (int)utf8_cut(words, QUOTE_MAX), words);
	must(s);
	return s;
}

bool slot_hopeless(const struct status_slot *s, enum rc rc)
{
	return s->failing_ms && is_refusal(rc);
}

enum slot_end slot_written(struct status_slot *s, enum rc rc, const char *rv, int64_t now_ms)
{
	/* The watch may be faster than the answer. The later version that it showed stands: a write
	 * that is computed from the older one would be refused. */
	if (rc == RC_OK && rv_older(str_or_empty(rv), str_or_empty(s->rv))) {
		s->mark = MARK_NONE;
		healed(s);
		return SLOT_OVERTAKEN;
	}
	if (rc == RC_OK) {
		stored(s);
		text_set(&s->rv, rv);
		return SLOT_STORED;
	}
	if (rc == RC_NOTFOUND) {
		stored(s);
		return SLOT_NOT_THERE;
	}
	if (rc != RC_CONFLICT && !s->failing_ms)
		s->failing_ms = now_ms;
	if (rc_retry(rc) != RETRY_NEVER)
		return SLOT_AGAIN;
	refused(s, now_ms);
	return SLOT_REFUSED;
}
