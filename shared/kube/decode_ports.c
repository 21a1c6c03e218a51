/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode_ports.h"

struct list {
	uint64_t v[NODE_PORTS_MAX];
	uint32_t n;
	bool host_network;
};

static void add_port(struct list *l, const json_t *port)
{
	int64_t n = js_int(port, "hostPort", 0);
	if (n == 0 && l->host_network)
		n = js_int(port, "containerPort", 0);
	if (n <= 0 || n > UINT16_MAX || l->n == NODE_PORTS_MAX)
		return;
	l->v[l->n++] = host_port(js_str(port, "protocol"), js_str(port, "hostIP"), (uint16_t)n);
}

/* sidecars: only containers that run as long as the pod. */
static void add_containers(struct list *l, const json_t *containers, bool sidecars)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		const json_t *c = json_array_get(containers, i);
		const json_t *ports = json_object_get(c, "ports");
		if (sidecars && !str_eq(js_str(c, "restartPolicy"), "Always"))
			continue;
		for (size_t k = 0; k < json_array_size(ports); k++)
			add_port(l, json_array_get(ports, k));
	}
}

struct host_ports decode_ports(struct arena *a, const json_t *pod_spec)
{
	struct list l = {.host_network = js_bool(pod_spec, "hostNetwork")};
	add_containers(&l, json_object_get(pod_spec, "initContainers"), true);
	add_containers(&l, json_object_get(pod_spec, "containers"), false);
	if (!l.n)
		return (struct host_ports){0};
	l.n = host_ports_sort(l.v, l.n);
	uint64_t *v = arena_alloc(a, l.n * sizeof *v);
	for (uint32_t i = 0; v && i < l.n; i++)
		v[i] = l.v[i];
	return (struct host_ports){v, v ? l.n : 0};
}
