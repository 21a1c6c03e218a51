/* SPDX-License-Identifier: Apache-2.0 */
/* The hash tells whether pods must be replaced. It is made of what the user asked for, before
 * Muster's own defaults, so that an upgrade of Muster or another default image replaces no pod.
 * Tolerations are a second part of it: they change the text, but replace no pod (member_same_run).
 */
#include "kube/pod_hash.h"

#include "base/hash.h"
#include "kube/pod_form.h"
#include "kube/pod_launcher.h"
#include "kube/pod_share.h"

enum { JSON_BYTES_MAX = 16 * 1024 * 1024, RUN_DIGITS = 40, TOLERATION_DIGITS = 16 };

/* ---- as versions up to 0.1 made it ---- */

static uint64_t hash_key(uint64_t h, const json_t *spec, const char *key)
{
	AUTO(buf_done) struct buf text = BUF_INIT(4 * 1024 * 1024);
	const json_t *v = json_object_get(spec, key);
	if (!v)
		return h;
	js_dump(v, &text);
	return hash_str(hash_str(h, key), buf_str(&text));
}

static const char *old_hash(struct arena *a, const json_t *spec)
{
	static const char *const keys[] = {"command", "args",      "image",
					   "env",     "resources", "template"};
	char run[17], tolerations[17];
	uint64_t h = 0;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		h = hash_key(h, spec, keys[i]);
	hash_hex(h, run);
	hash_hex(hash_key(0, spec, "tolerations"), tolerations);
	if (!json_array_size(json_object_get(spec, "tolerations")))
		return arena_strdup(a, run);
	return arena_printf(a, "%s-%s", run, tolerations);
}

/* ---- as this version makes it ---- */

static void digest_of(const json_t *v, char ret[DIGEST_HEX_BYTES])
{
	AUTO(buf_done) struct buf text = BUF_INIT(JSON_BYTES_MAX);
	js_dump(v, &text);
	digest_sha256(buf_str(&text), text.len, ret);
}

void pod_hash(struct arena *a, const json_t *job_spec, const json_t *user_pod, struct job_spec *ret,
	      char ret_digest[DIGEST_HEX_BYTES])
{
	char tolerations[DIGEST_HEX_BYTES];
	const json_t *l = json_object_get(job_spec, "tolerations");
	AUTO(js_freep) json_t *form = pod_form(user_pod);
	const char *launcher = pod_launcher(job_spec);
	if (launcher)
		json_object_set_new(form, "launcher", json_string(launcher));
	if (pod_per_node(job_spec) > 1)
		json_object_set_new(form, "membersPerNode", json_integer(pod_per_node(job_spec)));
	digest_of(form, ret_digest);
	ret->old_template_hash = old_hash(a, job_spec);
	if (!json_array_size(l)) {
		ret->template_hash = arena_strndup(a, ret_digest, RUN_DIGITS);
		return;
	}
	digest_of(l, tolerations);
	ret->template_hash = arena_printf(a, "%.*s-%.*s", RUN_DIGITS, ret_digest, TOLERATION_DIGITS,
					  tolerations);
}
