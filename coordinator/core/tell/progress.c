/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/tell/progress.h"

#include <string.h>
#include <utlist.h>

#include "base/clocktext.h"
#include "base/text.h"
#include "base/utf8.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"

enum { SLOW_MS = 10000, STUCK_MS = 60000, FAILURE_EVENT_MS = 60000 };

#define NEXT_TRY "; next try at "

/* On the wall clock, the second in which it is over: told once, it does not move. */
static int64_t wall_second(const struct core *c, int64_t at_ms)
{
	return whole_seconds(c->wall_ms + (at_ms - c->now_ms) + 999);
}

/* How an index's attempt has ended, when the time of the next is known. */
static void set_last_end(struct core *c, struct job_record *j, uint32_t index, enum reason reason,
			 const char *words)
{
	bool over = job_index_over(j, index);
	text_set(&j->told.last_failure, words);
	j->told.last_end = reason;
	j->told.last_index = index;
	j->told.next_try_ms = over ? 0 : wall_second(c, job_slot(j, index)->retry_ms);
	if (j->told.failure_event_ms > c->now_ms)
		return;
	j->told.failure_event_ms = c->now_ms + FAILURE_EVENT_MS;
	event_job(c, j, reason, words);
}

/* The kubelet's messages end as sentences do; here more follows. */
static void put_quote(struct buf *b, const char *words)
{
	size_t n = strlen(words);
	while (n && (words[n - 1] == ' ' || words[n - 1] == '.'))
		n--;
	AUTO(mem_freep) char *s = mem_strndup(words, n);
	buf_put_words(b, s, QUOTE_MAX);
}

/* Its exit code is that of the kubelet, which killed it. */
static void tell_own_eviction(struct core *c, const struct attempt *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	buf_printf(&b, "member %u: evicted by its kubelet: ", a->id.index);
	put_quote(&b, str_or_empty(m->message));
	buf_printf(&b, "; let it write less, or raise this limit (pod %s)", a->pod);
	set_last_end(c, a->job, a->id.index, R_MemberFailed, buf_str(&b));
}

void tell_failure(struct core *c, const struct attempt *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	struct job_record *j = a->job;
	if (str_eq(m->reason, "Evicted")) {
		tell_own_eviction(c, a, m);
		return;
	}
	buf_printf(&b, "member %u: exit code %d", a->id.index, m->exit_code);
	if (*str_or_empty(m->reason)) {
		buf_puts(&b, " (");
		buf_put_words(&b, m->reason, QUOTE_MAX);
		buf_puts(&b, ")");
	}
	if (*str_or_empty(m->message)) {
		buf_puts(&b, ": ");
		buf_put_words(&b, m->message, QUOTE_MAX);
	}
	if (str_eq(m->reason, "OOMKilled"))
		buf_puts(&b, "; raise its memory limit, or");
	else
		buf_puts(&b, ";");
	buf_printf(&b, " look at the log of pod %s", a->pod);
	set_last_end(c, j, a->id.index, R_MemberFailed, buf_str(&b));
}

void tell_pause(struct core *c, const struct attempt *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	buf_printf(&b, "member %u: ", a->id.index);
	if (!m)
		buf_puts(&b, "its pod was deleted");
	else if (m->phase == MEMBER_HELD)
		buf_puts(&b, "the name of its pod is taken");
	else
		buf_printf(&b, "%s", *str_or_empty(m->reason) ? m->reason : "disrupted");
	if (m && *str_or_empty(m->message))
		buf_printf(&b, ": %.*s", QUOTE_MAX, m->message);
	buf_printf(&b, " (pod %s on node %s)", a->pod, a->node->name);
	set_last_end(c, a->job, a->id.index, R_MemberBackOff, buf_str(&b));
}

void tell_adopt(struct job_record *j)
{
	text_set(&j->told.last_failure, j->told.message);
	j->told.last_end = j->told.reason;
	j->told.last_index = UINT32_MAX;
	j->told.next_try_ms = 0;
	char *next = strstr(j->told.last_failure, NEXT_TRY);
	if (next && clocktext_parse(next + sizeof NEXT_TRY - 1, &j->told.next_try_ms) == RC_OK)
		*next = 0;
}

static void put_refusal(struct buf *b, const struct member *m)
{
	buf_put_words(b, str_or_empty(m->reason), QUOTE_MAX);
	if (*str_or_empty(m->message)) {
		buf_puts(b, ": ");
		put_quote(b, m->message);
	}
}

void tell_refusal(struct job_record *j, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	put_refusal(&b, m);
	text_set(&j->told.last_refusal, buf_str(&b));
}

void tell_forbidden(struct core *c, const struct attempt *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	struct job_record *j = a->job;
	put_refusal(&b, m);
	text_set(&j->told.forbidden, buf_str(&b));
	if (j->told.refusal_event_ms > c->now_ms)
		return;
	j->told.refusal_event_ms = c->now_ms + FAILURE_EVENT_MS;
	AUTO(buf_done) struct buf event = BUF_INIT(MESSAGE_MAX * 4);
	buf_printf(&event,
		   "the kubelet of node %s refuses member %u: %s; the node is not tried again "
		   "for an hour, unless its Node or the template changes",
		   a->node->name, a->id.index, j->told.forbidden);
	event_job(c, j, R_MemberRefused, buf_str(&event));
}

void tell_denial(struct core *c, struct job_record *j, const char *words)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX);
	buf_puts(&b, "the API server refuses a pod: ");
	buf_put_words(&b, words, QUOTE_MAX);
	buf_puts(&b, "; remove the cause, Muster tries again");
	if (str_eq(j->told.create_error, buf_str(&b)))
		return;
	job_set_create_error(j, buf_str(&b));
	event_job(c, j, R_FailedCreate, j->told.create_error);
}

static void say_waiting(struct core *c, struct job_record *j, const struct attempt *a,
			const char *why)
{
	bool news = j->told.reason != R_MemberWaiting;
	job_set_message(j, R_MemberWaiting, "member %u: %.*s; look at the Events of pod %s",
			a->id.index, (int)utf8_cut(why, QUOTE_MAX), why, a->pod);
	if (news)
		event_job(c, j, R_MemberWaiting, j->told.message);
}

/* The API server fails to create a pod, again and again. This may heal by itself, so the job keeps
 * its nodes. The Event about it comes at most once a minute. */
static bool tell_failing_create(struct core *c, struct job_record *j)
{
	const struct attempt *a;
	DL_FOREACH2(j->members.nwaiting && j->members.count[ATTEMPT_ORDERED] ? j->members.attempts
									     : NULL,
		    a, job_next)
	{
		if (a->state == ATTEMPT_ORDERED && *a->waiting)
			break;
	}
	if (!a)
		return false;
	bool news = j->told.reason != R_FailedCreate && j->told.failing_event_ms <= c->now_ms;
	job_set_message(j, R_FailedCreate,
			"the pod of member %u cannot be created: %.*s; remove the cause, Muster "
			"tries again",
			a->id.index, (int)utf8_cut(a->waiting, QUOTE_MAX), a->waiting);
	if (news) {
		j->told.failing_event_ms = c->now_ms + FAILURE_EVENT_MS;
		event_job(c, j, R_FailedCreate, j->told.message);
	}
	return true;
}

/* A container waits for something that is wrong, be it that others of its pod run. */
static const struct attempt *find_waiting(const struct job_record *j)
{
	const struct attempt *a;
	DL_FOREACH2(j->members.nwaiting ? j->members.attempts : NULL, a, job_next)
	{
		if ((a->state == ATTEMPT_PENDING || a->state == ATTEMPT_RUNNING) && *a->waiting)
			break;
	}
	return a;
}

/* The first that has not started; first of all one that no init container keeps from that. */
static const struct attempt *find_starting(const struct job_record *j)
{
	const struct attempt *a, *preparing = NULL;
	for (a = j->members.attempts; a != j->members.ended; a = a->job_next) {
		if (a->state != ATTEMPT_PENDING)
			continue;
		if (!a->preparing)
			return a;
		preparing = preparing ? preparing : a;
	}
	return preparing;
}

/* No member has started for a while, and no container says that something is wrong. What takes
 * long is told: an init container may do so for good reasons; else (a volume, the network, a slow
 * pull) the Events of the pod may say more. */
static bool tell_starting(struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 2);
	int64_t ms = c->now_ms - j->members.starting_ms;
	const struct attempt *a = j->members.count[ATTEMPT_PENDING] ? find_starting(j) : NULL;
	if (!a)
		return false;
	if (ms < STUCK_MS)
		job_wake(j, j->members.starting_ms +
				    (ms < SLOW_MS && *a->starting ? SLOW_MS : STUCK_MS));
	if (ms >= STUCK_MS && !a->preparing) {
		buf_printf(&b, "not started for %d s%s", STUCK_MS / 1000, *a->starting ? ": " : "");
		buf_put_words(&b, a->starting, QUOTE_MAX);
		say_waiting(c, j, a, buf_str(&b));
		return true;
	}
	if (ms < SLOW_MS || !*a->starting)
		return false;
	buf_put_words(&b, a->starting, QUOTE_MAX);
	job_set_message(j, R_MemberStarting, "member %u: %s", a->id.index, buf_str(&b));
	return true;
}

static bool tell_waiting(struct core *c, struct job_record *j)
{
	const struct attempt *a = find_waiting(j);
	if (!a)
		return tell_starting(c, j);
	say_waiting(c, j, a, a->waiting);
	return true;
}

/* A member that may not be replaced yet waits for its node. */
static bool tell_lost(struct core *c, struct job_record *j)
{
	const struct attempt *a;
	if (job_blocked(j))
		return false; /* the queue says why other members wait */
	DL_FOREACH2(j->members.count[ATTEMPT_LOST] + j->members.count[ATTEMPT_STOPPING]
			    ? j->members.attempts
			    : NULL,
		    a, job_next)
	{
		if (attempt_missed(a) && !attempt_replaceable(a))
			break;
	}
	if (!a)
		return false;
	bool news = j->told.reason != R_WaitingForNode;
	job_set_message(j, R_WaitingForNode,
			"member %u waits for node %s, which is lost; bring the node back, or "
			"delete the Node if the machine is off for good",
			a->id.index, a->node->name);
	if (news)
		event_job(c, j, R_WaitingForNode, j->told.message);
	return true;
}

static bool waits(const struct core *c, const struct job_record *j, uint32_t index)
{
	if (index == UINT32_MAX)
		return true;                            /* told by the leader before */
	const struct slot *s = job_slot_find(j, index); /* made with the attempt that ended */
	return !s->current && s->retry_ms > c->now_ms && !job_index_over(j, index);
}

/* The one that is told of is tried already, and another waits: it is told of instead, once. */
static void turn_to(const struct core *c, struct job_record *j, uint32_t index)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64);
	buf_printf(&b, "member %u has ended as well", index);
	text_set(&j->told.last_failure, buf_str(&b));
	j->told.last_index = index;
	j->told.next_try_ms = wall_second(c, job_slot(j, index)->retry_ms);
}

static void say_last_end(const struct core *c, struct job_record *j)
{
	char at[CLOCKTEXT_BYTES];
	if (!waits(c, j, j->told.last_index))
		turn_to(c, j, j->life.retrying_index);
	clocktext_seconds(j->told.next_try_ms, at);
	job_set_message(j, j->told.last_end, "%s%s%s", j->told.last_failure,
			j->told.next_try_ms ? NEXT_TRY : "", j->told.next_try_ms ? at : "");
}

void tell_doubt(struct core *c, struct job_record *j)
{
	if (!j->told.doubt_news)
		return;
	j->told.doubt_news = false;
	event_job(c, j, R_FractionOfByte, j->told.doubt);
}

/* Where members come one after another, how far the job is. */
static void say_how_far(struct job_record *j)
{
	bool turns = j->spec.completions != j->spec.parallelism && j->life.start_ms;
	if (j->members.nfailed_indexes)
		job_set_message(j, R_NONE,
				"%u of %u indexes have succeeded, %u failed for good "
				"(status.failedIndexes)",
				j->members.ncompleted, j->spec.completions,
				j->members.nfailed_indexes);
	else if (turns)
		job_set_message(j, R_NONE, "%u of %u indexes have succeeded", j->members.ncompleted,
				j->spec.completions);
	else if (j->told.reason != R_NONE || *j->told.message)
		job_set_message(j, R_NONE, "%s", "");
}

void tell_progress(struct core *c, struct job_record *j)
{
	if (tell_failing_create(c, j))
		return;
	if (*j->told.create_error && !job_blocked(j)) {
		job_set_message(j, R_FailedCreate, "%s", j->told.create_error);
		if (!j->life.start_ms)
			job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_FailedCreate);
		return;
	}
	if (tell_lost(c, j) || tell_waiting(c, j))
		return;
	if (!j->life.retrying)
		text_set(&j->told.last_failure, "");
	if (*j->told.last_failure && !job_blocked(j))
		say_last_end(c, j);
	else if (!job_queued(j) && *j->told.doubt)
		job_set_message(j, R_FractionOfByte, "%s", j->told.doubt);
	else if (!job_queued(j))
		say_how_far(j);
}
