/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes a pod and sums up the statuses of its containers. */
#include "kube/decode_pod.h"

#include "kube/decode_meta.h"
#include "kube/decode_requests.h"

static void decode_conditions(const json_t *status, struct pod *ret)
{
	const json_t *l = json_object_get(status, "conditions");
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i);
		bool is_true = str_eq(js_str(o, "status"), "True");
		if (str_eq(js_str(o, "type"), "Ready"))
			ret->ready = is_true;
		if (!str_eq(js_str(o, "type"), "DisruptionTarget") || !is_true)
			continue;
		ret->disruption_target = true;
		ret->disruption_ms = js_time(o, "lastTransitionTime");
		ret->disruption_reason = str_or_empty(js_str(o, "reason"));
		ret->disruption_message = str_or_empty(js_str(o, "message"));
	}
}

static void ended(const json_t *t, struct pod *ret)
{
	int64_t finished = js_time(t, "finishedAt"), started = js_time(t, "startedAt");
	int64_t code = js_int(t, "exitCode", 0);
	ret->started = true;
	if (started && (!ret->started_ms || started < ret->started_ms))
		ret->started_ms = started;
	if (finished > ret->ended_ms)
		ret->ended_ms = finished;
	if (code == 0 || ret->exit_code != 0)
		return;
	ret->exit_code = (int32_t)code;
	ret->terminated_reason = str_or_empty(js_str(t, "reason"));
	ret->terminated_message = str_or_empty(js_str(t, "message"));
}

static void decode_container(const json_t *o, struct pod *ret)
{
	const json_t *state = json_object_get(o, "state");
	const json_t *running = json_object_get(state, "running");
	const json_t *waiting = json_object_get(state, "waiting");
	const json_t *terminated = json_object_get(state, "terminated");
	if (running) {
		int64_t at = js_time(running, "startedAt");
		ret->started = true;
		if (at && (!ret->started_ms || at < ret->started_ms))
			ret->started_ms = at;
	}
	if (waiting && !ret->waiting_reason) {
		ret->waiting_reason = str_or_empty(js_str(waiting, "reason"));
		ret->waiting_message = str_or_empty(js_str(waiting, "message"));
	}
	if (terminated)
		ended(terminated, ret);
}

/* 0 while one of them runs, or has ended at a time that nobody knows. */
static int64_t last_finished(const json_t *list)
{
	int64_t last_ms = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *state = json_object_get(json_array_get(list, i), "state");
		int64_t at_ms = js_time(json_object_get(state, "terminated"), "finishedAt");
		if (at_ms <= 0)
			return 0;
		last_ms = at_ms > last_ms ? at_ms : last_ms;
	}
	return last_ms;
}

static void decode_containers(const json_t *list, struct pod *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		decode_container(json_array_get(list, i), ret);
}

/* Init containers start first. How the pod ended is read from its own containers if one of them
 * failed, since the end of a sidecar follows from theirs. */
static void add_inits(struct pod *ret, const struct pod *inits)
{
	ret->started |= inits->started;
	if (inits->started_ms && (!ret->started_ms || inits->started_ms < ret->started_ms))
		ret->started_ms = inits->started_ms;
	if (inits->ended_ms > ret->ended_ms)
		ret->ended_ms = inits->ended_ms;
	if (inits->waiting_reason) {
		ret->waiting_reason = inits->waiting_reason;
		ret->waiting_message = inits->waiting_message;
	}
	if (ret->exit_code || ret->phase != POD_FAILED)
		return;
	ret->exit_code = inits->exit_code;
	ret->terminated_reason = inits->terminated_reason;
	ret->terminated_message = inits->terminated_message;
}

static enum pod_phase phase_of(const char *s)
{
	static const char *const phases[] = {[POD_PENDING] = "Pending",
					     [POD_RUNNING] = "Running",
					     [POD_SUCCEEDED] = "Succeeded",
					     [POD_FAILED] = "Failed"};
	for (unsigned i = 0; i < ARRAY_LEN(phases); i++) {
		if (str_eq(s, phases[i]))
			return (enum pod_phase)i;
	}
	return s && *s ? POD_UNKNOWN : POD_PENDING;
}

void decode_pod(struct arena *a, const json_t *o, struct pod *ret)
{
	const json_t *spec = json_object_get(o, "spec"), *status = json_object_get(o, "status");
	*ret = (struct pod){
		.node = str_or_empty(js_str(spec, "nodeName")),
		.reason = str_or_empty(js_str(status, "reason")),
		.message = str_or_empty(js_str(status, "message")),
		.phase = phase_of(js_str(status, "phase")),
		.requests = decode_requests(a, spec),
	};
	decode_meta(a, o, &ret->meta);
	decode_conditions(status, ret);
	struct pod inits = {0};
	decode_containers(json_object_get(status, "initContainerStatuses"), &inits);
	decode_containers(json_object_get(status, "containerStatuses"), ret);
	add_inits(ret, &inits);
	ret->finished_ms = last_finished(json_object_get(status, "containerStatuses"));
	ret->waiting_reason = str_or_empty(ret->waiting_reason);
	ret->waiting_message = str_or_empty(ret->waiting_message);
	ret->terminated_reason = str_or_empty(ret->terminated_reason);
	ret->terminated_message = str_or_empty(ret->terminated_message);
}
