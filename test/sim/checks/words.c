/* SPDX-License-Identifier: Apache-2.0 */
/* A program writes what it likes before it fails. Whoever reads the status sees one line of it, as
 * that of the attempt that it was, and each failure that is counted is told. */
#include "test/sim/checks/words.h"

#include <string.h>

#include "test/sim/checks/born.h"

enum { TOLD_MAX = 10, WORDS_BYTES_MAX = 512, NOTE_BYTES_MAX = 4096 };

static bool one_line(const char *s, size_t max)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	}
	return n <= max && !strstr(s, "\xe2\x80\xae") && !strstr(s, "\xe2\x80\xa8") &&
	       !strstr(s, "\xc2\x9b");
}

static void check_failures(struct checks *c, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	for (uint32_t i = 0; i < st->nfailures; i++) {
		const struct failure *f = &st->failures[i];
		if (!one_line(f->message, WORDS_BYTES_MAX) || !one_line(f->reason, 128))
			world_fail(c->world, "words", "job %s: failures[%u] says \"%s\"",
				   v->meta.name, i, f->message);
		if (i && st->failures[i - 1].finished_ms > f->finished_ms)
			world_fail(c->world, "failures", "job %s: %u/%u is told too late",
				   v->meta.name, f->index, f->attempt);
		if (!check_made(c, v->meta.uid, f->index, f->attempt))
			world_fail(c->world, "failures", "job %s: %u/%u was never made",
				   v->meta.name, f->index, f->attempt);
	}
}

void check_words(struct checks *c, const struct version *was, const struct version *is)
{
	const struct job_status *a = &was->job.status, *b = &is->job.status;
	if (c->said_step != c->world->clock.steps)
		return; /* another writer */
	if (!one_line(str_or_empty(b->message), NOTE_BYTES_MAX))
		world_fail(c->world, "words", "job %s: message \"%s\"", is->meta.name, b->message);
	for (uint32_t i = 0; i < b->nconds; i++) {
		if (!one_line(str_or_empty(b->conds[i].message), NOTE_BYTES_MAX))
			world_fail(c->world, "words", "job %s: condition \"%s\"", is->meta.name,
				   b->conds[i].message);
	}
	uint32_t most = b->failed < TOLD_MAX ? b->failed : TOLD_MAX;
	if (b->nfailures > TOLD_MAX ||
	    (b->failed > a->failed && b->nfailures < most && b->nfailures <= a->nfailures))
		world_fail(c->world, "failures", "job %s: failed %u, and %u are told",
			   is->meta.name, b->failed, b->nfailures);
	check_failures(c, is);
}

void check_event_words(struct checks *c, const char *note)
{
	if (!one_line(str_or_empty(note), NOTE_BYTES_MAX))
		world_fail(c->world, "words", "an Event says \"%s\"", note);
}
