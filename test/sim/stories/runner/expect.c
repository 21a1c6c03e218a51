/* SPDX-License-Identifier: Apache-2.0 */
/* "expect TIME WHAT … WANTED": what there is, as text, against what is wanted: VALUE, ~PART of the
 * text, !VALUE, <=N or >=N. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/checks/heard.h"
#include "test/sim/stories/runner/parts.h"

static const char *number(struct arena *a, uint64_t n)
{
	return arena_printf(a, "%" PRIu64, n);
}

/* ---- jobs ---- */

static const char *status_number(struct arena *a, const struct job_status *s, const char *field)
{
	const struct {
		const char *name;
		uint32_t n;
	} numbers[] = {{"active", s->active},       {"ready", s->ready},
		       {"succeeded", s->succeeded}, {"failed", s->failed},
		       {"attempts", s->attempts},   {"nodes", s->active_nodes.n}};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (str_eq(field, numbers[i].name))
			return number(a, numbers[i].n);
	}
	return NULL;
}

/* Times of the world are told in seconds since its beginning. */
static const char *wall(struct story *st, int64_t wall_ms)
{
	return wall_ms ? number(&st->arena, (uint64_t)(wall_ms - st->world->server.wall_ms) / 1000)
		       : "none";
}

static const char *condition(struct story *st, const struct cond *conds, uint32_t n,
			     const char *field)
{
	static const char *const statuses[] = {"Unknown", "False", "True"};
	size_t len = strcspn(field, ".");
	for (uint32_t i = 0; i < n; i++) {
		const struct cond *c = &conds[i];
		if (strncmp(c->type, field, len) != 0 || c->type[len])
			continue;
		if (str_eq(field + len, ".reason"))
			return c->reason;
		if (str_eq(field + len, ".message"))
			return c->message;
		if (str_eq(field + len, ".since"))
			return wall(st, c->since_ms);
		if (str_eq(field + len, ".observed"))
			return number(&st->arena, (uint64_t)c->observed_generation);
		return statuses[c->status];
	}
	return "none";
}

/* "INDEX/ATTEMPT on NODE by ATTEMPT, …" */
static const char *superseded(struct story *st, const struct job_status *s)
{
	const char *text = "none";
	for (uint32_t i = 0; i < s->nsuperseded; i++) {
		const struct superseded *o = &s->superseded[i];
		text = arena_printf(&st->arena, "%s%s%u/%u on %s by %u", i ? text : "",
				    i ? ", " : "", o->index, o->attempt, o->node, o->by);
	}
	return text;
}

/* "INDEX/ATTEMPT on NODE CODE REASON: MESSAGE, …" */
static const char *failures(struct story *st, const struct job_status *s)
{
	const char *text = "none";
	for (uint32_t i = 0; i < s->nfailures; i++) {
		const struct failure *f = &s->failures[i];
		text = arena_printf(&st->arena, "%s%s%u/%u on %s %d %s: %s", i ? text : "",
				    i ? ", " : "", f->index, f->attempt, f->node, f->exit_code,
				    f->reason, f->message);
	}
	return text;
}

/* "NAME:CONDITION,…" */
static const char *satisfied(struct story *st, const struct job_status *s)
{
	const char *text = s->nsatisfied ? "" : "none";
	for (uint32_t i = 0; i < s->nsatisfied; i++)
		text = arena_printf(&st->arena, "%s%s%s:%s", text, i ? "," : "",
				    s->satisfied[i].name,
				    dependency_text(s->satisfied[i].condition));
	return text;
}

static const char *job_field(struct story *st, const struct version *v, const char *field)
{
	const struct job_status *s = &v->job.status;
	const char *text = status_number(&st->arena, s, field);
	if (text)
		return text;
	if (str_eq(field, "state"))
		return job_state_text(s->state);
	if (str_eq(field, "reason"))
		return str_or_empty(s->reason);
	if (str_eq(field, "message"))
		return str_or_empty(s->message);
	if (str_eq(field, "completed"))
		return str_or_empty(s->completed);
	if (str_eq(field, "failedindexes"))
		return str_or_empty(s->failed_indexes);
	if (str_eq(field, "superseded"))
		return superseded(st, s);
	if (str_eq(field, "failures"))
		return failures(st, s);
	if (str_eq(field, "satisfied"))
		return satisfied(st, s);
	if (str_eq(field, "selector"))
		return str_or_empty(s->selector);
	if (str_eq(field, "start"))
		return wall(st, s->start_ms);
	if (str_eq(field, "end"))
		return wall(st, s->end_ms);
	if (str_eq(field, "observed"))
		return s->observed_generation == v->meta.generation ? "latest" : "older";
	if (*field >= 'A' && *field <= 'Z')
		return condition(st, s->conds, s->nconds, field);
	return NULL;
}

static const char *job(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct version *v = user_job(st->world, word(w, 3));
	*ret_wanted = word(w, 5);
	if (str_eq(word(w, 4), "gone") || str_eq(word(w, 4), "there")) {
		*ret_wanted = word(w, 4);
		return v ? "there" : "gone";
	}
	return v ? job_field(st, v, word(w, 4)) : "no such job";
}

/* ---- nodes ---- */

static const char *node(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct version *v =
		store_find(&st->world->server.store, API_COMPUTE_NODE, NULL, word(w, 3));
	const char *field = word(w, 4);
	*ret_wanted = word(w, 5);
	if (str_eq(field, "gone") || str_eq(field, "there")) {
		*ret_wanted = field;
		return v ? "there" : "gone";
	}
	if (!v)
		return "no such ComputeNode";
	const struct compute_node_status *s = &v->compute_node.status;
	if (str_eq(field, "state"))
		return compute_node_state_text(s->state);
	if (str_eq(field, "reason"))
		return str_or_empty(s->reason);
	if (str_eq(field, "message"))
		return str_or_empty(s->message);
	if (str_eq(field, "members"))
		return number(&st->arena, s->members);
	if (*field >= 'A' && *field <= 'Z')
		return condition(st, s->conds, s->nconds, field);
	return NULL;
}

/* ---- pods ---- */

static const char *label(const struct version *v, const char *key)
{
	return str_or_empty(kvs_get(&v->meta.labels, key));
}

static bool phase_is(const struct version *v, const char *wanted)
{
	bool ended = v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
	if (str_eq(wanted, "live"))
		return !ended && !v->meta.deleted_ms;
	if (str_eq(wanted, "started"))
		return !ended && v->began_ms;
	if (str_eq(wanted, "ended"))
		return ended;
	if (str_eq(wanted, "deleted"))
		return v->meta.deleted_ms != 0;
	return str_eq(wanted, v->pod.phase == POD_SUCCEEDED ? "Succeeded"
			      : v->pod.phase == POD_FAILED  ? "Failed"
							    : "Pending");
}

/* phase= index= node= attempt= v= (of its template) owner=none current=true|none */
static bool pod_is(struct story *st, const struct version *v, const struct words *w)
{
	const char *text = str_or_empty(v->command);
	struct words facts = words_split(&st->arena, text, strlen(text));
	const struct {
		const char *key, *is;
	} same[] = {{"index", label(v, LABEL_INDEX)},
		    {"attempt", label(v, LABEL_ATTEMPT)},
		    {"current", *label(v, LABEL_CURRENT) ? label(v, LABEL_CURRENT) : "none"},
		    {"node", str_or_empty(v->pod.node)},
		    {"v", str_or_empty(option(&facts, "v"))},
		    {"owner", *str_or_empty(v->meta.owner_uid) ? "job" : "none"}};
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		if (option(w, same[i].key) && !str_eq(option(w, same[i].key), same[i].is))
			return false;
	}
	return !option(w, "phase") || phase_is(v, option(w, "phase"));
}

static const char *pods(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct shelf *sh = &st->world->server.store.shelf[API_POD];
	uint32_t n = 0;
	*ret_wanted = word(w, 4);
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(label(sh->v[i], LABEL_JOB_NAME), word(w, 3)) && pod_is(st, sh->v[i], w);
	return number(&st->arena, n);
}

/* How often the containers of an index have started. */
static const char *starts(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct version *v = user_job(st->world, word(w, 3));
	*ret_wanted = word(w, 5);
	return v ? number(&st->arena, cluster_tally(st->cluster, v->meta.uid, word(w, 4))->starts)
		 : "no such job";
}

/* Whose the Service of a job's name is: own, other, none. */
static const char *service(const struct story *st, const char *name)
{
	const struct version *job = user_job(st->world, name);
	const struct version *v =
		job ? store_find(&st->world->server.store, API_SERVICE, job->meta.ns, name) : NULL;
	if (!v)
		return "none";
	return str_eq(v->meta.owner_uid, job->meta.uid) ? "own" : "other";
}

/* ---- what was told and written ---- */

/* event OBJECT REASON [PART of its note]: how many there were; any, unless n= is given. */
static const char *events(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct heard *h = checks_heard(st->sim->checks);
	const char *part = w->n > 5 && !option(w, "n") ? word(w, 5) : word(w, 6);
	uint32_t n = 0;
	for (uint32_t i = 0; i < h->n; i++) {
		const struct heard_event *e = &h->v[i];
		if (str_eq(e->object, word(w, 3)) && str_eq(e->reason, word(w, 4)) &&
		    strstr(e->note, part))
			n += e->n;
	}
	*ret_wanted = option(w, "n") ? option(w, "n") : ">=1";
	return number(&st->arena, n);
}

static const char *actual(struct story *st, const struct words *w, const char **ret_wanted)
{
	const struct heard *heard = checks_heard(st->sim->checks);
	const char *what = word(w, 2);
	if (str_eq(what, "job"))
		return job(st, w, ret_wanted);
	if (str_eq(what, "node"))
		return node(st, w, ret_wanted);
	if (str_eq(what, "pods"))
		return pods(st, w, ret_wanted);
	if (str_eq(what, "starts"))
		return starts(st, w, ret_wanted);
	if (str_eq(what, "event"))
		return events(st, w, ret_wanted);
	const struct heard_job *h = heard_job(heard, word(w, 3));
	*ret_wanted = word(w, 4);
	if (str_eq(what, "service"))
		return service(st, word(w, 3));
	if (str_eq(what, "writes"))
		return number(&st->arena, h ? h->writes : 0);
	if (str_eq(what, "asked"))
		return number(&st->arena, h ? h->asked : 0);
	*ret_wanted = word(w, 3);
	if (str_eq(what, "created"))
		return number(&st->arena, st->world->server.pods_created);
	if (str_eq(what, "throttled"))
		return number(&st->arena, st->world->server.seats.throttled);
	if (str_eq(what, "queued"))
		return number(&st->arena, st->world->server.seats.most_waiting);
	if (str_eq(what, "refused"))
		return number(&st->arena, st->refused);
	return NULL;
}

static bool as_wanted(const char *is, const char *wanted)
{
	if (!strncmp(wanted, "<=", 2))
		return strtoull(is, NULL, 10) <= strtoull(wanted + 2, NULL, 10);
	if (!strncmp(wanted, ">=", 2))
		return strtoull(is, NULL, 10) >= strtoull(wanted + 2, NULL, 10);
	if (*wanted == '~')
		return strstr(is, wanted + 1) != NULL;
	if (*wanted == '!')
		return !str_eq(is, wanted + 1);
	return str_eq(is, wanted);
}

enum rc story_expect(struct story *st, const struct words *w, struct err *e)
{
	const char *wanted = "", *is = actual(st, w, &wanted);
	if (!is)
		return err_set(e, RC_INVALID, "line %u: nothing to expect like that", st->line);
	if (!as_wanted(is, wanted))
		return err_set(e, RC_INVALID, "line %u: at %s expected %s, found %s", st->line,
			       word(w, 1), wanted, is);
	return RC_OK;
}
