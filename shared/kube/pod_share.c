/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/pod_share.h"

#include "kube/pod_env.h"
#include "model/object.h"

uint32_t pod_per_node(const json_t *job_spec)
{
	int64_t n = js_int(job_spec, "membersPerNode", 1);
	return n < 1 ? 1 : n > PER_NODE_MAX ? PER_NODE_MAX : (uint32_t)n;
}

size_t pod_share_add(json_t *pod, const json_t *job_spec)
{
	static const char *const lists[] = {"containers", "initContainers"};
	AUTO(buf_done) struct buf number = BUF_INIT(16);
	AUTO(js_freep) json_t *env = json_array();
	size_t n = 0;
	if (pod_per_node(job_spec) == 1)
		return 0;
	buf_printf(&number, "%u", pod_per_node(job_spec));
	pod_env_add(env, VAR_PER_NODE, buf_str(&number));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		json_t *l = json_object_get(json_object_get(pod, "spec"), lists[i]);
		for (size_t k = 0; k < json_array_size(l); k++)
			pod_env_lead(json_array_get(l, k), env);
		n += json_array_size(l);
	}
	return n * sizeof "\"env\":[{\"name\":\"" VAR_PER_NODE "\",\"value\":\"256\"}],";
}
