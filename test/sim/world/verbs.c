/* SPDX-License-Identifier: Apache-2.0 */
/* Writes: what each does to the store, and what it refuses. */
#include "test/sim/world/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pods.h"

/* ---- deletion ---- */

/* The chart's admission policy NAME-coordinator-pods: whatever it believes, a coordinator deletes
 * no pod that is not a ComputeJob's. */
static bool policy_refuses(struct server *s, const char *who, const struct version *v,
			   struct answer *ret)
{
	if (v->kind != API_POD || strncmp(who, "coordinator-", 12) != 0 || v->meta.owner_uid)
		return false;
	server_count(s, FACT_ORPHAN_KEPT);
	answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden",
		      "metadata.ownerReferences must name a ComputeJob as controller");
	return true;
}

void verb_delete(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret)
{
	struct version *v = store_find(&s->store, req->kind, req->ns, req->name);
	if (!v) {
		answer_not_found(ret);
		return;
	}
	if (req->uid && !str_eq(req->uid, v->meta.uid)) {
		answer_refuse(ret, RC_CONFLICT, 409, "Conflict",
			      "the UID in the precondition differs");
		return;
	}
	if (policy_refuses(s, who, v, ret))
		return;
	s->deletes++;
	ret->http = 200;
	ret->reason = "";
	server_delete(s, v);
}

/* ---- status, leases, data ---- */

/* The CRD's maxProperties of lists of resources. */
static bool too_many(uint32_t n, const char *field, struct arena *a, struct answer *ret)
{
	enum { PROPERTIES_MAX = 64 };
	if (n > PROPERTIES_MAX)
		answer_refuse(
			ret, RC_INVALID, 422, "Invalid",
			arena_printf(a, "%s: Too many: %u: must have at most 64 items", field, n));
	return n > PROPERTIES_MAX;
}

/* The CRD's transition rule. */
static bool final_changes(const struct job_status *was, const struct job_status *is)
{
	return (was->state == JOB_COMPLETED || was->state == JOB_FAILED) && is->state != was->state;
}

void verb_patch_status(struct server *s, const struct api_request *req, struct answer *ret)
{
	struct version *v = store_find(&s->store, req->kind, req->ns, req->name);
	if (!v) {
		answer_not_found(ret);
		return;
	}
	if (*str_or_empty(req->rv) && !str_eq(req->rv, v->meta.rv)) {
		server_count(s, FACT_CONFLICT_REAL);
		answer_conflict(ret);
		return;
	}
	if (req->kind == API_JOB && s->status_refused && str_eq(req->name, s->status_refused)) {
		server_count(s, FACT_STATUS_REFUSED);
		server_note_refusal(s);
		answer_refuse(ret, RC_INVALID, 422, "Invalid",
			      "status.message: Invalid value: refused by a policy of this cluster");
		return;
	}
	if (req->kind == API_COMPUTE_NODE &&
	    too_many(req->compute_node_status->capacity.n, "status.capacity", &s->names, ret))
		return;
	if (req->kind == API_JOB && final_changes(&v->job.status, req->job_status)) {
		answer_refuse(ret, RC_INVALID, 422, "Invalid",
			      "status.state: is final (Completed, Failed) and cannot change");
		return;
	}
	struct version *c = version_clone(v);
	if (req->kind == API_JOB)
		c->job.status = copy_job_status(&c->arena, req->job_status);
	else
		c->compute_node.status =
			copy_compute_node_status(&c->arena, req->compute_node_status);
	s->status_writes++;
	if (version_same(c, v)) {
		s->writes_in_vain++;
		version_unref(c);
		answer_ok(ret, 200, v);
		return;
	}
	answer_ok(ret, 200, server_put(s, c));
}

static struct version *lease_make(const struct api_request *req, const struct version *old)
{
	struct version *v = old ? version_clone(old) : version_new(API_LEASE);
	struct meta meta = v->meta;
	v->lease = copy_lease(&v->arena, req->lease);
	v->lease.meta = meta;
	if (!old)
		v->lease.meta = (struct meta){.ns = copy_str(&v->arena, req->ns),
					      .name = copy_str(&v->arena, req->name)};
	return v;
}

static struct version *data_make(const struct api_request *req, const struct version *old)
{
	struct version *v = old ? version_clone(old) : version_new(req->kind);
	v->data.data = copy_kvs(&v->arena, &req->data->data);
	if (!old)
		v->data.meta = (struct meta){.ns = copy_str(&v->arena, req->ns),
					     .name = copy_str(&v->arena, req->name)};
	return v;
}

static struct version *service_make(const struct api_request *req)
{
	struct version *v = version_new(API_SERVICE);
	v->meta = (struct meta){.ns = copy_str(&v->arena, req->ns),
				.name = copy_str(&v->arena, req->name),
				.owner_kind = KIND_JOB_NAME,
				.owner_name = copy_str(&v->arena, req->service->job_name),
				.owner_uid = copy_str(&v->arena, req->service->job_uid)};
	version_label(v, LABEL_JOB_UID, req->service->job_uid);
	return v;
}

static struct version *pod_label(const struct api_request *req, const struct version *old)
{
	struct version *v = version_clone(old);
	version_label(v, LABEL_CURRENT, req->current ? "true" : NULL);
	return v;
}

static struct version *choice_make(const struct api_request *req, const struct version *old)
{
	struct version *v = version_clone(old);
	if (v->kind == API_CLAIM) {
		v->needed.selected_node = copy_str(&v->arena, req->choice->node);
		return v;
	}
	v->needed.taken = true;
	v->needed.for_ns = copy_str(&v->arena, req->choice->ns);
	v->needed.for_claim = copy_str(&v->arena, req->choice->claim);
	v->needed.for_uid = copy_str(&v->arena, req->choice->uid);
	v->claim_ns = copy_str(&v->arena, req->choice->ns);
	v->claim_name = copy_str(&v->arena, req->choice->claim);
	return v;
}

static struct version *make(const struct api_request *req, const struct version *old)
{
	if (req->kind == API_POD)
		return pod_label(req, old);
	if (req->kind == API_SERVICE)
		return service_make(req);
	if (req->kind == API_CLAIM || req->kind == API_VOLUME)
		return choice_make(req, old);
	return req->kind == API_LEASE ? lease_make(req, old) : data_make(req, old);
}

static void create_named(struct server *s, const struct api_request *req, struct answer *ret)
{
	if (req->kind == API_SERVICE && s->deny_services)
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden", s->deny_services);
	else if (store_find(&s->store, req->kind, req->ns, req->name))
		answer_refuse(ret, RC_EXISTS, 409, "AlreadyExists", "it already exists");
	else
		answer_ok(ret, 201, server_put(s, make(req, NULL)));
	s->lease_writes += req->kind == API_LEASE;
}

void verb_patch(struct server *s, const struct api_request *req, struct answer *ret)
{
	struct version *v = store_find(&s->store, req->kind, req->ns, req->name);
	if (!v)
		answer_not_found(ret);
	else if (*str_or_empty(req->rv) && !str_eq(req->rv, v->meta.rv))
		answer_conflict(ret);
	else if (req->kind == API_POD && !str_eq(req->uid, v->meta.uid))
		answer_refuse(ret, RC_INVALID, 422, "Invalid", "metadata.uid: field is immutable");
	else if (req->kind == API_POD && !v->meta.owner_uid)
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden",
			      "ValidatingAdmissionPolicy: the pod is of no ComputeJob");
	else if (s->deny_choice && (req->kind == API_CLAIM || req->kind == API_VOLUME))
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden", s->deny_choice);
	else
		answer_ok(ret, 200, server_put(s, make(req, v)));
	s->lease_writes += req->kind == API_LEASE;
}

/* ---- server-side apply of a ComputeNode ---- */

static bool strs_has(const struct strs *l, const char *s)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], s))
			return true;
	}
	return false;
}

/* Fields that a user owns with another value: the whole apply is refused and they are named. */
static bool apply_conflicts(const struct version *v, const struct compute_node_apply *p,
			    struct arena *arena, struct answer *ret)
{
	for (uint32_t i = 0; i < p->resources.n; i++) {
		const struct res *r = &p->resources.v[i];
		if (strs_has(&p->leave_out, r->name) || !strs_has(&v->user_res, r->name) ||
		    reslist_get(&v->compute_node.resources, r->name) == r->milli)
			continue;
		if (ret->ncauses < ARRAY_LEN(ret->causes))
			ret->causes[ret->ncauses++] =
				arena_printf(arena, ".spec.resources.%s", r->name);
	}
	const char *by = kvs_get(&v->meta.labels, LABEL_MANAGED_BY);
	if (by && !str_eq(by, "muster") && p->node_uid && !p->leave_label &&
	    ret->ncauses < ARRAY_LEN(ret->causes))
		ret->causes[ret->ncauses++] = ".metadata.labels." LABEL_MANAGED_BY;
	if (ret->ncauses)
		answer_refuse(ret, RC_CONFLICT, 409, "Conflict",
			      "Apply failed: fields of another manager");
	return ret->ncauses;
}

/* What is ours is replaced by what is applied; what is a user's stays. */
static struct reslist apply_resources(struct arena *a, const struct version *v,
				      const struct compute_node_apply *p)
{
	struct res *out =
		arena_alloc(a, (v->compute_node.resources.n + p->resources.n + 1) * sizeof *out);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->compute_node.resources.n; i++) {
		if (strs_has(&v->user_res, v->compute_node.resources.v[i].name))
			out[n++] = v->compute_node.resources.v[i];
	}
	for (uint32_t i = 0; i < p->resources.n; i++) {
		const struct res *r = &p->resources.v[i];
		if (!strs_has(&p->leave_out, r->name) && !strs_has(&v->user_res, r->name))
			out[n++] = (struct res){copy_str(a, r->name), r->milli};
	}
	return (struct reslist){out, n};
}

void verb_apply(struct server *s, const struct api_request *req, struct arena *arena,
		struct answer *ret)
{
	const struct compute_node_apply *p = req->compute_node_apply;
	struct version *old = store_find(&s->store, API_COMPUTE_NODE, NULL, p->name);
	if (old && apply_conflicts(old, p, arena, ret)) {
		server_count(s, FACT_APPLY_CONFLICT);
		return;
	}
	struct version *v = old ? version_clone(old) : version_new(API_COMPUTE_NODE);
	if (!old)
		v->meta.name = copy_str(&v->arena, p->name);
	struct reslist before = v->compute_node.resources;
	v->compute_node.resources = apply_resources(&v->arena, v, p);
	if (too_many(v->compute_node.resources.n, "spec.resources", arena, ret)) {
		version_unref(v);
		return;
	}
	v->applied = true;
	v->compute_node.owned_by_node = p->node_uid || (old && old->compute_node.owned_by_node);
	if (p->node_uid)
		v->node_owner_uid = copy_str(&v->arena, p->node_uid);
	if (p->node_uid && !p->leave_label)
		version_label(v, LABEL_MANAGED_BY, "muster");
	if (old && version_same(v, old)) {
		version_unref(v);
		answer_ok(ret, 200, old);
		return;
	}
	v->meta.generation += !reslist_eq(&before, &v->compute_node.resources);
	s->writes++;
	answer_ok(ret, old ? 200 : 201, server_put(s, v));
}

/* ---- TokenReview: "token NODE EXPIRY" says which node it is bound to, and until when ---- */

static void review(struct server *s, const struct api_request *req, struct answer *ret)
{
	static const char prefix[] = "token ";
	const char *node = req->token + sizeof prefix - 1;
	char *end;
	ret->http = 201;
	ret->reason = "";
	ret->token.error = "the token is not known";
	if (strncmp(req->token, prefix, sizeof prefix - 1) != 0)
		return;
	size_t len = strcspn(node, " ");
	int64_t expires_ms = strtoll(node + len, &end, 10);
	if (s->refuse_tokens) {
		server_count(s, FACT_TOKEN_REFUSED);
		return;
	}
	if (expires_ms && expires_ms <= server_wall(s)) {
		server_count(s, FACT_TOKEN_EXPIRED);
		ret->token.error = "the token has expired";
		return;
	}
	ret->token = (struct token_identity){
		.authenticated = true,
		.username = "system:serviceaccount:muster:muster-agent",
		.node_name = arena_strndup(&s->names, node, len),
		.error = "",
		.expires_ms = expires_ms,
	};
}

void verb_create(struct server *s, const char *who, const struct api_request *req,
		 struct answer *ret)
{
	if (req->kind == API_TOKENREVIEW) {
		review(s, req, ret);
	} else if (req->kind == API_EVENT) {
		s->events_written++;
		ret->http = 201;
		ret->reason = "";
	} else if (req->kind == API_POD) {
		verb_create_pod(s, who, req, ret);
		s->dry_run_refused |= req->dry_run && ret->rc != RC_OK;
	} else {
		create_named(s, req, ret);
	}
}
