/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_doubt.h"

#include "model/quantity.h"

static const char *in_bytes(struct arena *a, const json_t *amounts, const char *name,
			    const char *of, const char *owner)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64), owner_text = BUF_INIT(128);
	const json_t *v = json_object_get(amounts, name);
	int64_t milli;
	if (json_is_string(v) && json_string_length(v) < 32)
		buf_puts(&text, json_string_value(v));
	if (!text.len || quantity_parse(buf_str(&text), &milli) != RC_OK || milli % 1000 == 0 ||
	    milli == INT64_MAX)
		return NULL;
	buf_put_words(&owner_text, owner, 100);
	return arena_printf(a,
			    "%s: %s of %s %s is not a whole number of bytes, since m means "
			    "thousandths; write M or "
			    "Mi for megabytes",
			    name, buf_str(&text), of, buf_str(&owner_text));
}

static const char *in_list(struct arena *a, const json_t *amounts, const char *of,
			   const char *owner)
{
	const char *why = in_bytes(a, amounts, "memory", of, owner);
	return why ? why : in_bytes(a, amounts, "ephemeral-storage", of, owner);
}

static const char *in_resources(struct arena *a, const json_t *o, const char *of, const char *owner)
{
	const char *why = in_list(a, js_path(o, "resources", "requests"), of, owner);
	return why ? why : in_list(a, js_path(o, "resources", "limits"), of, owner);
}

static const char *in_containers(struct arena *a, const json_t *l)
{
	const char *why = NULL;
	for (size_t i = 0; !why && i < json_array_size(l); i++) {
		const json_t *c = json_array_get(l, i);
		why = in_resources(a, c, "container", str_or_empty(js_str(c, "name")));
	}
	return why;
}

static const char *in_volumes(struct arena *a, const json_t *l)
{
	const char *why = NULL;
	for (size_t i = 0; !why && i < json_array_size(l); i++) {
		const json_t *v = json_array_get(l, i);
		why = in_bytes(a, json_object_get(v, "emptyDir"), "sizeLimit", "volume",
			       str_or_empty(js_str(v, "name")));
	}
	return why;
}

const char *pod_doubt(struct arena *a, const json_t *pod_spec)
{
	const char *why = in_containers(a, json_object_get(pod_spec, "containers"));
	if (!why)
		why = in_containers(a, json_object_get(pod_spec, "initContainers"));
	if (!why)
		why = in_resources(a, pod_spec, "the", "pod");
	if (!why)
		why = in_list(a, json_object_get(pod_spec, "overhead"), "the pod's", "overhead");
	return why ? why : in_volumes(a, json_object_get(pod_spec, "volumes"));
}
