/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet says of a container that waits: ContainerCreating or PodInitializing as long as all
 * goes well, else the error of its last try (CreateContainerConfigError, ErrImagePull). Between two
 * pulls the reason is ImagePullBackOff, and the message quotes the error; so both say the same
 * here. Of a sandbox that cannot be made only the condition PodReadyToStartContainers tells,
 * without words (KEP-3085). */
#include "kube/decode_waits.h"

#include <string.h>

static const json_t *find(const json_t *list, const char *key, const char *value)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		if (str_eq(str_or_empty(js_str(o, key)), value))
			return o;
	}
	return NULL;
}

/* Back-off pulling image "IMAGE": ErrImagePull: WORDS. A kubelet that was started anew in between
 * has forgotten the error. */
static void unwrap_pull(struct arena *a, const char **reason, const char **message)
{
	const char *end = strstr(*message, "\": ");
	const char *inner = end ? end + 3 : "";
	size_t len = strcspn(inner, ": ");
	*reason = "ErrImagePull";
	if (!len || inner[len] != ':' || inner[len + 1] != ' ')
		return;
	*reason = arena_strndup(a, inner, len);
	*message = inner + len + 2;
}

/* The pause grows from try to try, and the kubelet says how long it is. */
static const char *crash_words(struct arena *a, const json_t *status)
{
	const json_t *last = js_path(status, "lastState", "terminated");
	return arena_printf(a, "it ends again and again, last with exit code %d",
			    (int)js_int(last, "exitCode", 0));
}

static void say_error(struct arena *a, const json_t *status, const json_t *waiting, struct pod *ret)
{
	const char *reason = js_str(waiting, "reason");
	const char *message = str_or_empty(js_str(waiting, "message"));
	const char *name = str_or_empty(js_str(status, "name"));
	if (str_eq(reason, "ImagePullBackOff"))
		unwrap_pull(a, &reason, &message);
	else if (str_eq(reason, "CrashLoopBackOff"))
		message = crash_words(a, status);
	ret->waiting_reason = reason;
	ret->waiting_message =
		*name ? arena_printf(a, "container %s%s%s", name, *message ? ": " : "", message)
		      : message;
}

/* A container that waits for something that is not usual. */
static bool add_error(struct arena *a, const json_t *list, struct pod *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i), *w = js_path(o, "state", "waiting");
		if (!w || wait_is_usual(js_str(w, "reason")))
			continue;
		say_error(a, o, w, ret);
		return true;
	}
	return false;
}

/* The init container that the others wait for: the first that runs and is not done, or a sidecar
 * whose startup probe has not succeeded. */
static bool add_init(struct arena *a, const json_t *pod, const json_t *list, struct pod *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		const char *name = str_or_empty(js_str(o, "name"));
		const json_t *c = find(js_path(pod, "spec", "initContainers"), "name", name);
		bool sidecar = str_eq(js_str(c, "restartPolicy"), "Always");
		if (!js_path(o, "state", "running") || (sidecar && js_bool(o, "started")))
			continue;
		ret->waiting_reason = sidecar ? WAIT_SIDECAR : "PodInitializing";
		ret->waiting_message = arena_printf(
			a, sidecar ? "sidecar %s has not started up" : "init container %s runs",
			name);
		return true;
	}
	return false;
}

static void add_usual(const json_t *pod, const json_t *list, struct pod *ret)
{
	const json_t *conds = js_path(pod, "status", "conditions");
	const json_t *ready = find(conds, "type", "PodReadyToStartContainers");
	for (size_t i = 0; !ret->waiting_reason && i < json_array_size(list); i++) {
		const json_t *w = js_path(json_array_get(list, i), "state", "waiting");
		if (w)
			ret->waiting_reason = str_or_empty(js_str(w, "reason"));
	}
	if (ret->waiting_reason && ready && !str_eq(js_str(ready, "status"), "True"))
		ret->waiting_message = "the pod has no sandbox (network, volumes, runtime)";
}

void decode_waits(struct arena *a, const json_t *o, struct pod *ret)
{
	const json_t *own = js_path(o, "status", "containerStatuses");
	const json_t *init = js_path(o, "status", "initContainerStatuses");
	if (add_error(a, init, ret) || add_error(a, own, ret) ||
	    (!ret->working && add_init(a, o, init, ret)))
		return;
	add_usual(o, init, ret);
	add_usual(o, own, ret);
}
