/* SPDX-License-Identifier: Apache-2.0 */
/* Pods: what a create makes, and what admission says to it. */
#include <string.h>

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/world/pod_make.h"
#include "test/sim/world/pod_seal.h"
#include "test/sim/world/pods.h"
#include "test/sim/world/template.h"

static const char agent_prefix[] = "agent/";

/* ---- admission ---- */

static uint32_t pods_in(const struct server *s, const char *ns)
{
	const struct shelf *sh = &s->store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->meta.ns, ns) && !pod_ended(sh->v[i]);
	return n;
}

/* The namespace as NamespaceLifecycle sees it. */
static bool ns_refuses(struct server *s, const char *ns, struct answer *ret)
{
	if (str_eq(ns, str_or_empty(s->ns_gone)))
		answer_refuse(ret, RC_NOTFOUND, 404, "NotFound", "namespaces not found");
	else if (str_eq(ns, str_or_empty(s->ns_ending)))
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden",
			      "unable to create new content: the namespace is being terminated");
	else
		return false;
	server_count(s, FACT_NS_REFUSED);
	return true;
}

static bool class_missing(const struct server *s, const struct pod_create *p)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 16);
	struct template_facts t = template_parse(&a, p->template_text);
	return t.runtime_class && !store_find(&s->store, API_RUNTIME_CLASS, NULL, t.runtime_class);
}

static bool admission_refuses(struct server *s, const char *who, const struct pod_create *p,
			      struct answer *ret)
{
	bool agent = !strncmp(who, agent_prefix, sizeof agent_prefix - 1);
	if (ns_refuses(s, p->ns, ret))
		return true;
	if (s->webhook_dead) {
		server_count(s, FACT_WEBHOOK_DEAD);
		answer_refuse(ret, RC_SERVER, 500, "InternalError", s->webhook_dead);
		return true;
	}
	if (class_missing(s, p)) {
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden",
			      "pod rejected: RuntimeClass not found");
		return true;
	}
	if (s->deny_agent_pods && agent) {
		server_count(s, FACT_POLICY_REFUSED);
		answer_refuse(ret, RC_INVALID, 422, "Invalid",
			      "denied by ValidatingAdmissionPolicy");
		return true;
	}
	if (s->deny_pods) {
		server_count(s, FACT_DENIED);
		if (s->deny_invalid)
			answer_refuse(ret, RC_INVALID, 422, "Invalid", s->deny_pods);
		else
			answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden", s->deny_pods);
		return true;
	}
	return false;
}

/* The pod as it would be stored: it has a uid and a time, and is nowhere. */
static void answer_dry_run(struct server *s, const struct pod_create *p, struct answer *ret)
{
	struct version *v = pod_make(s, p);
	v->meta.uid = "dry-run";
	v->meta.created_ms = server_wall(s);
	pod_tree_seal(&v->tree, v->grace_s, &v->arena, &v->pod_decoded);
	server_count(s, FACT_DRY_RUN);
	answer_ok(ret, 201, v);
	version_unref(v);
}

void verb_create_pod(struct server *s, const char *who, const struct api_request *req,
		     struct answer *ret)
{
	const struct pod_create *p = req->pod_create;
	if (admission_refuses(s, who, p, ret))
		return;
	if (req->dry_run && s->no_dry_run) {
		server_count(s, FACT_DRY_RUN_REFUSED);
		answer_refuse(ret, RC_BADREQUEST, 400, "BadRequest",
			      "admission webhook \"pods.example.com\" does not support dry run");
		return;
	}
	if (store_find(&s->store, API_POD, p->ns, p->name)) {
		answer_refuse(ret, RC_EXISTS, 409, "AlreadyExists", "the pod already exists");
		return;
	}
	if (s->pod_quota && pods_in(s, p->ns) >= s->pod_quota) {
		server_count(s, FACT_QUOTA_REFUSED);
		answer_refuse(ret, RC_FORBIDDEN, 403, "Forbidden", "exceeded quota: pods");
		return;
	}
	if (req->dry_run) {
		answer_dry_run(s, p, ret);
		return;
	}
	s->pods_created++;
	answer_ok(ret, 201, server_put(s, pod_make(s, p)));
}
