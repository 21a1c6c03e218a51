/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_work.h"

#include <string.h>

#include "model/member.h"

void pod_work_mark(json_t *pod)
{
	AUTO(buf_done) struct buf names = BUF_INIT(POD_BYTES_MAX);
	json_t *meta = json_object_get(pod, "metadata");
	const json_t *l = js_path(pod, "spec", "containers");
	for (size_t i = 0; i < json_array_size(l); i++)
		buf_printf(&names, "%s%s", i ? "," : "",
			   str_or_empty(js_str(json_array_get(l, i), "name")));
	if (buf_rc(&names) != RC_OK)
		return; /* the pod is too big, and nobody will make it */
	if (!json_is_object(json_object_get(meta, "annotations")))
		json_object_set_new(meta, "annotations", json_object());
	json_object_set_new(json_object_get(meta, "annotations"), ANNOTATION_CONTAINERS,
			    js_string(buf_str(&names), 0));
}

static bool listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = list; len && at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, name, len) && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

bool pod_work_has(const json_t *pod, const char *name)
{
	const char *list = js_str(js_path(pod, "metadata", "annotations"), ANNOTATION_CONTAINERS);
	if (list)
		return listed(list, name);
	return str_eq(name, "main") || !js_named(js_path(pod, "spec", "containers"), "main");
}
