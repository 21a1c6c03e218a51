/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/pod_make.h"

#include "base/mem.h"
#include "kube/pod.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_edit.h"
#include "test/sim/world/template.h"

static struct version *made(json_t *own_pod)
{
	struct version *v = version_new(API_POD);
	must(own_pod);
	pod_tree_init(&v->tree, own_pod, &v->arena, &v->pod_decoded);
	return v;
}

/* As the admission plugin RuntimeClass does. */
static void add_overhead(struct server *s, json_t *pod)
{
	AUTO(buf_done) struct buf cpu = BUF_INIT(32);
	buf_printf(&cpu, "%lldm", (long long)s->overhead_milli);
	json_object_set_new(json_object_get(pod, "spec"), "overhead",
			    json_pack("{s:s}", "cpu", buf_str(&cpu)));
	server_count(s, FACT_OVERHEAD);
}

/* A mutating webhook, as those of service meshes. */
static void inject(struct server *s, json_t *pod)
{
	server_count(s, FACT_INJECTED);
	json_t *l = json_object_get(json_object_get(pod, "spec"), "containers");
	json_array_append_new(l, json_pack("{s:s, s:s}", "name", "proxy", "image", "mesh:1"));
}

/* As the admission plugins PodNodeSelector and PodTolerationRestriction do. */
static void add_where(const struct server *s, json_t *pod)
{
	json_t *spec = json_object_get(pod, "spec");
	if (s->added_key)
		json_object_set_new(spec, "nodeSelector",
				    json_pack("{s:s}", s->added_key, s->added_value));
	if (!s->added_toleration)
		return;
	json_t *all = json_object_get(spec, "tolerations");
	all = all ? json_copy(all) : json_array();
	json_array_append_new(
		all, json_pack("{s:s, s:s}", "key", s->added_toleration, "operator", "Exists"));
	json_object_set_new(spec, "tolerations", all);
}

struct version *pod_make(struct server *s, const struct pod_create *p)
{
	AUTO(buf_done) struct buf text = BUF_INIT(POD_BYTES_MAX * 2);
	struct pod_create with_json = *p;
	struct err e = {""};
	with_json.template_text = pod_text(&s->pod_texts, p->template_text);
	must(pod_render(&with_json, &text, &e) == RC_OK);
	json_t *pod = js_load(text.data, text.len, &e);
	if (s->overhead_milli)
		add_overhead(s, pod);
	add_where(s, pod);
	struct version *v = made(pod);
	v->command = copy_str(&v->arena, p->template_text);
	if (template_parse(&v->arena, v->command).inject_ms >= 0)
		inject(s, v->tree.root);
	const char *name = template_parse(&v->arena, p->template_text).runtime_class;
	const struct version *class =
		name ? store_find(&s->store, API_RUNTIME_CLASS, NULL, name) : NULL;
	if (class) /* as admission does */
		v->where = copy_where(&v->arena, &class->needed.where[0]);
	return v;
}

struct version *pod_make_foreign(const char *ns, const char *name, const char *node,
				 int64_t cpu_milli, int64_t now_ms)
{
	AUTO(buf_done) struct buf cpu = BUF_INIT(32);
	buf_printf(&cpu, "%lldm", (long long)cpu_milli);
	struct version *v = made(json_pack("{s:{s:s, s:s}, s:{s:s, s:[{s:s, s:{s:{s:s}}}]}}",
					   "metadata", "namespace", ns, "name", name, "spec",
					   "nodeName", node, "containers", "name", "server",
					   "resources", "requests", "cpu", buf_str(&cpu)));
	pod_set_phase(v, "Running");
	pod_set_condition(v, "Ready", true, NULL, NULL, now_ms);
	pod_container_runs(v, "server", true, now_ms);
	v->began_ms = now_ms;
	v->admitted = v->whole = true;
	v->command = "run=3600000";
	return v;
}

void pod_take_port(struct version *v, uint16_t port)
{
	json_t *container = json_array_get(
		json_object_get(json_object_get(v->tree.root, "spec"), "containers"), 0);
	json_object_set_new(container, "ports",
			    json_pack("[{s:i, s:i}]", "containerPort", 80, "hostPort", (int)port));
}

void pod_nominate(struct version *v, const char *node)
{
	json_object_set_new(json_object_get(v->tree.root, "status"), "nominatedNodeName",
			    json_string(node));
}

struct version *pod_make_nominated(const char *ns, const char *name, const char *node,
				   int64_t cpu_milli)
{
	AUTO(buf_done) struct buf cpu = BUF_INIT(32);
	buf_printf(&cpu, "%lldm", (long long)cpu_milli);
	struct version *v =
		made(json_pack("{s:{s:s, s:s}, s:{s:[{s:s, s:{s:{s:s}}}]}}", "metadata",
			       "namespace", ns, "name", name, "spec", "containers", "name",
			       "server", "resources", "requests", "cpu", buf_str(&cpu)));
	pod_nominate(v, node);
	return v;
}

void pod_bind(struct version *v, int64_t now_ms)
{
	json_t *status = json_object_get(v->tree.root, "status");
	json_t *spec = json_copy(json_object_get(v->tree.root, "spec")); /* versions share it */
	json_object_set(spec, "nodeName", json_object_get(status, "nominatedNodeName"));
	json_object_set_new(v->tree.root, "spec", spec);
	json_object_del(status, "nominatedNodeName");
	pod_set_phase(v, "Running");
	pod_set_condition(v, "Ready", true, NULL, NULL, now_ms);
	pod_container_runs(v, "server", true, now_ms);
	v->began_ms = now_ms;
	v->admitted = v->whole = true;
	v->command = "run=3600000";
}

void pod_ask_for(struct version *v, const char *vendor, uint32_t n)
{
	json_t *container = json_array_get(
		json_object_get(json_object_get(v->tree.root, "spec"), "containers"), 0);
	json_t *resources = json_object_get(container, "resources"), *all = json_object();
	for (uint32_t i = 0; i < n; i++) {
		const char *name = arena_printf(&v->arena, "a.%s.example/%u", vendor, i);
		json_object_set_new(all, name, json_string("1"));
	}
	json_object_update(all, json_object_get(resources, "requests"));
	json_object_set_new(resources, "requests", all);
}
