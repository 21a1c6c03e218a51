/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job_told.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clocktext.h"
#include "base/text.h"
#include "base/utf8.h"
#include "coordinator/core/state/conditions.h"

void job_set_condition(struct core *c, struct job_record *j, enum job_condition which,
		       enum cond_status st, enum reason reason)
{
	struct cond_state *s = &j->told.conditions[which];
	if (s->status != st)
		s->since_ms = whole_seconds(c->wall_ms);
	s->status = st;
	s->reason = reason;
}

void job_set_create_error(struct job_record *j, const char *words)
{
	text_set(&j->told.create_error, words);
}

void job_set_doubt(struct job_record *j, const char *words, bool told)
{
	if (str_eq(j->told.doubt, words))
		return;
	text_set(&j->told.doubt, words);
	j->told.doubt_news = *words && !told;
}

void job_told_adopt(struct job_record *j, const struct job_status *st)
{
	for (uint32_t i = 0; i < st->nconds; i++) {
		enum job_condition k = job_condition_find(st->conds[i].type);
		if (k < JC_N)
			j->told.conditions[k] =
				(struct cond_state){.status = st->conds[i].status,
						    .reason = reason_parse(st->conds[i].reason),
						    .since_ms = st->conds[i].since_ms};
	}
	j->told.reason = reason_parse(st->reason);
	text_set(&j->told.message, st->message);
}

void job_told_end_over(struct job_record *j)
{
	j->told.conditions[JC_COMPLETE] = j->told.conditions[JC_FAILED] =
		j->told.conditions[JC_SUCCESS_MET] = (struct cond_state){0};
	job_set_message(j, R_NONE, "%s", "");
}

void job_told_waiting(struct job_record *j, bool told)
{
	j->told.waiting = told;
}

void job_set_message(struct job_record *j, enum reason reason, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	AUTO(mem_freep) char *message = words_vprintf(MESSAGE_MAX, fmt, ap);
	va_end(ap);
	utf8_line(message);
	j->told.reason = reason;
	text_set(&j->told.message, message);
}
