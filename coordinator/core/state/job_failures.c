/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job_failures.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"

enum { NODE_WORDS_MAX = 253, REASON_WORDS_MAX = 128 };

/* Agents and other writers of the status may say anything. */
static const char *copy(const char *s, size_t max)
{
	s = str_or_empty(s);
	AUTO(mem_freep) char *line = mem_strndup(s, utf8_cut(s, max));
	const char *ret = NULL;
	utf8_line(line);
	text_set(&ret, line);
	return ret;
}

static void drop(const struct failure *f)
{
	text_free(f->node);
	text_free(f->reason);
	text_free(f->message);
}

static bool same(const struct failure *a, const struct failure *b)
{
	return a->index == b->index && a->attempt == b->attempt;
}

static bool before(const struct failure *a, const struct failure *b)
{
	if (a->finished_ms != b->finished_ms)
		return a->finished_ms < b->finished_ms;
	return a->index < b->index || (a->index == b->index && a->attempt < b->attempt);
}

static bool noted(const struct job_failures *l, const struct failure *f)
{
	uint32_t i = 0;
	while (i < l->n && !same(&l->v[i], f))
		i++;
	return i < l->n;
}

void job_failure_note(struct job_record *j, const struct failure *f)
{
	if (!j->failures)
		j->failures = mem_zalloc(1, sizeof *j->failures);
	struct job_failures *l = j->failures;
	uint32_t at = l->n;
	while (at && before(f, &l->v[at - 1]))
		at--;
	if (noted(l, f) || (!at && l->n == FAILURES_MAX))
		return;
	if (l->n == FAILURES_MAX) {
		drop(&l->v[0]);
		memmove(l->v, l->v + 1, --l->n * sizeof *l->v);
		at--;
	}
	memmove(l->v + at + 1, l->v + at, (l->n++ - at) * sizeof *l->v);
	l->v[at] = *f;
	l->v[at].node = copy(f->node, NODE_WORDS_MAX);
	l->v[at].reason = copy(f->reason, REASON_WORDS_MAX);
	l->v[at].message = copy(f->message, FAILURE_WORDS_MAX);
}

void job_failures_free(struct job_record *j)
{
	for (uint32_t i = 0; j->failures && i < j->failures->n; i++)
		drop(&j->failures->v[i]);
	free(j->failures);
	j->failures = NULL;
}
