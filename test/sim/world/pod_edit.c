/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/pod_edit.h"

#include "base/clocktext.h"
#include "kube/js.h"
#include "model/quantity.h"

static json_t *status_of(struct version *v)
{
	json_t *status = json_object_get(v->tree.root, "status");
	must(v->tree.unsealed && status);
	return status;
}

static json_t *text(const char *s)
{
	return json_string(str_or_empty(s));
}

static json_t *seconds(int64_t wall_ms)
{
	char s[CLOCKTEXT_BYTES];
	clocktext_seconds(wall_ms, s);
	return json_string(s);
}

static json_t *find(json_t *list, const char *key, const char *value)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);
		if (str_eq(js_str(o, key), value))
			return o;
	}
	return NULL;
}

/* The entry of a list of the status, made if there is none. */
static json_t *entry(json_t *status, const char *list, const char *key, const char *value)
{
	json_t *l = json_object_get(status, list);
	if (!l) {
		l = json_array();
		json_object_set_new(status, list, l);
	}
	json_t *o = find(l, key, value);
	if (!o) {
		o = json_pack("{s:s}", key, value);
		json_array_append_new(l, o);
	}
	return o;
}

static json_t *container(struct version *v, const char *name)
{
	bool init = find(json_object_get(json_object_get(v->tree.root, "spec"), "initContainers"),
			 "name", name) != NULL;
	return entry(status_of(v), init ? "initContainerStatuses" : "containerStatuses", "name",
		     name);
}

static void set_state(json_t *status, const char *state, json_t *own_o, bool ready)
{
	json_object_set_new(status, "state", json_pack("{s:o}", state, own_o));
	json_object_set_new(status, "ready", json_boolean(ready));
}

bool pod_same_status(const struct version *a, const struct version *b)
{
	return json_equal(json_object_get(a->tree.root, "status"),
			  json_object_get(b->tree.root, "status"));
}

void pod_set_phase(struct version *v, const char *phase)
{
	json_object_set_new(status_of(v), "phase", json_string(phase));
}

void pod_set_reason(struct version *v, const char *reason, const char *message)
{
	json_object_set_new(status_of(v), "reason", text(reason));
	json_object_set_new(status_of(v), "message", text(message));
}

void pod_set_condition(struct version *v, const char *type, bool is_true, const char *reason,
		       const char *message, int64_t since_ms)
{
	json_t *o = entry(status_of(v), "conditions", "type", type);
	const char *status = is_true ? "True" : "False";
	if (!str_eq(js_str(o, "status"), status))
		json_object_set_new(o, "lastTransitionTime", seconds(since_ms));
	json_object_set_new(o, "status", json_string(status));
	if (reason)
		json_object_set_new(o, "reason", text(reason));
	if (message)
		json_object_set_new(o, "message", text(message));
}

void pod_set_disrupted(struct version *v, const char *reason, const char *message, int64_t now_ms)
{
	pod_set_condition(v, "DisruptionTarget", true, reason, message, now_ms);
}

void pod_container_waits(struct version *v, const char *name, const char *reason,
			 const char *message)
{
	json_t *o = json_pack("{s:s}", "reason", reason);
	if (message && *message)
		json_object_set_new(o, "message", text(message));
	set_state(container(v, name), "waiting", o, false);
}

void pod_container_runs(struct version *v, const char *name, bool ready, int64_t started_ms)
{
	json_t *o = container(v, name);
	json_t *was = json_object_get(json_object_get(o, "state"), "running");
	if (json_object_get(json_object_get(o, "state"), "terminated"))
		return;
	set_state(o, "running",
		  was ? json_incref(was) : json_pack("{s:o}", "startedAt", seconds(started_ms)),
		  ready);
}

void pod_sidecar_runs(struct version *v, const char *name, bool started, int64_t started_ms)
{
	pod_container_runs(v, name, started, started_ms);
	json_object_set_new(container(v, name), "started", json_boolean(started));
}

static void container_ends(json_t *status, int32_t exit_code, const char *reason, int64_t ended_ms)
{
	const json_t *was = json_object_get(json_object_get(status, "state"), "running");
	if (json_object_get(json_object_get(status, "state"), "terminated"))
		return;
	json_t *started = json_object_get(was, "startedAt");
	json_t *o = json_pack("{s:i, s:s, s:o}", "exitCode", exit_code, "reason", reason,
			      "finishedAt", seconds(ended_ms));
	if (started)
		json_object_set(o, "startedAt", started);
	set_state(status, "terminated", o, false);
}

void pod_container_ends(struct version *v, const char *name, int32_t exit_code, const char *reason,
			int64_t ended_ms)
{
	container_ends(container(v, name), exit_code, reason, ended_ms);
}

void pod_container_says(struct version *v, const char *name, const char *words)
{
	json_t *ended = json_object_get(json_object_get(container(v, name), "state"), "terminated");
	if (ended && words)
		json_object_set_new(ended, "message", json_string(words));
}

void pod_running_end(struct version *v, int32_t exit_code, const char *reason, int64_t ended_ms)
{
	static const char *const lists[] = {"initContainerStatuses", "containerStatuses"};
	for (size_t k = 0; k < ARRAY_LEN(lists); k++) {
		json_t *l = json_object_get(status_of(v), lists[k]);
		for (size_t i = 0; i < json_array_size(l); i++) {
			json_t *o = json_array_get(l, i);
			if (json_object_get(json_object_get(o, "state"), "running"))
				container_ends(o, exit_code, reason, ended_ms);
		}
	}
}

/* ---- in-place resize ---- */

static json_t *cpu(int64_t milli)
{
	return json_sprintf("%lldm", (long long)milli);
}

static const json_t *first_container(const struct version *v)
{
	return json_array_get(js_path(v->tree.root, "spec", "containers"), 0);
}

void pod_tell_cpu(struct version *v, int64_t milli)
{
	json_t *o = container(v, js_str(first_container(v), "name"));
	json_object_set_new(o, "allocatedResources", json_pack("{s:o}", "cpu", cpu(milli)));
	json_object_set_new(o, "resources", json_pack("{s:{s:o}}", "requests", "cpu", cpu(milli)));
}

void pod_desire_cpu(struct version *v, int64_t milli)
{
	json_t *spec = json_deep_copy(json_object_get(v->tree.root, "spec"));
	json_t *c = json_array_get(json_object_get(spec, "containers"), 0);
	if (!v->desired_milli)
		pod_tell_cpu(v, reslist_get(&v->pod.requests, "cpu"));
	json_object_set_new(c, "resources", json_pack("{s:{s:o}}", "requests", "cpu", cpu(milli)));
	json_object_set_new(v->tree.root, "spec", spec);
	v->desired_milli = milli;
}
