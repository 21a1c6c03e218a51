/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/encode_status.h"

#include "base/clocktext.h"
#include "model/quantity.h"

enum { /* bytes; as the definitions and the API server allow */
       WORDS_MAX = 4096,
       VERSION_MAX = 64,
       BOOT_ID_MAX = 128,
};

static json_t *limited(const char *s, size_t max)
{
	return s && *s ? js_string(s, max) : json_null();
}

static json_t *text(const char *s)
{
	return limited(s, WORDS_MAX);
}

/* Makes a reason valid for a condition: ^[A-Za-z]([A-Za-z0-9_]*)$. Reasons of kubelets and API
 * servers can be any text. */
static json_t *reason_text(const char *s)
{
	AUTO(buf_done) struct buf out = BUF_INIT(ENCODE_REASON_MAX);
	for (s = str_or_empty(s); *s; s++) {
		bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
		bool digit = (*s >= '0' && *s <= '9') || *s == '_';
		if (letter || (digit && out.len))
			buf_putc(&out, *s);
	}
	return json_string(out.len ? out.data : "Unknown");
}

static json_t *seconds(int64_t wall_ms)
{
	char s[CLOCKTEXT_BYTES];
	if (!wall_ms)
		return json_null();
	clocktext_seconds(wall_ms, s);
	return json_string(s);
}

static json_t *number(int64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *strings(const struct strs *l)
{
	json_t *v = json_array();
	for (uint32_t i = 0; i < l->n; i++)
		json_array_append_new(v, js_string(l->v[i], 0));
	return v;
}

json_t *encode_resources(const struct reslist *l, const struct strs *leave_out)
{
	json_t *o = json_object();
	for (uint32_t i = 0; i < l->n; i++) {
		AUTO(buf_done) struct buf q = BUF_INIT(64);
		bool out = false;
		for (uint32_t j = 0; leave_out && j < leave_out->n && !out; j++)
			out = str_eq(leave_out->v[j], l->v[i].name);
		if (out)
			continue;
		quantity_format(&q, l->v[i].milli);
		json_object_set_new(o, l->v[i].name, json_string(buf_str(&q)));
	}
	return o;
}

static json_t *conditions(const struct cond *v, uint32_t n)
{
	static const char *const status[] = {
		[COND_UNKNOWN] = "Unknown", [COND_FALSE] = "False", [COND_TRUE] = "True"};
	json_t *l = json_array();
	for (uint32_t i = 0; i < n; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "type", js_string(v[i].type, 0));
		json_object_set_new(o, "status", json_string(status[v[i].status]));
		/* metav1.Condition requires a reason and a time. */
		json_object_set_new(o, "reason", reason_text(v[i].reason));
		json_object_set_new(o, "message", js_string(v[i].message, WORDS_MAX));
		json_object_set_new(o, "lastTransitionTime",
				    seconds(v[i].since_ms ? v[i].since_ms : 1000));
		json_object_set_new(o, "observedGeneration", number(v[i].observed_generation));
		json_array_append_new(l, o);
	}
	return l;
}

/* null in a merge patch removes the field. */
static json_t *superseded(const struct job_status *s)
{
	json_t *l = s->nsuperseded ? json_array() : json_null();
	for (uint32_t i = 0; i < s->nsuperseded; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "index", number(s->superseded[i].index));
		json_object_set_new(o, "attempt", number(s->superseded[i].attempt));
		json_object_set_new(o, "node", js_string(s->superseded[i].node, 0));
		json_object_set_new(o, "replacedBy", number(s->superseded[i].by));
		json_array_append_new(l, o);
	}
	return l;
}

static json_t *failures(const struct job_status *s)
{
	json_t *l = s->nfailures ? json_array() : json_null();
	for (uint32_t i = 0; i < s->nfailures; i++) {
		const struct failure *f = &s->failures[i];
		json_t *o = json_object();
		json_object_set_new(o, "index", number(f->index));
		json_object_set_new(o, "attempt", number(f->attempt));
		json_object_set_new(o, "node", js_string(f->node, 0));
		json_object_set_new(o, "exitCode", number(f->exit_code));
		json_object_set_new(o, "finishedAt", seconds(f->finished_ms));
		json_object_set_new(o, "reason", js_string(f->reason, ENCODE_REASON_MAX));
		json_object_set_new(o, "message", js_string(f->message, FAILURE_WORDS_MAX));
		json_array_append_new(l, o);
	}
	return l;
}

static json_t *satisfied(const struct job_status *s)
{
	json_t *l = s->nsatisfied ? json_array() : json_null();
	for (uint32_t i = 0; i < s->nsatisfied; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "name", js_string(s->satisfied[i].name, 0));
		json_object_set_new(o, "condition",
				    json_string(dependency_text(s->satisfied[i].condition)));
		json_array_append_new(l, o);
	}
	return l;
}

json_t *encode_job_status(const struct job_status *s)
{
	json_t *o = json_object();
	json_object_set_new(o, "state", text(job_state_text(s->state)));
	json_object_set_new(o, "startTime", seconds(s->start_ms));
	json_object_set_new(o, "endTime", seconds(s->end_ms));
	json_object_set_new(o, "activeNodes", strings(&s->active_nodes));
	json_object_set_new(o, "active", number(s->active));
	json_object_set_new(o, "ready", number(s->ready));
	json_object_set_new(o, "succeeded", number(s->succeeded));
	json_object_set_new(o, "failed", number(s->failed));
	json_object_set_new(o, "attempts", number(s->attempts));
	json_object_set_new(o, "superseded", superseded(s));
	json_object_set_new(o, "failures", failures(s));
	json_object_set_new(o, "satisfiedDependencies", satisfied(s));
	json_object_set_new(o, "completedIndexes", limited(s->completed, 0));
	json_object_set_new(o, "failedIndexes", limited(s->failed_indexes, 0));
	json_object_set_new(o, "selector", limited(s->selector, 0));
	json_object_set_new(o, "reason", limited(s->reason, ENCODE_REASON_MAX));
	json_object_set_new(o, "message", text(s->message));
	json_object_set_new(o, "observedGeneration", number(s->observed_generation));
	json_object_set_new(o, "conditions", conditions(s->conds, s->nconds));
	return o;
}

json_t *encode_compute_node_status(const struct compute_node_status *s)
{
	json_t *o = json_object();
	json_object_set_new(o, "state", text(compute_node_state_text(s->state)));
	json_object_set_new(o, "lastTransitionTime", seconds(s->since_ms));
	json_object_set_new(o, "reason", limited(s->reason, ENCODE_REASON_MAX));
	json_object_set_new(o, "message", text(s->message));
	json_object_set_new(o, "members", number(s->members));
	json_object_set_new(o, "capacity", encode_resources(&s->capacity, NULL));
	json_object_set_new(o, "allocated", encode_resources(&s->allocated, NULL));
	json_object_set_new(o, "available", encode_resources(&s->available, NULL));
	json_object_set_new(o, "agentVersion", limited(s->agent_version, VERSION_MAX));
	json_object_set_new(o, "bootID", limited(s->boot_id, BOOT_ID_MAX));
	json_object_set_new(o, "observedGeneration", number(s->observed_generation));
	json_object_set_new(o, "conditions", conditions(s->conds, s->nconds));
	return o;
}
