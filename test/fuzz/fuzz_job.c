/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeJob from anybody, and the pods made of it: no crash; what is rendered is JSON, within
 * its bound, the member's own where Muster decides; the hash does not depend on the text's layout,
 * nor on whether the user writes the pod or its canonical form. */
#include <stdint.h>
#include <string.h>

#include "kube/decode_job.h"
#include "kube/pod.h"
#include "kube/pod_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void render(const struct job *job)
{
	struct pod_create p = {.ns = "ns",
			       .name = "j-0-abcde",
			       .job_name = "j",
			       .job_uid = "u",
			       .node = "n1",
			       .parallelism = 1,
			       .template_hash = job->spec.template_hash,
			       .template_text = job->spec.template_text};
	AUTO(buf_done) struct buf out = BUF_INIT(1 << 20);
	struct err e;
	enum rc rc = pod_render(&p, &out, &e);
	if (rc != RC_OK)
		return;
	AUTO(js_freep) json_t *pod = js_load(buf_str(&out), out.len, &e);
	const json_t *spec = json_object_get(pod, "spec");
	must(str_eq(js_str(spec, "nodeName"), "n1"));
	must(str_eq(js_str(spec, "restartPolicy"), "Never"));
	must(str_eq(js_str(json_object_get(pod, "metadata"), "name"), "j-0-abcde"));
	must(json_array_size(js_path(pod, "metadata", "ownerReferences")) == 1);
	must(!json_object_get(spec, "affinity") && !json_object_get(spec, "schedulerName"));
}

static void hash_again(const json_t *o, const char *hash)
{
	static struct arena arena = ARENA_INIT(8 << 20);
	AUTO(buf_done) struct buf text = BUF_INIT(16 << 20);
	struct job again;
	js_dump(o, &text);
	AUTO(js_freep) json_t *o2 = js_load(buf_str(&text), text.len, NULL);
	if (o2) {
		decode_job(&arena, o2, "other:2", &again);
		must(arena.toobig || str_eq(again.spec.template_hash, hash));
	}
	arena_done(&arena);
}

/* The canonical form of a canonical form is the form itself. */
static void form_again(const json_t *o)
{
	AUTO(js_freep)
	json_t *form = pod_form(json_object_get(json_object_get(o, "spec"), "template"));
	AUTO(js_freep) json_t *again = pod_form(form);
	must(json_equal(form, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena arena = ARENA_INIT(8 << 20);
	struct job job;
	AUTO(js_freep) json_t *o = js_load((const char *)data, len, NULL);
	if (!o)
		return 0;
	decode_job(&arena, o, "i:1", &job);
	if (js_path(o, "spec", "template"))
		form_again(o);
	if (!arena.toobig) {
		must(job.spec.completions <= COMPLETIONS_MAX);
		must(job.spec.parallelism >= 1 && job.spec.parallelism <= PARALLELISM_MAX);
		must(job.spec.min_parallelism <= job.spec.parallelism);
		must(job.spec.template_text || job.spec.invalid);
		hash_again(o, job.spec.template_hash);
		if (job.spec.template_text && !job.spec.invalid)
			render(&job);
	}
	arena_done(&arena);
	return 0;
}
