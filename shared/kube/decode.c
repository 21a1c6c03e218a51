/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode.h"

#include <string.h>

#include "kube/base64.h"
#include "kube/decode_admission.h"
#include "kube/decode_job.h"
#include "kube/decode_meta.h"
#include "kube/decode_needed.h"
#include "kube/decode_pod.h"

static void decode_taints(struct arena *a, const json_t *array, struct node *ret)
{
	size_t n = json_array_size(array);
	struct taint *v = arena_alloc(a, n * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const json_t *o = json_array_get(array, i);
		v[ret->ntaints++] = (struct taint){str_or_empty(js_str(o, "key")),
						   str_or_empty(js_str(o, "value")),
						   decode_effect(js_str(o, "effect"))};
	}
	ret->taints = v;
}

/* Of other plugins' volumes nothing is asked. */
static struct strs decode_in_use(struct arena *a, const json_t *l)
{
	static const char csi[] = "kubernetes.io/csi/";
	size_t n = json_array_size(l);
	const char **v = arena_alloc(a, (n < NODE_VOLUMES_MAX ? n : NODE_VOLUMES_MAX) * sizeof *v);
	struct strs ret = {v, 0};
	for (size_t i = 0; v && i < n && ret.n < NODE_VOLUMES_MAX; i++) {
		const char *s = str_or_empty(json_string_value(json_array_get(l, i)));
		if (!strncmp(s, csi, sizeof csi - 1))
			v[ret.n++] = s + sizeof csi - 1;
	}
	return ret;
}

static void decode_node(struct arena *a, const json_t *o, struct node *ret)
{
	const json_t *spec = json_object_get(o, "spec"), *status = json_object_get(o, "status");
	const json_t *info = json_object_get(status, "nodeInfo");
	uint32_t n;
	const struct cond *conds = decode_conds(a, json_object_get(status, "conditions"), &n);
	*ret = (struct node){
		.allocatable = js_resources(a, json_object_get(status, "allocatable")),
		.unschedulable = js_bool(spec, "unschedulable"),
		.boot_id = str_or_empty(js_str(info, "bootID")),
		.kubelet_version = str_or_empty(js_str(info, "kubeletVersion")),
		.in_use = decode_in_use(a, json_object_get(status, "volumesInUse")),
	};
	decode_meta(a, o, &ret->meta);
	decode_taints(a, json_object_get(spec, "taints"), ret);
	for (uint32_t i = 0; conds && i < n; i++) {
		if (!str_eq(conds[i].type, "Ready"))
			continue;
		ret->ready = conds[i].status;
		ret->ready_reason = conds[i].reason;
		ret->ready_since_ms = conds[i].since_ms;
	}
}

static bool owned_by_node(const json_t *o)
{
	const json_t *l = js_path(o, "metadata", "ownerReferences");
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (str_eq(js_str(json_array_get(l, i), "kind"), "Node"))
			return true;
	}
	return false;
}

static void decode_compute_node(struct arena *a, const json_t *o, struct compute_node *ret)
{
	const json_t *spec = json_object_get(o, "spec"), *st = json_object_get(o, "status");
	*ret = (struct compute_node){
		.owned_by_node = owned_by_node(o),
		.resources = js_resources(a, json_object_get(spec, "resources")),
		.unschedulable = js_bool(spec, "unschedulable"),
		.status =
			{
				.state = compute_node_state_parse(js_str(st, "state")),
				.since_ms = js_time(st, "lastTransitionTime"),
				.reason = str_or_empty(js_str(st, "reason")),
				.message = str_or_empty(js_str(st, "message")),
				.members = (uint32_t)js_int(st, "members", 0),
				.capacity = js_resources(a, json_object_get(st, "capacity")),
				.allocated = js_resources(a, json_object_get(st, "allocated")),
				.available = js_resources(a, json_object_get(st, "available")),
				.agent_version = str_or_empty(js_str(st, "agentVersion")),
				.boot_id = str_or_empty(js_str(st, "bootID")),
				.observed_generation = js_int(st, "observedGeneration", 0),
			},
	};
	ret->status.conds = decode_conds(a, json_object_get(st, "conditions"), &ret->status.nconds);
	decode_meta(a, o, &ret->meta);
}

static void decode_lease(struct arena *a, const json_t *o, struct lease *ret)
{
	const json_t *spec = json_object_get(o, "spec");
	*ret = (struct lease){
		.holder = str_or_empty(js_str(spec, "holderIdentity")),
		.address = str_or_empty(
			js_str(js_path(o, "metadata", "annotations"), "muster.dev/address")),
		.duration_s = js_int(spec, "leaseDurationSeconds", 0),
		.acquire_ms = js_time(spec, "acquireTime"),
		.renew_ms = js_time(spec, "renewTime"),
		.transitions = js_int(spec, "leaseTransitions", 0),
	};
	decode_meta(a, o, &ret->meta);
}

/* Returns "" if the text is not base64. */
static char *decode_base64(struct arena *a, const char *text, size_t len)
{
	AUTO(buf_done) struct buf out = BUF_INIT(len);
	if (base64_decode(text, len, &out) != RC_OK)
		buf_reset(&out);
	return arena_strndup(a, buf_str(&out), out.len);
}

/* The values of a Secret are base64, those of a ConfigMap plain text. */
static void decode_data(struct arena *a, enum api_kind kind, const json_t *o,
			struct keyed_data *ret)
{
	struct kvs raw = js_kvs(a, json_object_get(o, "data"));
	struct kv *v = arena_alloc(a, raw.n * sizeof *v);
	decode_meta(a, o, &ret->meta);
	for (uint32_t i = 0; v && i < raw.n; i++) {
		const char *val = raw.v[i].val;
		v[i] = (struct kv){raw.v[i].key,
				   kind == API_SECRET ? decode_base64(a, val, strlen(val)) : val};
	}
	ret->data = (struct kvs){v, v ? raw.n : 0};
}

/* Returns exp of the JWT's payload without a check: the API server has checked the token. */
static int64_t token_expiry(struct arena *a, const char *token)
{
	const char *payload = token ? strchr(token, '.') : NULL;
	const char *end = payload ? strchr(payload + 1, '.') : NULL;
	char *text = end ? decode_base64(a, payload + 1, (size_t)(end - payload - 1)) : NULL;
	AUTO(js_freep) json_t *o = text ? json_loads(text, 0, NULL) : NULL;
	return js_int(o, "exp", 0) * 1000;
}

static bool has_audience(const json_t *status)
{
	const json_t *l = json_object_get(status, "audiences");
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (str_eq(json_string_value(json_array_get(l, i)), "muster-coordinator"))
			return true;
	}
	return false;
}

static void decode_token(struct arena *a, const json_t *o, struct token_identity *ret)
{
	const json_t *st = json_object_get(o, "status"), *user = json_object_get(st, "user");
	const json_t *node = js_path(user, "extra", "authentication.kubernetes.io/node-name");
	*ret = (struct token_identity){
		.authenticated = js_bool(st, "authenticated") && has_audience(st),
		.username = str_or_empty(js_str(user, "username")),
		.node_name = str_or_empty(json_string_value(json_array_get(node, 0))),
		.error = str_or_empty(js_str(st, "error")),
		.expires_ms = token_expiry(a, js_str(json_object_get(o, "spec"), "token")),
	};
	/* A token with several node names names no node. */
	if (json_array_size(node) > 1)
		ret->node_name = "";
}

static const struct meta *decode_kind(enum api_kind kind, const json_t *o,
				      const char *default_image, struct arena *a,
				      struct decoded *ret)
{
	switch (kind) {
	case API_JOB:
		decode_job(a, o, default_image, &ret->job);
		ret->object.job = &ret->job;
		return &ret->job.meta;
	case API_COMPUTE_NODE:
		decode_compute_node(a, o, &ret->compute_node);
		ret->object.compute_node = &ret->compute_node;
		return &ret->compute_node.meta;
	case API_NODE:
		decode_node(a, o, &ret->node);
		ret->object.node = &ret->node;
		return &ret->node.meta;
	case API_POD:
		decode_pod(a, o, &ret->pod);
		ret->object.pod = &ret->pod;
		return &ret->pod.meta;
	case API_LEASE:
		decode_lease(a, o, &ret->lease);
		ret->object.lease = &ret->lease;
		return &ret->lease.meta;
	case API_SECRET:
	case API_CONFIGMAP:
		decode_data(a, kind, o, &ret->data);
		ret->object.data = &ret->data;
		return &ret->data.meta;
	case API_TOKENREVIEW:
		decode_token(a, o, &ret->token);
		ret->object.token = &ret->token;
		break;
	case API_RUNTIME_CLASS:
	case API_CLAIM:
	case API_VOLUME:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY:
		decode_needed(a, (enum needed_kind)(kind - API_RUNTIME_CLASS), o, &ret->needed);
		ret->object.needed = &ret->needed;
		return &ret->needed.meta;
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
		decode_admission(a, kind, o, &ret->admission);
		ret->object.admission = &ret->admission;
		return &ret->admission.meta;
	case API_SERVICE:
	case API_EVENT:
	case API_KIND_N: break;
	}
	decode_meta(a, o, &ret->meta);
	return &ret->meta;
}

enum rc decode_object(enum api_kind kind, const json_t *o, const char *default_image,
		      struct arena *a, struct decoded *ret, struct err *e)
{
	memset(ret, 0, sizeof *ret);
	ret->object.kind = kind;
	ret->object.meta = decode_kind(kind, o, default_image, a, ret);
	if (a->toobig)
		return err_set(e, RC_TOOBIG, "object %s is too big", ret->object.meta->name);
	if (kind != API_TOKENREVIEW && !*ret->object.meta->name)
		return err_set(e, RC_MALFORMED, "an object without a name");
	return RC_OK;
}
