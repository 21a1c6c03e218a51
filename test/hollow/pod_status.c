/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_status.h"

#include "base/buf.h"
#include "base/clocktext.h"
#include "base/mem.h"

json_t *pod_status_containers(const json_t *pod)
{
	const json_t *all = json_object_get(json_object_get(pod, "spec"), "containers");
	json_t *names = json_array(), *c;
	size_t i;
	json_array_foreach(all, i, c) json_array_append(names, json_object_get(c, "name"));
	return names;
}

static json_t *time_text(int64_t wall_ms)
{
	char text[CLOCKTEXT_BYTES];
	clocktext_seconds(wall_ms, text);
	return json_string(text);
}

static json_t *patch(const char *uid, json_t *own_status)
{
	return json_pack("{s{ss}so}", "metadata", "uid", uid, "status", own_status);
}

/* own_state is the state of each container. */
static json_t *whole(const char *phase, const json_t *containers, json_t *own_state, bool ready)
{
	json_t *v = json_array(), *name;
	size_t i;
	json_array_foreach(containers, i, name) json_array_append_new(
		v,
		json_pack("{sOsssssbsisbsO}", "name", name, "image", "hollow", "imageID", "",
			  "ready", ready, "restartCount", 0, "started", ready, "state", own_state));
	json_decref(own_state);
	return json_pack("{sss[{ssss}]so}", "phase", phase, "conditions", "type", "Ready", "status",
			 ready ? "True" : "False", "containerStatuses", v);
}

json_t *pod_status_running(const char *uid, const json_t *containers, int64_t wall_ms)
{
	json_t *state = json_pack("{s{so}}", "running", "startedAt", time_text(wall_ms));
	return patch(uid, whole("Running", containers, state, true));
}

json_t *pod_status_waiting(const char *uid, const json_t *containers, const char *reason)
{
	json_t *state = json_pack("{s{ssss}}", "waiting", "reason", reason, "message", "as told");
	return patch(uid, whole("Pending", containers, state, false));
}

json_t *pod_status_ended(const char *uid, const json_t *containers, int exit_code, int64_t began_ms,
			 int64_t wall_ms)
{
	json_t *state = json_pack("{s{sisssoso}}", "terminated", "exitCode", exit_code, "reason",
				  exit_code ? "Error" : "Completed", "startedAt",
				  time_text(began_ms), "finishedAt", time_text(wall_ms));
	return patch(uid, whole(exit_code ? "Failed" : "Succeeded", containers, state, false));
}

json_t *pod_status_refused(const char *uid, const char *reason)
{
	return patch(uid, json_pack("{ssssss}", "phase", "Failed", "reason", reason, "message",
				    "as told"));
}
