/* SPDX-License-Identifier: Apache-2.0 */
/* The chart's admission policy for agents has the same rules, about the pod as the API server has
 * completed it: the coordinator creates the pods that the policy refuses to agents. Where the two
 * differ, an agent is ordered what it may not create, or the coordinator creates what agents could.
 * integration.plain compares them on generated pods. */
#include "kube/pod_plain.h"

#include <string.h>

#include "model/member.h"

enum { AGENT_GRACE_MAX_S = 600 };

/* True if s is one of v; n of them. */
static bool is_one_of(const char *s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(s, v[i]))
			return true;
	}
	return false;
}

/* All keys of the object are among v. */
static bool only_keys(json_t *o, const char *const *v, size_t n)
{
	const char *key;
	json_t *value;
	json_object_foreach(o, key, value)
	{
		if (!is_one_of(key, v, n))
			return false;
	}
	return true;
}

/* ---- metadata ---- */

/* The admission plugin PodTopologyLabels sets these of each pod. */
static bool plain_labels(const json_t *meta)
{
	static const char *const keys[] = {"topology.kubernetes.io/zone",
					   "topology.kubernetes.io/region"};
	return only_keys(json_object_get(meta, "labels"), keys, ARRAY_LEN(keys));
}

/* Others may make a webhook or a network plugin do something for the pod. */
static bool plain_annotations(const json_t *meta)
{
	static const char *const keys[] = {ANNOTATION_TEMPLATE, ANNOTATION_CONTAINERS,
					   ANNOTATION_PROOF, "kubernetes.io/limit-ranger"};
	return only_keys(json_object_get(meta, "annotations"), keys, ARRAY_LEN(keys));
}

/* ---- the pod and its containers ---- */

/* A volume without a source is an emptyDir (SetDefaults_Volume). */
static bool plain_volumes(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *v = json_array_get(l, i);
		if (!json_object_get(v, "emptyDir") && !json_object_get(v, "downwardAPI") &&
		    json_object_size(v) != (json_object_get(v, "name") != NULL))
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

static bool plain_selinux(const json_t *o)
{
	static const char *const types[] = {"", "container_t", "container_init_t",
					    "container_kvm_t", "container_engine_t"};
	return is_one_of(str_or_empty(js_str(o, "type")), types, ARRAY_LEN(types)) &&
	       !*str_or_empty(js_str(o, "user")) && !*str_or_empty(js_str(o, "role"));
}

static bool plain_sysctls(const json_t *l)
{
	static const char *const safe[] = {
		"kernel.shm_rmid_forced",       "net.ipv4.ip_local_port_range",
		"net.ipv4.tcp_syncookies",      "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ping_group_range",    "net.ipv4.ip_local_reserved_ports",
		"net.ipv4.tcp_keepalive_time",  "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"};
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (!is_one_of(js_str(json_array_get(l, i), "name"), safe, ARRAY_LEN(safe)))
			return false;
	}
	return true;
}

/* As far as Pod Security "baseline" asks of pods and containers alike. */
static bool plain_security(const json_t *sec)
{
	return !is_unconfined(sec, "seccompProfile") && !is_unconfined(sec, "appArmorProfile") &&
	       plain_selinux(json_object_get(sec, "seLinuxOptions")) &&
	       !js_bool(json_object_get(sec, "windowsOptions"), "hostProcess") &&
	       plain_sysctls(json_object_get(sec, "sysctls"));
}

static bool plain_container_security(const json_t *sec)
{
	const char *proc = js_str(sec, "procMount");
	return plain_security(sec) && !js_bool(sec, "privileged") &&
	       (!proc || str_eq(proc, "Default")) &&
	       !json_array_size(js_path(sec, "capabilities", "add"));
}

/* A probe or hook that names a host makes the kubelet connect there. */
static bool names_host(const json_t *handler)
{
	return *str_or_empty(js_str(json_object_get(handler, "httpGet"), "host")) ||
	       *str_or_empty(js_str(json_object_get(handler, "tcpSocket"), "host"));
}

static bool plain_handlers(const json_t *c)
{
	return !names_host(json_object_get(c, "livenessProbe")) &&
	       !names_host(json_object_get(c, "readinessProbe")) &&
	       !names_host(json_object_get(c, "startupProbe")) &&
	       !names_host(js_path(c, "lifecycle", "postStart")) &&
	       !names_host(js_path(c, "lifecycle", "preStop"));
}

static bool plain_containers(const json_t *l)
{
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *c = json_array_get(l, i);
		if (json_array_size(json_object_get(c, "envFrom")) ||
		    !plain_env(json_object_get(c, "env")) ||
		    !plain_ports(json_object_get(c, "ports")) || !plain_handlers(c) ||
		    !plain_container_security(json_object_get(c, "securityContext")))
			return false;
	}
	return true;
}

/* serviceAccount is the old name of the field, and is read where the new one is empty. */
static bool plain_account(const json_t *s)
{
	const char *name = str_or_empty(js_str(s, "serviceAccountName"));
	if (!*name)
		name = str_or_empty(js_str(s, "serviceAccount"));
	return (!*name || str_eq(name, "default")) &&
	       json_is_false(json_object_get(s, "automountServiceAccountToken"));
}

bool pod_carries_credentials(const json_t *pod)
{
	const json_t *s = json_object_get(pod, "spec"), *meta = json_object_get(pod, "metadata");
	return !plain_labels(meta) || !plain_annotations(meta) || !plain_account(s) ||
	       !plain_security(json_object_get(s, "securityContext")) ||
	       js_int(s, "terminationGracePeriodSeconds", 30) > AGENT_GRACE_MAX_S ||
	       !plain_volumes(json_object_get(s, "volumes")) ||
	       !plain_containers(json_object_get(s, "containers")) ||
	       !plain_containers(json_object_get(s, "initContainers")) ||
	       json_array_size(json_object_get(s, "imagePullSecrets")) ||
	       js_bool(s, "hostNetwork") || js_bool(s, "hostPID") || js_bool(s, "hostIPC") ||
	       *str_or_empty(js_str(s, "priorityClassName"));
}
