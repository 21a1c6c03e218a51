/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_meta.h"

static bool has_finalizer(const json_t *meta, const char *name)
{
	const json_t *l = json_object_get(meta, "finalizers");
	for (size_t i = 0; i < json_array_size(l); i++) {
		if (str_eq(json_string_value(json_array_get(l, i)), name))
			return true;
	}
	return false;
}

static void decode_owner(const json_t *meta, struct meta *ret)
{
	const json_t *l = json_object_get(meta, "ownerReferences");
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i);
		if (!js_bool(o, "controller"))
			continue;
		ret->owner_kind = js_str(o, "kind");
		ret->owner_name = js_str(o, "name");
		ret->owner_uid = js_str(o, "uid");
	}
}

void decode_meta(struct arena *a, const json_t *o, struct meta *ret)
{
	const json_t *meta = json_object_get(o, "metadata");
	*ret = (struct meta){
		.ns = str_or_empty(js_str(meta, "namespace")),
		.name = str_or_empty(js_str(meta, "name")),
		.uid = str_or_empty(js_str(meta, "uid")),
		.rv = str_or_empty(js_str(meta, "resourceVersion")),
		.generation = js_int(meta, "generation", 0),
		.created_ms = js_time(meta, "creationTimestamp"),
		.deleted_ms = js_time(meta, "deletionTimestamp"),
		.delete_asked_ms = delete_asked_ms(js_time(meta, "deletionTimestamp"),
						   js_int(meta, "deletionGracePeriodSeconds", -1)),
		.orphan_finalizer = has_finalizer(meta, "orphan"),
		.labels = js_kvs(a, json_object_get(meta, "labels")),
	};
	decode_owner(meta, ret);
}

static enum cond_status cond_status(const char *s)
{
	if (str_eq(s, "True"))
		return COND_TRUE;
	return str_eq(s, "False") ? COND_FALSE : COND_UNKNOWN;
}

struct cond *decode_conds(struct arena *a, const json_t *array, uint32_t *ret_n)
{
	size_t n = json_array_size(array);
	struct cond *v = arena_alloc(a, n * sizeof *v);
	*ret_n = 0;
	for (size_t i = 0; v && i < n; i++) {
		const json_t *o = json_array_get(array, i);
		v[(*ret_n)++] = (struct cond){
			.type = str_or_empty(js_str(o, "type")),
			.status = cond_status(js_str(o, "status")),
			.reason = str_or_empty(js_str(o, "reason")),
			.message = str_or_empty(js_str(o, "message")),
			.since_ms = js_time(o, "lastTransitionTime"),
			.observed_generation = js_int(o, "observedGeneration", 0),
		};
	}
	return v;
}
