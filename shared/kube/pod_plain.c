/* SPDX-License-Identifier: Apache-2.0 */
/* The chart's admission policy for agents has the same rules: the coordinator creates the pods that
 * the policy refuses to agents. */
#include "kube/pod_plain.h"

static bool plain_volumes(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *v = json_array_get(l, i);
		if (!json_object_get(v, "emptyDir") && !json_object_get(v, "downwardAPI"))
			return false;
	}
	return true;
}

static bool plain_env(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *from = json_object_get(json_array_get(l, i), "valueFrom");
		if (from && !json_object_get(from, "fieldRef") &&
		    !json_object_get(from, "resourceFieldRef"))
			return false;
	}
	return true;
}

static bool plain_ports(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (js_int(json_array_get(l, i), "hostPort", 0))
			return false;
	}
	return true;
}

static bool plain_containers(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *c = json_array_get(l, i),
			     *sec = json_object_get(c, "securityContext");
		if (json_array_size(json_object_get(c, "envFrom")) ||
		    !plain_env(json_object_get(c, "env")) ||
		    !plain_ports(json_object_get(c, "ports")) || js_bool(sec, "privileged") ||
		    js_str(sec, "procMount") ||
		    json_array_size(js_path(sec, "capabilities", "add")))
			return false;
	}
	return true;
}

static bool is_default(const char *account)
{
	return !account || !*account || str_eq(account, "default");
}

static bool plain_account(const json_t *s)
{
	return is_default(js_str(s, "serviceAccountName")) &&
	       is_default(js_str(s, "serviceAccount")) &&
	       json_is_false(json_object_get(s, "automountServiceAccountToken"));
}

bool pod_carries_credentials(const json_t *pod)
{
	const json_t *s = json_object_get(pod, "spec");
	return json_object_size(js_path(pod, "metadata", "labels")) || !plain_account(s) ||
	       !plain_volumes(json_object_get(s, "volumes")) ||
	       !plain_containers(json_object_get(s, "containers")) ||
	       !plain_containers(json_object_get(s, "initContainers")) ||
	       json_array_size(json_object_get(s, "imagePullSecrets")) ||
	       js_bool(s, "hostNetwork") || js_bool(s, "hostPID") || js_bool(s, "hostIPC") ||
	       js_str(s, "priorityClassName");
}
