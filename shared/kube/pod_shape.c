/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_shape.h"

#include "base/hash.h"
#include "base/mem.h"

enum { TEXT_MAX = 1 << 20 };

/* The members of a job, and jobs of a sweep, differ by these. */
static void drop_values(json_t *containers)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *c = json_array_get(containers, i);
		json_object_del(c, "command");
		json_object_del(c, "args");
		json_t *env = json_object_get(c, "env");
		for (size_t k = 0; k < json_array_size(env); k++)
			json_object_del(json_array_get(env, k), "value");
	}
}

const char *pod_shape(struct arena *a, json_t *pod)
{
	AUTO(buf_done) struct buf text = BUF_INIT(TEXT_MAX);
	json_t *spec = json_object_get(pod, "spec");
	char hex[17];
	drop_values(json_object_get(spec, "containers"));
	drop_values(json_object_get(spec, "initContainers"));
	js_dump(pod, &text);
	hash_hex(hash_str(0, buf_str(&text)), hex);
	return arena_strdup(a, hex);
}
