/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster explain: three requests (the job, its pods, its Events), put together. The key
 * "queue" is null: what only the coordinator knows (position, expected start, what would help) goes
 * there. */
#include "cli/explain.h"

#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "cli/objects.h"
#include "cli/queue.h"
#include "coordinator/core/state/reasons.h"
#include "kube/decode.h"

struct gather {
	struct session *session;
	json_t *list;
	uint32_t left_out;
	struct arena arena;
	struct decoded decoded;
};

static void put(json_t *o, const char *key, json_t *own_v)
{
	must(own_v && json_object_set_new(o, key, own_v) == 0);
}

static void put_str(json_t *o, const char *key, const char *s)
{
	put(o, key, js_string(s, 0));
}

/* A time that is not known is null. */
static void put_time(json_t *o, const char *key, int64_t ms)
{
	char text[CLOCKTEXT_BYTES];
	clocktext_seconds(ms, text);
	put(o, key, ms ? json_string(text) : json_null());
}

static void put_copy(json_t *o, const char *key, const json_t *from)
{
	json_t *v = from ? json_deep_copy(from) : json_array();
	put(o, key, v);
}

/* ---- its pods ---- */

static json_t *member_json(const struct member *m)
{
	json_t *o = json_object();
	put(o, "index", json_integer(m->index));
	put(o, "attempt", json_integer(m->attempt));
	put_str(o, "pod", m->pod);
	put_str(o, "node", m->node);
	put_str(o, "phase",
		m->deleting && !member_phase_final(m->phase) ? "Stopping"
							     : member_phase_text(m->phase));
	put(o, "ready", json_boolean(m->ready));
	put_str(o, "reason", m->reason);
	put_str(o, "message", m->message);
	put(o, "exitCode",
	    m->exit_code || m->phase == MEMBER_SUCCEEDED ? json_integer(m->exit_code)
							 : json_null());
	put_time(o, "created", m->created_ms);
	put_time(o, "started", m->started_ms);
	put_time(o, "ended", m->ended_ms);
	return o;
}

static bool on_pod(void *self, json_t *o)
{
	struct gather *g = self;
	struct member m;
	arena_reset(&g->arena);
	if (decode_object(API_POD, o, NULL, &g->arena, &g->decoded, NULL) != RC_OK ||
	    !member_of_pod(&g->decoded.pod, &m))
		return true;
	if (json_array_size(g->list) >= EXPLAIN_PODS_MAX)
		g->left_out++;
	else
		json_array_append_new(g->list, member_json(&m));
	return true;
}

/* By the UID, so that pods of an earlier job of this name do not count. */
static enum rc add_pods(struct session *s, json_t *x, const char *ns, const char *uid,
			struct err *e)
{
	AUTO(buf_done) struct buf labels = BUF_INIT(1000);
	struct gather g = {
		.session = s, .list = json_array(), .arena = ARENA_INIT(16 * 1024 * 1024)};
	buf_printf(&labels, LABEL_JOB_UID "=%s", uid);
	struct list_query q = {.kind = API_POD,
			       .ns = ns,
			       .label_selector = buf_str(&labels),
			       .self = &g,
			       .on_item = on_pod};
	enum rc rc = session_list(s, &q, e);
	put(x, "pods", g.list);
	put(x, "podsLeftOut", json_integer(g.left_out));
	arena_done(&g.arena);
	return rc == RC_OK ? rc : err_wrap(e, rc, "pods");
}

/* ---- its Events ---- */

static int64_t event_time(const json_t *o)
{
	int64_t last = js_time(json_object_get(o, "series"), "lastObservedTime");
	last = last ? last : js_time(o, "deprecatedLastTimestamp");
	return last ? last : js_time(o, "eventTime");
}

static int64_t event_count(const json_t *o)
{
	int64_t n = js_int(json_object_get(o, "series"), "count", 0);
	return n ? n : js_int(o, "deprecatedCount", 1);
}

/* At its place by time; of too many the oldest is left out. */
static void insert_event(struct gather *g, json_t *own_event, int64_t when)
{
	size_t at = json_array_size(g->list);
	while (at && js_time(json_array_get(g->list, at - 1), "last") > when)
		at--;
	json_array_insert_new(g->list, at, own_event);
	if (json_array_size(g->list) > EXPLAIN_EVENTS_MAX) {
		json_array_remove(g->list, 0);
		g->left_out++;
	}
}

static bool on_event(void *self, json_t *o)
{
	struct gather *g = self;
	json_t *v = json_object();
	put_str(v, "type", js_str(o, "type"));
	put_str(v, "reason", js_str(o, "reason"));
	put_str(v, "message", js_str(o, "note"));
	int64_t count = event_count(o);
	put(v, "count", json_integer(count ? count : 1));
	put_time(v, "last", event_time(o));
	insert_event(g, v, event_time(o));
	return true;
}

static enum rc add_events(struct session *s, json_t *x, const char *ns, const char *uid,
			  struct err *e)
{
	AUTO(buf_done) struct buf fields = BUF_INIT(1000);
	struct gather g = {.session = s, .list = json_array()};
	buf_printf(&fields, "regarding.uid=%s", uid);
	struct list_query q = {.kind = API_EVENT,
			       .ns = ns,
			       .field_selector = buf_str(&fields),
			       .self = &g,
			       .on_item = on_event};
	enum rc rc = session_list(s, &q, e);
	put(x, "events", g.list);
	put(x, "eventsLeftOut", json_integer(g.left_out));
	return rc == RC_OK ? rc : err_wrap(e, rc, "events");
}

/* ---- the job ---- */

static void put_counts(json_t *x, const struct job *j)
{
	json_t *o = json_object();
	put(o, "wanted", json_integer(job_at_once(&j->spec)));
	put(o, "active", json_integer(j->status.active));
	put(o, "ready", json_integer(j->status.ready));
	put(o, "succeeded", json_integer(j->status.succeeded));
	put(o, "completions", json_integer(job_completions(&j->spec)));
	put(o, "failed", json_integer(j->status.failed));
	put(o, "backoffLimit", json_integer(j->spec.backoff_limit));
	put(x, "members", o);
}

/* What to do: the table of reasons knows. Of a job that is invalid, what is wrong. */
static const char *advice(const struct job *j)
{
	if (j->status.state == JOB_NONE)
		return "no coordinator has seen this job yet; see whether Muster's coordinator "
		       "runs";
	return reason_more(reason_parse(str_or_empty(j->status.reason)));
}

static void put_job(json_t *x, const json_t *o, const struct job *j)
{
	const json_t *st = json_object_get(o, "status");
	put_str(x, "apiVersion", "cli.muster.dev/v1alpha1");
	put_str(x, "kind", "JobExplanation");
	put_str(x, "namespace", j->meta.ns);
	put_str(x, "name", j->meta.name);
	put_str(x, "uid", j->meta.uid);
	put_str(x, "state", job_state_text(j->status.state));
	put_str(x, "reason", j->status.reason);
	put_str(x, "message", j->status.message);
	put_str(x, "advice", advice(j));
	put(x, "priority", json_integer(j->spec.priority));
	put(x, "upToDate", json_boolean(j->status.observed_generation >= j->meta.generation));
	put(x, "deleting", json_boolean(j->meta.deleted_ms != 0));
	put_time(x, "created", j->meta.created_ms);
	put_time(x, "started", j->status.start_ms);
	put_time(x, "ended", j->status.end_ms);
	put(x, "queue", json_null());
	put_counts(x, j);
	put_copy(x, "nodes", json_object_get(st, "activeNodes"));
	put_copy(x, "conditions", json_object_get(st, "conditions"));
	put_copy(x, "failures", json_object_get(st, "failures"));
	put_copy(x, "superseded", json_object_get(st, "superseded"));
}

static enum rc explain(struct session *s, json_t *x, struct err *e)
{
	AUTO(js_freep) json_t *o = NULL;
	AUTO(arena_done) struct arena a = ARENA_INIT(16 * 1024 * 1024);
	struct decoded d;
	enum rc rc = session_get(s, API_JOB, s->ns, job_word(s->line->words[0]), &o, e);
	if (rc == RC_OK)
		rc = decode_object(API_JOB, o, "-", &a, &d, e);
	if (rc != RC_OK)
		return rc;
	put_job(x, o, &d.job);
	rc = add_pods(s, x, d.job.meta.ns, d.job.meta.uid, e);
	return rc == RC_OK ? add_events(s, x, d.job.meta.ns, d.job.meta.uid, e) : rc;
}

enum rc explain_run(struct session *s, struct err *e)
{
	AUTO(js_freep) json_t *x = json_object();
	enum format f;
	enum rc rc = format_of(s, &f, e);
	if (rc == RC_OK && f == FORMAT_NAME)
		rc = err_set(e, RC_BADREQUEST,
			     "explain has no -o name; write -o json, yaml or wide");
	if (rc == RC_OK)
		rc = explain(s, x, e);
	if (rc != RC_OK)
		return rc;
	if (format_is_table(f))
		explain_text(&s->out, x, session_now_ms(), f == FORMAT_WIDE);
	else
		object_print(s, f, "", x);
	return RC_OK;
}
