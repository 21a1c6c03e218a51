/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a template is a pod: metadata (the user's labels and annotations) and spec. First
 * comes what the user asks for, of which the hash is made; then what Muster adds. */
#include "kube/pod.h"

#include <string.h>

#include "kube/decode_requests.h"
#include "kube/owner.h"
#include "kube/pod_doubt.h"
#include "kube/pod_env.h"
#include "kube/pod_form.h"
#include "kube/pod_hash.h"
#include "kube/pod_launcher.h"
#include "kube/pod_needs.h"
#include "kube/pod_plain.h"
#include "kube/pod_shape.h"
#include "kube/pod_share.h"
#include "kube/pod_work.h"

/* What the annotation, and the policy of each container, add to a pod of POD_BYTES_MAX. */
enum { ANNOTATION_BYTES = 160, POLICY_BYTES = 51 };

static const char *const short_keys[] = {"command", "args", "image", "env", "resources"};

/* Returns o.key, which is own_fresh if there was none. */
static json_t *ensure(json_t *o, const char *key, json_t *own_fresh)
{
	json_t *have = json_object_get(o, key);
	if (!have)
		json_object_set_new(o, key, json_incref(own_fresh));
	json_decref(own_fresh);
	return json_object_get(o, key);
}

static void take(json_t *to, const json_t *from, const char *key)
{
	json_t *v = json_object_get(from, key);
	if (v)
		json_object_set_new(to, key, json_deep_copy(v));
}

static void fill_main(json_t *pod_spec, const json_t *spec)
{
	json_t *containers = ensure(pod_spec, "containers", json_array());
	json_t *c = js_named(containers, "main");
	bool has_short = false;
	for (size_t i = 0; i < ARRAY_LEN(short_keys); i++)
		has_short |= json_object_get(spec, short_keys[i]) != NULL;
	if (!c && (has_short || json_array_size(containers) == 0)) {
		c = json_pack("{s:s}", "name", "main");
		json_array_append_new(containers, c);
	}
	if (!c)
		return;
	take(c, spec, "command");
	take(c, spec, "args");
	take(c, spec, "image");
	take(c, spec, "resources");
	pod_env_append(c, json_object_get(spec, "env"));
}

/* Sets the default image where a container has none. False: a container is left without an
 * image. */
static bool fill_images(json_t *containers, const char *image)
{
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *c = json_array_get(containers, i);
		if (*str_or_empty(js_str(c, "image")))
			continue;
		if (!image || !*image)
			return false;
		json_object_set_new(c, "image", json_string(image));
	}
	return true;
}

/* Fields that Muster does not take; CRD: the same. */
static const char *const refused_fields[] = {
	"nodeName",       "schedulerName",      "schedulingGates",
	"nodeSelector",   "affinity",           "topologySpreadConstraints",
	"resourceClaims", "tolerations",        "hostname",
	"subdomain",      "ephemeralContainers"};

/* A field without a demand is in many templates that are copied from a live Job or made by Helm. */
static bool demands(const json_t *v)
{
	if (json_is_string(v))
		return json_string_length(v) && !str_eq(json_string_value(v), "default-scheduler");
	if (json_is_object(v))
		return json_object_size(v);
	return json_is_array(v) ? json_array_size(v) : v != NULL;
}

static const char *refused_field(const json_t *pod_spec)
{
	for (size_t i = 0; i < ARRAY_LEN(refused_fields); i++) {
		if (demands(json_object_get(pod_spec, refused_fields[i])))
			return refused_fields[i];
	}
	const json_t *volumes = json_object_get(pod_spec, "volumes");
	for (size_t i = 0; i < json_array_size(volumes); i++) {
		if (json_object_get(json_array_get(volumes, i), "ephemeral"))
			return "volumes[].ephemeral";
	}
	const char *restart = js_str(pod_spec, "restartPolicy");
	return restart && *restart && !str_eq(restart, "Never") ? "restartPolicy" : NULL;
}

/* ---- template ---- */

static json_t *user_pod(const json_t *spec)
{
	const json_t *tmpl = json_object_get(spec, "template");
	const json_t *user_spec = json_object_get(tmpl, "spec");
	const json_t *user_meta = json_object_get(tmpl, "metadata");
	json_t *pod = json_object(), *meta = json_object();
	take(meta, user_meta, "labels");
	take(meta, user_meta, "annotations");
	json_object_set_new(pod, "metadata", meta);
	json_object_set_new(pod, "spec",
			    user_spec && !json_is_null(user_spec) ? json_deep_copy(user_spec)
								  : json_object());
	pod_clean(pod); /* null has no place to be filled in */
	take(json_object_get(pod, "spec"), spec, "terminationGracePeriodSeconds");
	fill_main(json_object_get(pod, "spec"), spec);
	pod_clean(pod);
	return pod;
}

/* The kubelet tells the last lines of the log of a container that failed and left no message.
 * Returns how many have that policy now. */
static size_t add_policies(json_t *containers)
{
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *c = json_array_get(containers, i);
		if (demands(json_object_get(c, "terminationMessagePolicy")))
			continue;
		json_object_set_new(c, "terminationMessagePolicy",
				    json_string("FallbackToLogsOnError"));
		n++;
	}
	return n;
}

/* Returns for how many bytes more the pod has room. */
static size_t add_defaults(json_t *pod, const json_t *job_spec, const char *ns)
{
	json_t *s = json_object_get(pod, "spec");
	for (size_t i = 0; i < ARRAY_LEN(refused_fields); i++)
		json_object_del(s, refused_fields[i]); /* without a demand */
	take(s, job_spec, "tolerations");
	json_object_set_new(s, "restartPolicy", json_string("Never"));
	/* Pods get no ServiceAccount token unless the user names an account. If the user does, the
	 * account or the pod says whether, as everywhere in Kubernetes. */
	if (!json_object_get(s, "automountServiceAccountToken") &&
	    !demands(json_object_get(s, "serviceAccountName")) &&
	    !demands(json_object_get(s, "serviceAccount")))
		json_object_set_new(s, "automountServiceAccountToken", json_false());
	size_t n = add_policies(json_object_get(s, "containers")) +
		   add_policies(json_object_get(s, "initContainers"));
	pod_work_mark(pod);
	size_t more = pod_launcher_add(pod, job_spec, ns);
	more += pod_share_add(pod, job_spec);
	return n * POLICY_BYTES + ANNOTATION_BYTES + more;
}

/* The digest is in the text alone: it tells every value. */
static void template_text(struct arena *a, json_t *pod, const char *digest, size_t more,
			  struct job_spec *spec)
{
	AUTO(buf_done)
	struct buf text = BUF_INIT(POD_BYTES_MAX + more);
	json_t *annotations =
		ensure(json_object_get(pod, "metadata"), "annotations", json_object());
	json_object_set_new(annotations, ANNOTATION_TEMPLATE, json_string(digest));
	js_dump(pod, &text);
	json_object_del(annotations, ANNOTATION_TEMPLATE);
	if (buf_rc(&text) != RC_OK)
		spec->invalid = "the pod has more than 64 KiB; make the template smaller";
	else
		spec->template_text = arena_strndup(a, text.data, text.len);
}

void pod_template(struct arena *a, const json_t *job_spec, const char *default_image,
		  const char *ns, struct job_spec *spec)
{
	char digest[DIGEST_HEX_BYTES];
	AUTO(js_freep) json_t *pod = user_pod(job_spec);
	json_t *s = json_object_get(pod, "spec");
	pod_hash(a, job_spec, pod, spec, digest);
	const char *refused = refused_field(s);
	if (refused) {
		spec->invalid =
			arena_printf(a, "spec.template.spec.%s is not allowed; remove it", refused);
		return;
	}
	size_t more = add_defaults(pod, job_spec, ns);
	if (!fill_images(json_object_get(s, "containers"), default_image) ||
	    !fill_images(json_object_get(s, "initContainers"), default_image))
		spec->invalid = "a container has no image, and the coordinator was given no "
				"--default-image; set spec.image";
	spec->credentials = pod_carries_credentials(pod);
	spec->doubt = pod_doubt(a, s);
	template_text(a, pod, digest, more, spec);
	if (!spec->template_text)
		return; /* what it asks for has no bound */
	spec->shape = pod_shape(a, pod);
	/* The names point into the tree, which is freed here, so they are copied. */
	struct reslist l = decode_requests(a, s);
	struct res *v = arena_alloc(a, l.n * sizeof *v);
	for (uint32_t i = 0; v && i < l.n; i++)
		v[i] = (struct res){arena_strdup(a, l.v[i].name), l.v[i].milli};
	spec->requests = (struct reslist){v, v ? l.n : 0};
	pod_needs(a, s, ns, spec);
}

/* ---- member ---- */

static void set_number(json_t *o, const char *key, uint32_t n)
{
	AUTO(buf_done) struct buf text = BUF_INIT(16);
	buf_printf(&text, "%u", n);
	json_object_set_new(o, key, json_string(buf_str(&text)));
}

static void add_labels(json_t *meta, const struct pod_create *p)
{
	json_t *labels = ensure(meta, "labels", json_object());
	json_object_set_new(labels, LABEL_JOB_NAME, json_string(p->job_name));
	json_object_set_new(labels, LABEL_JOB_UID, json_string(p->job_uid));
	json_object_set_new(labels, LABEL_TEMPLATE, json_string(p->template_hash));
	json_object_set_new(labels, LABEL_CURRENT, json_string("true"));
	set_number(labels, LABEL_INDEX, p->index);
	set_number(labels, LABEL_ATTEMPT, p->attempt);
}

static void add_proof(json_t *meta, const struct pod_create *p)
{
	if (*str_or_empty(p->proof))
		json_object_set_new(ensure(meta, "annotations", json_object()), ANNOTATION_PROOF,
				    json_string(p->proof));
}

static void add_owner(json_t *meta, const struct pod_create *p)
{
	json_object_set_new(meta, "ownerReferences",
			    json_pack("[o]", encode_job_owner(p->job_name, p->job_uid)));
}

static json_t *member_env(const struct pod_create *p)
{
	AUTO(buf_done) struct buf index = BUF_INIT(16), size = BUF_INIT(16), all = BUF_INIT(16);
	AUTO(buf_done) struct buf leader = BUF_INIT(256);
	json_t *env = json_array();
	buf_printf(&index, "%u", p->index);
	buf_printf(&size, "%u", p->parallelism);
	buf_printf(&all, "%u", p->completions);
	pod_env_add(env, "MUSTER_MEMBER_INDEX", buf_str(&index));
	pod_env_add(env, "MUSTER_PARALLELISM", buf_str(&size));
	if (p->completions) /* 0: a coordinator of an older version ordered it */
		pod_env_add(env, "MUSTER_COMPLETIONS", buf_str(&all));
	pod_env_add(env, VAR_PER_NODE, "1"); /* if the template has none */
	pod_env_add(env, "MUSTER_JOB_NAME", p->job_name);
	pod_env_add(env, "MUSTER_NODE_NAME", p->node);
	pod_env_add(env, "JOB_COMPLETION_INDEX", buf_str(&index));
	buf_printf(&leader, "%s-0.%s.%s.svc", p->job_name, p->job_name, p->ns);
	if (p->parallelism > 1)
		pod_env_add(env, "MUSTER_LEADER_ADDRESS", buf_str(&leader));
	return env;
}

static void add_env(json_t *containers, const json_t *env)
{
	for (size_t i = 0; i < json_array_size(containers); i++)
		pod_env_lead(json_array_get(containers, i), env);
}

static void fill_spec(json_t *spec, const struct pod_create *p)
{
	AUTO(buf_done) struct buf host = BUF_INIT(POD_NAME_BYTES);
	AUTO(js_freep) json_t *env = member_env(p);
	buf_printf(&host, "%s-%u", p->job_name, p->index);
	json_object_set_new(spec, "nodeName", json_string(p->node));
	json_object_set_new(spec, "hostname", json_string(buf_str(&host)));
	json_object_set_new(spec, "subdomain", json_string(p->job_name));
	add_env(json_object_get(spec, "containers"), env);
	add_env(json_object_get(spec, "initContainers"), env);
}

enum rc pod_render(const struct pod_create *p, struct buf *out, struct err *e)
{
	struct err why = {"it has no spec"};
	AUTO(js_freep)
	json_t *pod = js_load(p->template_text, strlen(p->template_text), &why);
	json_t *spec = json_object_get(pod, "spec");
	if (!json_is_object(spec))
		return err_set(e, RC_MALFORMED, "template %s is no pod: %s", p->template_hash,
			       why.msg);
	json_t *meta = ensure(pod, "metadata", json_object());
	json_object_set_new(pod, "apiVersion", json_string("v1"));
	json_object_set_new(pod, "kind", json_string("Pod"));
	json_object_set_new(meta, "name", json_string(p->name));
	json_object_set_new(meta, "namespace", json_string(p->ns));
	add_labels(meta, p);
	add_proof(meta, p);
	add_owner(meta, p);
	fill_spec(spec, p);
	js_dump(pod, out);
	return buf_rc(out) == RC_OK ? RC_OK : err_set(e, RC_TOOBIG, "pod %s is too big", p->name);
}
