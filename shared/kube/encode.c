/* SPDX-License-Identifier: Apache-2.0 */
/* A status patch says every field that Muster owns: what is unset goes as null, lists go whole, so
 * that what the server holds is what was computed and nothing of before is left. */
#include "kube/encode.h"

#include <string.h>

#include "base/clocktext.h"
#include "base/hash.h"
#include "kube/js.h"
#include "kube/path.h"
#include "kube/pod.h"
#include "model/quantity.h"

static json_t *text(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

static json_t *seconds(int64_t wall_ms)
{
	char s[CLOCKTEXT_BYTES];
	if (!wall_ms)
		return json_null();
	clocktext_seconds(wall_ms, s);
	return json_string(s);
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

static json_t *strings(const struct strs *l)
{
	json_t *v = json_array();
	for (uint32_t i = 0; i < l->n; i++)
		json_array_append_new(v, json_string(l->v[i]));
	return v;
}

static json_t *resources(const struct reslist *l, const struct strs *leave_out)
{
	json_t *o = json_object();
	for (uint32_t i = 0; i < l->n; i++) {
		AUTO(buf_done) struct buf q = BUF_INIT(64);
		bool out = false;
		for (uint32_t j = 0; leave_out && j < leave_out->n && !out; j++)
			out = str_eq(leave_out->v[j], l->v[i].name);
		if (out)
			continue;
		quantity_format(&q, l->v[i].milli);
		json_object_set_new(o, l->v[i].name, json_string(buf_str(&q)));
	}
	return o;
}

static json_t *conditions(const struct cond *v, uint32_t n)
{
	static const char *const status[] = {
		[COND_UNKNOWN] = "Unknown", [COND_FALSE] = "False", [COND_TRUE] = "True"};
	json_t *l = json_array();
	for (uint32_t i = 0; i < n; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "type", json_string(v[i].type));
		json_object_set_new(o, "status", json_string(status[v[i].status]));
		/* metav1.Condition requires a reason and a time. */
		json_object_set_new(
			o, "reason",
			json_string(*str_or_empty(v[i].reason) ? v[i].reason : "Unknown"));
		json_object_set_new(o, "message", json_string(str_or_empty(v[i].message)));
		json_object_set_new(o, "lastTransitionTime",
				    seconds(v[i].since_ms ? v[i].since_ms : 1000));
		json_object_set_new(o, "observedGeneration", number(v[i].observed_generation));
		json_array_append_new(l, o);
	}
	return l;
}

static json_t *job_status(const struct job_status *s)
{
	json_t *o = json_object();
	json_object_set_new(o, "state", text(job_state_text(s->state)));
	json_object_set_new(o, "startTime", seconds(s->start_ms));
	json_object_set_new(o, "endTime", seconds(s->end_ms));
	json_object_set_new(o, "activeNodes", strings(&s->active_nodes));
	json_object_set_new(o, "active", number(s->active));
	json_object_set_new(o, "ready", number(s->ready));
	json_object_set_new(o, "succeeded", number(s->succeeded));
	json_object_set_new(o, "failed", number(s->failed));
	json_object_set_new(o, "attempts", number(s->attempts));
	json_object_set_new(o, "completedIndexes", text(s->completed));
	json_object_set_new(o, "selector", text(s->selector));
	json_object_set_new(o, "reason", text(s->reason));
	json_object_set_new(o, "message", text(s->message));
	json_object_set_new(o, "observedGeneration", number(s->observed_generation));
	json_object_set_new(o, "conditions", conditions(s->conds, s->nconds));
	return o;
}

static json_t *cnode_status(const struct cnode_status *s)
{
	json_t *o = json_object();
	json_object_set_new(o, "state", text(cnode_state_text(s->state)));
	json_object_set_new(o, "lastTransitionTime", seconds(s->since_ms));
	json_object_set_new(o, "reason", text(s->reason));
	json_object_set_new(o, "message", text(s->message));
	json_object_set_new(o, "members", number(s->members));
	json_object_set_new(o, "capacity", resources(&s->capacity, NULL));
	json_object_set_new(o, "allocated", resources(&s->allocated, NULL));
	json_object_set_new(o, "available", resources(&s->available, NULL));
	json_object_set_new(o, "agentVersion", text(s->agent_version));
	json_object_set_new(o, "bootID", text(s->boot_id));
	json_object_set_new(o, "observedGeneration", number(s->observed_generation));
	json_object_set_new(o, "conditions", conditions(s->conds, s->nconds));
	return o;
}

static json_t *with_meta(const struct api_request *req, const char *key, json_t *own_value)
{
	json_t *meta = json_object();
	if (req->rv && *req->rv)
		json_object_set_new(meta, "resourceVersion", json_string(req->rv));
	return json_pack("{s:o, s:o}", "metadata", meta, key, own_value);
}

static void set_type(json_t *o, enum api_kind kind)
{
	json_object_set_new(o, "apiVersion", json_string(path_api_version(kind)));
	json_object_set_new(o, "kind", json_string(path_kind_text(kind)));
}

static json_t *cnode_apply(const struct cnode_apply *a)
{
	json_t *meta = json_pack("{s:s, s:{s:s}}", "name", a->name, "labels",
				 "app.kubernetes.io/managed-by", "muster");
	if (a->node_uid)
		json_object_set_new(meta, "ownerReferences",
				    json_pack("[{s:s, s:s, s:s, s:s}]", "apiVersion", "v1", "kind",
					      "Node", "name", a->name, "uid", a->node_uid));
	else
		json_object_del(meta, "labels"); /* a user's own: not marked as ours */
	json_t *o = json_pack("{s:o, s:{s:o}}", "metadata", meta, "spec", "resources",
			      resources(&a->resources, &a->leave_out));
	set_type(o, API_CNODE);
	return o;
}

static json_t *lease(const struct api_request *req)
{
	const struct lease *l = req->lease;
	json_t *spec = json_object();
	json_object_set_new(spec, "holderIdentity", json_string(str_or_empty(l->holder)));
	json_object_set_new(spec, "leaseDurationSeconds", number(l->duration_s));
	json_object_set_new(spec, "acquireTime", micros(l->acquire_ms));
	json_object_set_new(spec, "renewTime", micros(l->renew_ms));
	json_object_set_new(spec, "leaseTransitions", number(l->transitions));
	json_t *o = with_meta(req, "spec", spec);
	json_t *meta = json_object_get(o, "metadata");
	json_object_set_new(meta, "name", json_string(req->name));
	json_object_set_new(meta, "annotations",
			    json_pack("{s:s}", "muster.dev/address", str_or_empty(l->address)));
	set_type(o, API_LEASE);
	return o;
}

/* A name that is the same for the same note at the same time: a repeated create meets itself. */
static json_t *event(const struct event_note *n)
{
	AUTO(buf_done) struct buf name = BUF_INIT(512), note = BUF_INIT(1024);
	uint64_t h = hash_str(hash_str(hash_u64(0, (uint64_t)n->when_ms), n->reason), n->note);
	buf_printf(&name, "%s.%016llx", n->name, (unsigned long long)hash_str(h, n->uid));
	buf_puts(&note, n->note);
	json_t *o = json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:s, s:s, s:s, s:s}",
			      "metadata", "name", buf_str(&name), "namespace", n->ns, "regarding",
			      "apiVersion", API_VERSION, "kind", n->kind, "name", n->name, "uid",
			      n->uid, "reason", n->reason, "action", n->action, "note",
			      buf_str(&note), "type", n->warning ? "Warning" : "Normal");
	must(o);
	json_t *regarding = json_object_get(o, "regarding");
	if (str_eq(n->kind, KIND_JOB_NAME))
		json_object_set_new(regarding, "namespace", json_string(n->ns));
	json_object_set_new(o, "eventTime", micros(n->when_ms));
	json_object_set_new(o, "reportingController", json_string("muster.dev/coordinator"));
	json_object_set_new(o, "reportingInstance", json_string("muster-coordinator"));
	set_type(o, API_EVENT);
	return o;
}

static json_t *base64(const char *s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(s);
	AUTO(buf_done) struct buf out = BUF_INIT(4 * 1024 * 1024);
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s[i] << 16;
		v |= i + 1 < len ? (uint32_t)(unsigned char)s[i + 1] << 8 : 0;
		v |= i + 2 < len ? (unsigned char)s[i + 2] : 0;
		buf_putc(&out, digits[v >> 18]);
		buf_putc(&out, digits[v >> 12 & 63]);
		buf_putc(&out, i + 1 < len ? digits[v >> 6 & 63] : '=');
		buf_putc(&out, i + 2 < len ? digits[v & 63] : '=');
	}
	return json_string(buf_str(&out));
}

static json_t *keyed(const struct api_request *req)
{
	json_t *data = json_object();
	for (uint32_t i = 0; i < req->data->data.n; i++) {
		const struct kv *kv = &req->data->data.v[i];
		json_object_set_new(data, kv->key,
				    req->kind == API_SECRET ? base64(kv->val)
							    : json_string(kv->val));
	}
	json_t *o = with_meta(req, "data", data);
	if (req->verb == API_CREATE) {
		json_object_set_new(json_object_get(o, "metadata"), "name", json_string(req->name));
		if (req->kind == API_SECRET)
			json_object_set_new(o, "type", json_string("kubernetes.io/tls"));
		set_type(o, req->kind);
	}
	return o;
}

static json_t *token_review(const char *token)
{
	json_t *o = json_pack("{s:{s:s, s:[s]}}", "spec", "token", token, "audiences",
			      "muster-coordinator");
	if (o)
		set_type(o, API_TOKENREVIEW);
	return o;
}

static json_t *delete_options(const struct api_request *req)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "apiVersion", "v1", "kind", "DeleteOptions",
			      "propagationPolicy", "Background");
	if (req->uid && *req->uid)
		json_object_set_new(o, "preconditions", json_pack("{s:s}", "uid", req->uid));
	return o;
}

static json_t *body_of(const struct api_request *req)
{
	switch (req->kind) {
	case API_JOB:
		return req->verb == API_PATCH_STATUS
			       ? with_meta(req, "status", job_status(req->job_status))
			       : NULL;
	case API_CNODE:
		if (req->verb == API_APPLY)
			return cnode_apply(req->cnode_apply);
		return req->verb == API_PATCH_STATUS
			       ? with_meta(req, "status", cnode_status(req->cnode_status))
			       : NULL;
	case API_LEASE: return lease(req);
	case API_EVENT: return event(req->event);
	case API_SECRET:
	case API_CONFIGMAP: return keyed(req);
	case API_TOKENREVIEW: return token_review(req->token);
	case API_NODE:
	case API_POD:
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
