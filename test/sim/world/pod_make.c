/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a template (template.h) become the spec of a ComputeJob that says the same, and that
 * becomes a pod as in the programs: pod_template, then pod_render. */
#include "test/sim/world/pod_make.h"

#include <string.h>

#include "base/mem.h"
#include "base/table.h"
#include "kube/decode_pod.h"
#include "kube/pod.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_edit.h"
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

static const char *make_text(struct arena *a, const char *words)
{
	struct template_facts t = template_parse(a, words);
	AUTO(js_freep)
	json_t *spec = json_pack("{s:s, s:{s:o}}", "image", "registry.example.com/work:1",
				 "resources", "requests", requests_of(&t));
	struct job_spec out = {0};
	must(spec);
	pod_template(a, spec, NULL, &out);
	must(!out.invalid && out.template_text);
	return out.template_text;
}

static const char *text_of(struct server *s, const char *words)
{
	struct pod_text *t;
	HASH_FIND_STR(s->pod_texts, words, t);
	if (t)
		return t->json;
	t = arena_alloc(&s->names, sizeof *t);
	*t = (struct pod_text){.words = copy_str(&s->names, words),
			       .json = make_text(&s->names, words)};
	HASH_ADD_KEYPTR(hh, s->pod_texts, t->words, strlen(t->words), t);
	return t->json;
}

void pod_texts_free(struct server *s)
{
	HASH_CLEAR(hh, s->pod_texts);
}

/* As the API server stores it first. */
static struct version *made(json_t *own_pod)
{
	struct version *v = version_new(API_POD);
	v->json = own_pod;
	must(own_pod);
	json_object_set_new(own_pod, "status", json_pack("{s:s}", "phase", "Pending"));
	decode_pod(&v->arena, own_pod, &v->pod_decoded);
	v->unsealed = true;
	return v;
}

struct version *pod_make(struct server *s, const struct pod_create *p)
{
	AUTO(buf_done) struct buf text = BUF_INIT(POD_BYTES_MAX * 2);
	struct pod_create with_json = *p;
	struct err e = {""};
	with_json.template_text = text_of(s, p->template_text);
	must(pod_render(&with_json, &text, &e) == RC_OK);
	struct version *v = made(js_load(text.data, text.len, &e));
	v->command = copy_str(&v->arena, p->template_text);
	return v;
}

struct version *pod_make_foreign(const char *ns, const char *name, const char *node,
				 int64_t cpu_milli, int64_t now_ms)
{
	struct version *v = made(json_pack("{s:{s:s, s:s}, s:{s:s, s:[{s:s, s:{s:{s:o}}}]}}",
					   "metadata", "namespace", ns, "name", name, "spec",
					   "nodeName", node, "containers", "name", "server",
					   "resources", "requests", "cpu", quantity(cpu_milli)));
	pod_set_phase(v, "Running");
	pod_set_condition(v, "Ready", true, NULL, NULL, now_ms);
	pod_container_runs(v, "server", true, now_ms);
	v->began_ms = now_ms;
	v->command = "run=3600000";
	return v;
}
