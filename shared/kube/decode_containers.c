/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_containers.h"

#include "kube/last_words.h"
#include "kube/pod_work.h"

static void add_start(struct pod *ret, int64_t at_ms)
{
	if (at_ms && (!ret->started_ms || at_ms < ret->started_ms))
		ret->started_ms = at_ms;
}

/* Which container failed is worth saying if there are several. */
static void add_failure(struct arena *a, const json_t *o, const json_t *t, bool several,
			struct pod *ret)
{
	const char *name = str_or_empty(js_str(o, "name")),
		   *words = last_words(a, js_str(t, "message"));
	ret->exit_code = (int32_t)js_int(t, "exitCode", 0);
	ret->terminated_reason = str_or_empty(js_str(t, "reason"));
	ret->terminated_message = str_or_empty(words);
	if (several && *name)
		ret->terminated_message =
			arena_printf(a, "container %s%s%s", name, words && *words ? ": " : "",
				     str_or_empty(words));
}

static void add_end(struct arena *a, const json_t *o, const json_t *t, bool several,
		    struct pod *ret)
{
	int64_t finished = js_time(t, "finishedAt");
	ret->started = true;
	add_start(ret, js_time(t, "startedAt"));
	if (finished > ret->ended_ms)
		ret->ended_ms = finished;
	if (js_int(t, "exitCode", 0) != 0 && !ret->exit_code)
		add_failure(a, o, t, several, ret);
}

static void add_all(struct arena *a, const json_t *list, bool several, struct pod *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i), *state = json_object_get(o, "state");
		const json_t *running = json_object_get(state, "running");
		const json_t *terminated = json_object_get(state, "terminated");
		if (running) {
			ret->started = true;
			add_start(ret, js_time(running, "startedAt"));
		}
		if (terminated)
			add_end(a, o, terminated, several, ret);
		/* A kubelet that evicts may say so before it has found how the container ended: it
		 * waits by its state, and what ran is in lastState. */
		ret->started |= js_path(o, "lastState", "terminated") != NULL;
	}
}

/* Init containers start first. How the pod ended is read from its own containers if one of them
 * failed, since the end of a sidecar follows from theirs. */
static void add_inits(struct pod *ret, const struct pod *inits)
{
	ret->started |= inits->started;
	add_start(ret, inits->started_ms);
	if (inits->ended_ms > ret->ended_ms)
		ret->ended_ms = inits->ended_ms;
	if (ret->exit_code || ret->phase != POD_FAILED)
		return;
	ret->exit_code = inits->exit_code;
	ret->terminated_reason = inits->terminated_reason;
	ret->terminated_message = inits->terminated_message;
}

/* ---- the work ---- */

static bool has_started(const json_t *status)
{
	const json_t *state = json_object_get(status, "state");
	return json_object_get(state, "running") || json_object_get(state, "terminated") ||
	       js_path(status, "lastState", "terminated");
}

static uint32_t work_in(const json_t *pod)
{
	const json_t *l = js_path(pod, "spec", "containers");
	uint32_t n = 0;
	for (size_t i = 0; i < json_array_size(l); i++)
		n += pod_work_has(pod, str_or_empty(js_str(json_array_get(l, i), "name")));
	return n;
}

/* Sets working and finished_ms. */
static void add_work(const json_t *pod, const json_t *list, struct pod *ret)
{
	uint32_t all = work_in(pod), started = 0, ended = 0, n = 0;
	int64_t last_ms = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		if (!pod_work_has(pod, str_or_empty(js_str(o, "name"))))
			continue;
		int64_t at_ms = js_time(js_path(o, "state", "terminated"), "finishedAt");
		n++;
		started += has_started(o);
		ended += at_ms > 0;
		last_ms = at_ms > last_ms ? at_ms : last_ms;
	}
	ret->working = n && started == n && n >= all;
	ret->finished_ms = n && ended == n && n >= all ? last_ms : 0;
}

void decode_containers(struct arena *a, const json_t *o, struct pod *ret)
{
	const json_t *status = json_object_get(o, "status");
	const json_t *own = json_object_get(status, "containerStatuses");
	const json_t *init = json_object_get(status, "initContainerStatuses");
	bool several = json_array_size(own) + json_array_size(init) > 1;
	struct pod inits = {0};
	add_all(a, init, several, &inits);
	add_all(a, own, several, ret);
	add_inits(ret, &inits);
	add_work(o, own, ret);
}
