/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_env.h"

static json_t *env_of(json_t *container)
{
	if (!json_object_get(container, "env"))
		json_object_set_new(container, "env", json_array());
	return json_object_get(container, "env");
}

static bool has(const json_t *env, const json_t *var)
{
	return js_named(env, str_or_empty(js_str(var, "name"))) != NULL;
}

void pod_env_add(json_t *env, const char *name, const char *value)
{
	json_array_append_new(env, json_pack("{s:s, s:s}", "name", name, "value", value));
}

void pod_env_append(json_t *container, const json_t *more)
{
	json_t *env = env_of(container);
	for (size_t i = 0; i < json_array_size(more); i++) {
		if (!has(env, json_array_get(more, i)))
			json_array_append_new(env, json_deep_copy(json_array_get(more, i)));
	}
}

void pod_env_lead(json_t *container, const json_t *more)
{
	AUTO(js_freep) json_t *user = json_incref(env_of(container));
	json_t *env = json_array();
	for (size_t i = 0; i < json_array_size(more); i++) {
		if (!has(user, json_array_get(more, i)))
			json_array_append(env, json_array_get(more, i));
	}
	json_array_extend(env, user);
	json_object_set_new(container, "env", env);
}
