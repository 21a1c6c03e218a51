/* SPDX-License-Identifier: Apache-2.0 */
/* A pod that is made with spec.nodeName meets no scheduler, so what admission adds to it is known
 * to nobody before it exists. A dry run goes through the same admission and stores nothing
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). It is asked once for each
 * namespace and shape. Where it has no answer (a webhook with side effects takes no dry run, a
 * quota is used up, the API server fails), the template's own numbers hold and the question is
 * repeated while jobs wait. The first pod that exists corrects the answer, so no watch on
 * LimitRanges, RuntimeClasses and webhooks is needed; numbers that differ from the template's are
 * asked for again while a job waits for them, since what added them may be gone. When one answer
 * changes, all are asked for again: else a job that waits by old numbers would be passed, for
 * minutes, by those behind that were asked about later. */
#include "coordinator/core/life/ask.h"

#include <utlist.h>

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/admitted.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/selection.h"

enum { SOON_MS = 1000, ANSWER_MS = 5000, AGAIN_MS = 60000, AGAIN_DOUBLINGS = 3 };

/* A round: so much later than the one before; every so often so many questions, as many without an
 * answer, and so many shapes looked at. The window of all requests paces them, too. */
enum { ROUND_MS = 60000, ROUND_STEP_MS = 100, ROUND_QUESTIONS = 16, ROUND_SHAPES = 2000 };

/* A node on which a member could stand; else any node; NULL: there is none. Admission may look at
 * the node's name (PodNodeSelector, policies). */
static const struct node_record *some_node(struct core *c, const struct job_record *j)
{
	const struct selection *s = selection_evaluate(c, j->spec.request);
	uint32_t any = UINT32_MAX;
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		if (!c->nodes.at[i] || !c->nodes.at[i]->kube.exists)
			continue;
		/* A new leader has heard of no agent yet, and will place jobs as soon as it has. */
		if (bitset_has(&s->match, i) && bitset_has(&c->nodes.usable, i))
			return c->nodes.at[i];
		any = any == UINT32_MAX ? i : any;
	}
	return any == UINT32_MAX ? NULL : c->nodes.at[any];
}

static bool ask(struct core *c, struct job_record *j, bool by_round)
{
	const struct node_record *n = some_node(c, j);
	char pod[POD_NAME_BYTES];
	if (!n)
		return false;
	member_pod_name(j->name, j->uid, 0, j->members.highest_attempt + 1, pod);
	struct core_action *act = action_new(c, ACT_POD_ASK);
	act->pod_ask.key = action_str(c, j->admitted->key);
	act->pod_ask.create = (struct pod_create){
		.ns = action_str(c, j->ns),
		.name = action_str(c, pod),
		.job_name = action_str(c, j->name),
		.job_uid = action_str(c, j->uid),
		.node = action_str(c, n->name),
		.index = 0,
		.attempt = j->members.highest_attempt + 1,
		.parallelism = j->spec.parallelism,
		.completions = j->spec.completions,
		.template_hash = action_str(c, intern_str(c->strs, j->spec.template_id))};
	admitted_asked(c, j->admitted, by_round);
	c->stats.pod_asks++;
	return true;
}

/* The shape asks with a job of it that waits. False: none does. */
static bool ask_with_any(struct core *c, const struct admitted *a, bool by_round)
{
	struct job_record *j;
	DL_FOREACH2(a->jobs, j, admitted_next)
	{
		if (job_queued(j) && ask(c, j, by_round))
			return true;
	}
	return false;
}

/* An answer that may change is asked for again, more rarely each time; at once, if a round left it
 * out because no job waited. */
void admission_later(struct core *c, struct admitted *a)
{
	uint32_t n = a->again < AGAIN_DOUBLINGS ? a->again : AGAIN_DOUBLINGS;
	if (a->asking)
		return;
	if (admitted_before_round(c, a))
		admitted_set_timer(c, a, c->now_ms);
	else if (admitted_may_change(a))
		admitted_set_timer(c, a, a->since_ms + ((int64_t)AGAIN_MS << n));
}

bool admission_known(struct core *c, struct job_record *j)
{
	struct admitted *a = j->admitted;
	if (!c->cfg.ask_admission || !a)
		return true;
	if (a->stage == ADMITTED_UNASKED && !ask(c, j, false))
		return true;
	if (a->stage != ADMITTED_ASKED) {
		admission_later(c, a);
		return true;
	}
	if (c->now_ms - a->since_ms >= ANSWER_MS) {
		log_warn(c->log, "no answer about what pods need, the template's requests hold",
			 KS("job", j->key));
		admitted_untold(c, a);
		return true;
	}
	job_wake(j, a->since_ms + (admission_soon(c, j) ? SOON_MS : ANSWER_MS));
	return false;
}

bool admission_soon(const struct core *c, const struct job_record *j)
{
	const struct admitted *a = j->admitted;
	return a && a->stage == ADMITTED_ASKED && c->now_ms - a->since_ms < SOON_MS;
}

void admission_await(struct job_record *j)
{
	job_wake(j, j->admitted->since_ms + SOON_MS);
}

void admission_due(struct core *c, struct admitted *a)
{
	if (ask_with_any(c, a, false))
		admitted_again(a);
}

void admission_changed(struct core *c)
{
	int64_t at = c->admitted.round_ms;
	at = at > c->now_ms - ROUND_MS ? at + ROUND_MS : c->now_ms;
	admitted_round_at(c, at);
}

/* A question that is under way is as good as a new one. */
static bool asked_in_round(const struct core *c, const struct admitted *a)
{
	return a->stage > ADMITTED_ASKED && !a->asking && a->since_ms < c->admitted.round_ms;
}

void admission_round(struct core *c)
{
	uint32_t asked = 0, looked = 0;
	uint32_t most = c->cfg.step_jobs ? c->cfg.step_jobs : ROUND_SHAPES;
	struct admitted *a = admitted_round(c);
	for (; a && asked < ROUND_QUESTIONS && c->admitted.under_way < ROUND_QUESTIONS &&
	       looked < most;
	     a = admitted_round_next(c), looked++)
		asked += asked_in_round(c, a) && ask_with_any(c, a, true);
	if (a)
		admitted_round_at(c, c->now_ms + ROUND_STEP_MS);
}
