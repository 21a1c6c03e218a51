/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/admission_seen.h"

#include <utlist.h>

#include "coordinator/core/life/ask.h"
#include "coordinator/core/observe/job_seen.h"
#include "coordinator/core/state/admitted.h"
#include "coordinator/core/state/job.h"

/* All jobs of the shape go on: with these numbers, or with those of their template. */
static void go_on(struct core *c, const struct admitted *a)
{
	struct job_record *j;
	DL_FOREACH2(a->jobs, j, admitted_next)
	{
		if (!job_finished(j))
			job_admitted(c, j, a->stage == ADMITTED_TOLD ? &a->requests : &a->own);
	}
}

/* Others may have to be asked again. The first answer about a shape is no change; nor are pods
 * where no dry run is possible, since they show only what was not known; answers of a round are
 * what it is for. */
static bool is_news(const struct admitted *a, enum admitted_stage was,
		    const struct pod_where *where)
{
	if (where)
		return was >= ADMITTED_TOLD && !a->by_round;
	return was == ADMITTED_TOLD;
}

static void told(struct core *c, struct admitted *a, const struct reslist *requests,
		 const struct pod_where *where)
{
	enum admitted_stage was = a->stage;
	bool waited = was == ADMITTED_ASKED;
	bool other = admitted_told(c, a, requests, where);
	if (other)
		log_info(c->log, "admission changes what pods ask for", KS("job", a->jobs->key));
	if (other && is_news(a, was, where))
		admission_changed(c);
	admission_later(c, a);
	if (other || waited)
		go_on(c, a);
}

void admission_answered(struct core *c, const struct core_event *ev)
{
	struct admitted *a = admitted_find(c, str_or_empty(ev->asked.key));
	if (!a || !a->asking)
		return; /* no job has the shape any more, or a pod has shown it */
	if (ev->asked.rc == RC_OK) {
		told(c, a, &ev->asked.requests, &ev->asked.where);
		return;
	}
	log_info(c->log, "no answer about what pods need, the template's requests hold",
		 KS("job", a->jobs->key), KS("rc", rc_name(ev->asked.rc)),
		 KS("error", str_or_empty(ev->asked.message)));
	admitted_untold(c, a);
	go_on(c, a);
}

void admission_shown(struct core *c, const struct attempt *at, const struct reslist *requests)
{
	struct job_record *j = at->job;
	if (j->admitted && at->template_id == j->spec.template_id)
		told(c, j->admitted, requests, NULL); /* agents tell requests alone */
}
