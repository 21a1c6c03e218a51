/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_pod.h"

#include <string.h>

#include "kube/decode_containers.h"
#include "kube/decode_job.h"
#include "kube/decode_meta.h"
#include "kube/decode_ports.h"
#include "kube/decode_requests.h"
#include "kube/decode_waits.h"

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

/* What is longer than any proof is none. */
static const char *proof_of(const json_t *o)
{
	const char *s =
		str_or_empty(js_str(js_path(o, "metadata", "annotations"), ANNOTATION_PROOF));
	return strlen(s) < PROOF_TEXT_BYTES ? s : "";
}

static bool is_default(const struct toleration *t)
{
	return t->exists && t->effect == EFFECT_NO_EXECUTE &&
	       (str_eq(t->key, "node.kubernetes.io/not-ready") ||
		str_eq(t->key, "node.kubernetes.io/unreachable"));
}

static struct pod_where where_of(struct arena *a, const json_t *spec)
{
	uint32_t n;
	struct pod_where ret = {.node_selector = js_kvs(a, json_object_get(spec, "nodeSelector"))};
	const struct toleration *all =
		decode_tolerations(a, json_object_get(spec, "tolerations"), &n);
	struct toleration *v = arena_alloc(a, n * sizeof *v);
	for (uint32_t i = 0; all && v && i < n && ret.ntolerations < TOLERATIONS_MAX; i++) {
		if (!is_default(&all[i]))
			v[ret.ntolerations++] = all[i];
	}
	ret.tolerations = v;
	if (ret.node_selector.n > SELECTOR_MAX)
		ret.node_selector.n = SELECTOR_MAX;
	return ret;
}

void decode_pod(struct arena *a, const json_t *o, struct pod *ret)
{
	const json_t *spec = json_object_get(o, "spec"), *status = json_object_get(o, "status");
	*ret = (struct pod){
		.node = str_or_empty(js_str(spec, "nodeName")),
		.nominated = str_or_empty(js_str(status, "nominatedNodeName")),
		.proof = proof_of(o),
		.reason = str_or_empty(js_str(status, "reason")),
		.message = str_or_empty(js_str(status, "message")),
		.phase = phase_of(js_str(status, "phase")),
		.requests = decode_pod_requests(a, spec, status),
		.ports = decode_ports(a, spec),
		.where = where_of(a, spec),
	};
	decode_meta(a, o, &ret->meta);
	decode_conditions(status, ret);
	decode_containers(a, o, ret);
	decode_waits(a, o, ret);
	ret->waiting_reason = str_or_empty(ret->waiting_reason);
	ret->waiting_message = str_or_empty(ret->waiting_message);
	ret->terminated_reason = str_or_empty(ret->terminated_reason);
	ret->terminated_message = str_or_empty(ret->terminated_message);
}
