/* SPDX-License-Identifier: Apache-2.0 */
/* The chart's admission policy for agents has the same rules: the coordinator creates the pods that
 * the policy refuses to agents. */
#include "kube/pod_plain.h"

#include <string.h>

enum { AGENT_GRACE_MAX_S = 600 };

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

static bool is_unconfined(const json_t *sec, const char *profile)
{
	return str_eq(js_str(json_object_get(sec, profile), "type"), "Unconfined");
}

/* As far as Pod Security "baseline" asks of pods and containers alike. */
static bool plain_security(const json_t *sec)
{
	return !is_unconfined(sec, "seccompProfile") && !is_unconfined(sec, "appArmorProfile") &&
	       !json_object_size(json_object_get(sec, "seLinuxOptions")) &&
	       !json_object_size(json_object_get(sec, "windowsOptions")) &&
	       !json_array_size(json_object_get(sec, "sysctls"));
}

static bool plain_containers(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *c = json_array_get(l, i),
			     *sec = json_object_get(c, "securityContext");
		if (json_array_size(json_object_get(c, "envFrom")) ||
		    !plain_env(json_object_get(c, "env")) ||
		    !plain_ports(json_object_get(c, "ports")) || !plain_security(sec) ||
		    js_bool(sec, "privileged") || js_str(sec, "procMount") ||
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

/* Others may make a webhook or a network plugin do something for the pod. */
static bool plain_annotations(const json_t *pod)
{
	const char *key;
	json_t *value;
	json_object_foreach(json_object_get(json_object_get(pod, "metadata"), "annotations"), key,
			    value)
	{
		if (strncmp(key, "muster.dev/", strlen("muster.dev/")) != 0)
			return false;
	}
	return true;
}

bool pod_carries_credentials(const json_t *pod)
{
	const json_t *s = json_object_get(pod, "spec");
	return json_object_size(js_path(pod, "metadata", "labels")) || !plain_annotations(pod) ||
	       !plain_account(s) || !plain_security(json_object_get(s, "securityContext")) ||
	       js_int(s, "terminationGracePeriodSeconds", 30) > AGENT_GRACE_MAX_S ||
	       !plain_volumes(json_object_get(s, "volumes")) ||
	       !plain_containers(json_object_get(s, "containers")) ||
	       !plain_containers(json_object_get(s, "initContainers")) ||
	       json_array_size(json_object_get(s, "imagePullSecrets")) ||
	       js_bool(s, "hostNetwork") || js_bool(s, "hostPID") || js_bool(s, "hostIPC") ||
	       js_str(s, "priorityClassName");
}
