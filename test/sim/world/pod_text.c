/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/pod_text.h"

#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "kube/pod.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/template.h"

struct pod_text { /* of the template with these words */
	UT_hash_handle hh;
	const char *words, *json;
};

static json_t *quantity(int64_t milli)
{
	AUTO(buf_done) struct buf b = BUF_INIT(32);
	buf_printf(&b, "%lldm", (long long)milli);
	return json_string(buf_str(&b));
}

static json_t *requests_of(const struct template_facts *t)
{
	json_t *l = json_object();
	for (uint32_t i = 0; i < t->nrequests; i++)
		json_object_set_new(l, t->requests[i].name, quantity(t->requests[i].milli));
	return l;
}

static void add_container(json_t *list, const char *name, bool goes_on)
{
	json_t *o = json_pack("{s:s, s:s}", "name", name, "image", "registry.example.com/other:1");
	if (goes_on)
		json_object_set_new(o, "restartPolicy", json_string("Always"));
	json_array_append_new(list, o);
}

/* What the pod needs beside resources. */
static void add_needs(const struct template_facts *t, json_t *spec)
{
	json_t *ports = json_array(), *volumes = json_array();
	for (uint32_t i = 0; i < t->nports; i++)
		json_array_append_new(ports, json_pack("{s:i, s:i, s:s?}", "containerPort", 80,
						       "hostPort", (int)t->ports[i].port, "hostIP",
						       t->ports[i].address));
	for (uint32_t i = 0; i < t->nclaims; i++)
		json_array_append_new(volumes, json_pack("{s:s, s:{s:s}}", "name", t->claims[i],
							 "persistentVolumeClaim", "claimName",
							 t->claims[i]));
	if (t->nports)
		json_array_insert_new(json_object_get(spec, "containers"), 0,
				      json_pack("{s:s, s:O}", "name", "main", "ports", ports));
	if (t->nclaims)
		json_object_set(spec, "volumes", volumes);
	if (t->runtime_class)
		json_object_set_new(spec, "runtimeClassName", json_string(t->runtime_class));
	json_decref(ports);
	json_decref(volumes);
}

static json_t *template_of(const struct template_facts *t)
{
	json_t *init = json_array(), *own = json_array();
	if (t->sidecar_ms >= 0)
		add_container(init, "logger", true);
	if (t->init_ms >= 0)
		add_container(init, "prepare", false);
	if (t->helper)
		add_container(own, "helper", false);
	json_t *spec = json_pack("{s:o, s:o}", "initContainers", init, "containers", own);
	add_needs(t, spec);
	return json_pack("{s:o}", "spec", spec);
}

static const char *make_text(struct arena *a, const char *words)
{
	struct template_facts t = template_parse(a, words);
	AUTO(js_freep)
	json_t *spec =
		json_pack("{s:s, s:{s:o}, s:o}", "image", "registry.example.com/work:1",
			  "resources", "requests", requests_of(&t), "template", template_of(&t));
	struct job_spec out = {0};
	must(spec);
	pod_template(a, spec, NULL, "", &out);
	must(!out.invalid && out.template_text);
	return out.template_text;
}

void pod_texts_init(struct pod_texts *l)
{
	*l = (struct pod_texts){.arena = ARENA_INIT(SIM_ARENA_MAX)};
}

void pod_texts_done(struct pod_texts *l)
{
	HASH_CLEAR(hh, l->all);
	arena_done(&l->arena);
}

const char *pod_text(struct pod_texts *l, const char *words)
{
	struct pod_text *t;
	HASH_FIND_STR(l->all, words, t);
	if (t)
		return t->json;
	t = arena_alloc(&l->arena, sizeof *t);
	*t = (struct pod_text){.words = copy_str(&l->arena, words),
			       .json = make_text(&l->arena, words)};
	HASH_ADD_KEYPTR(hh, l->all, t->words, strlen(t->words), t);
	return t->json;
}
