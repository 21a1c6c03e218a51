/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/encode.h"

#include <string.h>

#include "base/clocktext.h"
#include "base/hash.h"
#include "kube/base64.h"
#include "kube/encode_status.h"
#include "kube/js.h"
#include "kube/owner.h"
#include "kube/path.h"
#include "kube/pod.h"

enum { NOTE_MAX = 1024, BODY_TEXT_MAX = 4 * 1024 * 1024 }; /* bytes */

static void set(json_t *o, const char *key, const char *s)
{
	json_object_set_new(o, key, js_string(s, 0));
}

static json_t *micros(int64_t wall_ms)
{
	char s[CLOCKTEXT_BYTES];
	if (!wall_ms)
		return json_null();
	clocktext_micros(wall_ms, s);
	return json_string(s);
}

static json_t *number(int64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *with_meta(const struct api_request *req, const char *key, json_t *own_value)
{
	json_t *meta = json_object();
	if (req->rv && *req->rv)
		set(meta, "resourceVersion", req->rv);
	return json_pack("{s:o, s:o}", "metadata", meta, key, own_value);
}

static void set_type(json_t *o, enum api_kind kind)
{
	set(o, "apiVersion", path_api_version(kind));
	set(o, "kind", path_kind_text(kind));
}

static json_t *compute_node_apply(const struct compute_node_apply *a)
{
	json_t *meta = json_pack("{s:s}", "name", a->name);
	/* One that a user made gets neither owner nor label of ours. */
	if (a->node_uid)
		json_object_set_new(meta, "ownerReferences",
				    json_pack("[{s:s, s:s, s:s, s:s}]", "apiVersion", "v1", "kind",
					      "Node", "name", a->name, "uid", a->node_uid));
	if (a->node_uid && !a->leave_label)
		json_object_set_new(meta, "labels", json_pack("{s:s}", LABEL_MANAGED_BY, "muster"));
	json_t *o = json_pack("{s:o, s:{s:o}}", "metadata", meta, "spec", "resources",
			      encode_resources(&a->resources, &a->leave_out));
	set_type(o, API_COMPUTE_NODE);
	return o;
}

static json_t *lease(const struct api_request *req)
{
	const struct lease *l = req->lease;
	json_t *spec = json_object();
	set(spec, "holderIdentity", l->holder);
	json_object_set_new(spec, "leaseDurationSeconds", number(l->duration_s));
	json_object_set_new(spec, "acquireTime", micros(l->acquire_ms));
	json_object_set_new(spec, "renewTime", micros(l->renew_ms));
	json_object_set_new(spec, "leaseTransitions", number(l->transitions));
	json_t *o = with_meta(req, "spec", spec);
	json_t *meta = json_object_get(o, "metadata");
	set(meta, "name", req->name);
	json_object_set_new(meta, "annotations",
			    json_pack("{s:o}", "muster.dev/address", js_string(l->address, 0)));
	set_type(o, API_LEASE);
	return o;
}

/* The name follows from the content and the time, so a repeated create gets AlreadyExists. */
static json_t *event_meta(const struct event_note *n)
{
	AUTO(buf_done) struct buf name = BUF_INIT(512);
	uint64_t h = hash_u64(0, (uint64_t)n->when_ms);
	h = hash_str(h, str_or_empty(n->reason));
	h = hash_str(h, str_or_empty(n->note));
	h = hash_str(h, str_or_empty(n->uid));
	buf_printf(&name, "%s.%016llx", str_or_empty(n->name), (unsigned long long)h);
	json_t *meta = json_object();
	set(meta, "name", buf_str(&name));
	set(meta, "namespace", n->ns);
	return meta;
}

static json_t *event(const struct event_note *n)
{
	json_t *o = json_object(), *regarding = json_object();
	set(regarding, "apiVersion", API_VERSION);
	set(regarding, "kind", n->kind);
	set(regarding, "name", n->name);
	set(regarding, "uid", n->uid);
	if (str_eq(n->kind, KIND_JOB_NAME))
		set(regarding, "namespace", n->ns);
	json_object_set_new(o, "metadata", event_meta(n));
	json_object_set_new(o, "regarding", regarding);
	json_object_set_new(o, "reason", js_string(n->reason, ENCODE_REASON_MAX));
	json_object_set_new(o, "action", js_string(n->action, ENCODE_REASON_MAX));
	json_object_set_new(o, "note", js_string(n->note, NOTE_MAX));
	json_object_set_new(o, "eventTime", micros(n->when_ms));
	set(o, "type", n->warning ? "Warning" : "Normal");
	set(o, "reportingController", "muster.dev/coordinator");
	set(o, "reportingInstance", "muster-coordinator");
	set_type(o, API_EVENT);
	return o;
}

static json_t *base64(const char *s)
{
	AUTO(buf_done) struct buf out = BUF_INIT(BODY_TEXT_MAX);
	base64_encode(s, strlen(s), &out);
	return json_string(buf_str(&out));
}

static json_t *keyed(const struct api_request *req)
{
	json_t *data = json_object();
	for (uint32_t i = 0; i < req->data->data.n; i++) {
		const struct kv *kv = &req->data->data.v[i];
		json_object_set_new(data, kv->key,
				    !kv->val                  ? json_null()
				    : req->kind == API_SECRET ? base64(kv->val)
							      : js_string(kv->val, 0));
	}
	json_t *o = with_meta(req, "data", data);
	if (req->verb == API_CREATE) {
		set(json_object_get(o, "metadata"), "name", req->name);
		if (req->kind == API_SECRET)
			set(o, "type", "Opaque"); /* as the chart has it: it cannot be changed */
		set_type(o, req->kind);
	}
	return o;
}

/* Returns NULL if the token is not UTF-8: no such token is valid. */
static json_t *token_review(const char *token)
{
	json_t *o = json_pack("{s:{s:s, s:[s]}}", "spec", "token", token, "audiences",
			      "muster-coordinator");
	if (o)
		set_type(o, API_TOKENREVIEW);
	return o;
}

/* With another UID in the store, the API server answers 422. */
static json_t *pod_label(const struct api_request *req)
{
	json_t *value = req->current ? json_string("true") : json_null();
	return json_pack("{s:{s:s, s:{s:o}}}", "metadata", "uid", str_or_empty(req->uid), "labels",
			 LABEL_CURRENT, value);
}

static json_t *delete_options(const struct api_request *req)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "apiVersion", "v1", "kind", "DeleteOptions",
			      "propagationPolicy", "Background");
	if (req->uid && *req->uid)
		json_object_set_new(o, "preconditions", json_pack("{s:s}", "uid", req->uid));
	return o;
}

/* kube-scheduler writes the same (VolumeBinding): a claim whose volume is still to be made gets its
 * node, a volume that is there gets its claim. With the annotation, the volume controller gives a
 * volume back whose claim was bound to another one. */
static json_t *claim_choice(const struct api_request *req)
{
	const struct claim_choice *c = req->choice;
	if (req->kind == API_CLAIM)
		return json_pack("{s:{s:s, s:{s:s}}}", "metadata", "resourceVersion", req->rv,
				 "annotations", "volume.kubernetes.io/selected-node", c->node);
	return json_pack("{s:{s:s, s:{s:s}}, s:{s:{s:s, s:s, s:s, s:s, s:s}}}", "metadata",
			 "resourceVersion", req->rv, "annotations",
			 "pv.kubernetes.io/bound-by-controller", "yes", "spec", "claimRef",
			 "apiVersion", "v1", "kind", "PersistentVolumeClaim", "namespace", c->ns,
			 "name", c->claim, "uid", c->uid);
}

/* No port: a headless Service without any gives names all the same. */
static json_t *job_service(const struct api_request *req)
{
	const struct job_service *s = req->service;
	json_t *labels = json_pack("{s:s, s:s, s:s}", LABEL_MANAGED_BY, "muster", LABEL_JOB_NAME,
				   s->job_name, LABEL_JOB_UID, s->job_uid);
	json_t *meta = json_pack("{s:s, s:o, s:[o]}", "name", req->name, "labels", labels,
				 "ownerReferences", encode_job_owner(s->job_name, s->job_uid));
	json_t *selector =
		json_pack("{s:s, s:s}", LABEL_JOB_UID, s->job_uid, LABEL_CURRENT, "true");
	json_t *o = json_pack("{s:o, s:{s:s, s:b, s:o}}", "metadata", meta, "spec", "clusterIP",
			      "None", "publishNotReadyAddresses", 1, "selector", selector);
	set_type(o, API_SERVICE);
	return o;
}

static json_t *body_of(const struct api_request *req)
{
	switch (req->kind) {
	case API_JOB:
		return req->verb == API_PATCH_STATUS
			       ? with_meta(req, "status", encode_job_status(req->job_status))
			       : NULL;
	case API_COMPUTE_NODE:
		if (req->verb == API_APPLY)
			return compute_node_apply(req->compute_node_apply);
		return req->verb == API_PATCH_STATUS
			       ? with_meta(req, "status",
					   encode_compute_node_status(req->compute_node_status))
			       : NULL;
	case API_LEASE: return lease(req);
	case API_EVENT: return event(req->event);
	case API_SECRET:
	case API_CONFIGMAP: return keyed(req);
	case API_SERVICE: return job_service(req);
	case API_TOKENREVIEW: return token_review(req->token);
	case API_POD: return req->verb == API_PATCH ? pod_label(req) : NULL;
	case API_CLAIM:
	case API_VOLUME: return req->verb == API_PATCH ? claim_choice(req) : NULL;
	case API_NODE:
	case API_RUNTIME_CLASS:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY:
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
	case API_KIND_N: break;
	}
	return NULL;
}

static const char *content_type(enum api_verb verb)
{
	if (verb == API_PATCH || verb == API_PATCH_STATUS)
		return "application/merge-patch+json";
	return verb == API_APPLY ? "application/apply-patch+yaml" : "application/json";
}

enum rc encode_body(const struct api_request *req, struct buf *out, const char **ret_type,
		    struct err *e)
{
	*ret_type = NULL;
	if (req->verb == API_LIST || req->verb == API_WATCH || req->verb == API_GET)
		return RC_OK;
	*ret_type = content_type(req->verb);
	if (req->verb == API_CREATE && req->kind == API_POD)
		return pod_render(req->pod_create, out, e);
	AUTO(js_freep) json_t *o = req->verb == API_DELETE ? delete_options(req) : body_of(req);
	if (!o)
		return err_set(e, RC_BADREQUEST,
			       "%s cannot be written that way (or text is no UTF-8)",
			       path_kind_text(req->kind));
	js_dump(o, out);
	return buf_rc(out) == RC_OK ? RC_OK : err_set(e, RC_TOOBIG, "%s is too big", req->name);
}
