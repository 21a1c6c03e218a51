/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/copy.h"

#include <string.h>

#include "base/mem.h"

#define COPY_ARRAY(a, v, n)                                             \
	({                                                              \
		void *p_ = arena_alloc((a), sizeof(*(v)) * ((n) + 1U)); \
		must(p_);                                               \
		if (n)                                                  \
			memcpy(p_, (v), sizeof(*(v)) * (n));            \
		p_;                                                     \
	})

char *copy_str(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);
	must(copy || !s);
	return copy;
}

struct kvs copy_kvs(struct arena *a, const struct kvs *l)
{
	struct kv *v = COPY_ARRAY(a, l->v, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		v[i] = (struct kv){copy_str(a, v[i].key), copy_str(a, v[i].val)};
	return (struct kvs){v, l->n};
}

struct reslist copy_reslist(struct arena *a, const struct reslist *l)
{
	struct res *v = COPY_ARRAY(a, l->v, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		v[i].name = copy_str(a, v[i].name);
	return (struct reslist){v, l->n};
}

struct host_ports copy_ports(struct arena *a, const struct host_ports *p)
{
	return (struct host_ports){COPY_ARRAY(a, p->v, p->n), p->n};
}

struct strs copy_strs(struct arena *a, const struct strs *l)
{
	const char **v = COPY_ARRAY(a, l->v, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		v[i] = copy_str(a, v[i]);
	return (struct strs){v, l->n};
}

struct meta copy_meta(struct arena *a, const struct meta *m)
{
	struct meta c = *m;
	c.ns = copy_str(a, m->ns);
	c.name = copy_str(a, m->name);
	c.uid = copy_str(a, m->uid);
	c.rv = copy_str(a, m->rv);
	c.labels = copy_kvs(a, &m->labels);
	c.owner_kind = copy_str(a, m->owner_kind);
	c.owner_name = copy_str(a, m->owner_name);
	c.owner_uid = copy_str(a, m->owner_uid);
	return c;
}

static const struct cond *copy_conds(struct arena *a, const struct cond *from, uint32_t n)
{
	struct cond *v = COPY_ARRAY(a, from, n);
	for (uint32_t i = 0; i < n; i++) {
		v[i].type = copy_str(a, v[i].type);
		v[i].reason = copy_str(a, v[i].reason);
		v[i].message = copy_str(a, v[i].message);
	}
	return v;
}

static const struct sel_term *copy_terms(struct arena *a, const struct sel_term *from, uint32_t n)
{
	struct sel_term *v = COPY_ARRAY(a, from, n);
	for (uint32_t i = 0; i < n; i++) {
		struct sel_expr *e = COPY_ARRAY(a, from[i].v, from[i].n);
		for (uint32_t k = 0; k < from[i].n; k++) {
			e[k].key = copy_str(a, e[k].key);
			e[k].values = copy_strs(a, &from[i].v[k].values);
		}
		v[i].v = e;
	}
	return v;
}

static const struct toleration *copy_tolerations(struct arena *a, const struct toleration *from,
						 uint32_t n)
{
	struct toleration *v = COPY_ARRAY(a, from, n);
	for (uint32_t i = 0; i < n; i++) {
		v[i].key = copy_str(a, v[i].key);
		v[i].value = copy_str(a, v[i].value);
	}
	return v;
}

static const struct dependency *copy_dependencies(struct arena *a, const struct dependency *from,
						  uint32_t n)
{
	struct dependency *v = COPY_ARRAY(a, from, n);
	for (uint32_t i = 0; i < n; i++)
		v[i].name = copy_str(a, v[i].name);
	return v;
}

struct job_spec copy_job_spec(struct arena *a, const struct job_spec *s)
{
	struct job_spec c = *s;
	c.tolerations = copy_tolerations(a, s->tolerations, s->ntolerations);
	c.runtime_class = copy_str(a, s->runtime_class);
	c.claims = copy_strs(a, &s->claims);
	c.node_selector = copy_kvs(a, &s->node_selector);
	c.terms = copy_terms(a, s->terms, s->nterms);
	c.depends_on = copy_dependencies(a, s->depends_on, s->ndepends_on);
	c.requests = copy_reslist(a, &s->requests);
	c.ports = copy_ports(a, &s->ports);
	c.template_hash = copy_str(a, s->template_hash);
	c.shape = copy_str(a, s->shape);
	c.old_template_hash = copy_str(a, s->old_template_hash);
	c.template_text = copy_str(a, s->template_text);
	struct success_rule *success = COPY_ARRAY(a, s->success, s->nsuccess);
	for (uint32_t i = 0; i < s->nsuccess; i++)
		success[i].indexes = copy_str(a, success[i].indexes);
	c.success = success;
	c.invalid = copy_str(a, s->invalid);
	c.doubt = copy_str(a, s->doubt);
	return c;
}

struct job_status copy_job_status(struct arena *a, const struct job_status *s)
{
	struct job_status c = *s;
	c.active_nodes = copy_strs(a, &s->active_nodes);
	struct superseded *old = COPY_ARRAY(a, s->superseded, s->nsuperseded);
	for (uint32_t i = 0; i < s->nsuperseded; i++)
		old[i].node = copy_str(a, old[i].node);
	c.superseded = old;
	struct failure *failures = COPY_ARRAY(a, s->failures, s->nfailures);
	for (uint32_t i = 0; i < s->nfailures; i++) {
		failures[i].node = copy_str(a, failures[i].node);
		failures[i].reason = copy_str(a, failures[i].reason);
		failures[i].message = copy_str(a, failures[i].message);
	}
	c.failures = failures;
	c.satisfied = copy_dependencies(a, s->satisfied, s->nsatisfied);
	c.completed = copy_str(a, s->completed);
	c.failed_indexes = copy_str(a, s->failed_indexes);
	c.selector = copy_str(a, s->selector);
	c.reason = copy_str(a, s->reason);
	c.message = copy_str(a, s->message);
	c.conds = copy_conds(a, s->conds, s->nconds);
	return c;
}

struct compute_node_status copy_compute_node_status(struct arena *a,
						    const struct compute_node_status *s)
{
	struct compute_node_status c = *s;
	c.reason = copy_str(a, s->reason);
	c.message = copy_str(a, s->message);
	c.capacity = copy_reslist(a, &s->capacity);
	c.allocated = copy_reslist(a, &s->allocated);
	c.available = copy_reslist(a, &s->available);
	c.agent_version = copy_str(a, s->agent_version);
	c.boot_id = copy_str(a, s->boot_id);
	c.conds = copy_conds(a, s->conds, s->nconds);
	return c;
}

struct node copy_node(struct arena *a, const struct node *n)
{
	struct node c = *n;
	struct taint *taints = COPY_ARRAY(a, n->taints, n->ntaints);
	for (uint32_t i = 0; i < n->ntaints; i++) {
		taints[i].key = copy_str(a, taints[i].key);
		taints[i].value = copy_str(a, taints[i].value);
	}
	c.meta = copy_meta(a, &n->meta);
	c.taints = taints;
	c.allocatable = copy_reslist(a, &n->allocatable);
	c.ready_reason = copy_str(a, n->ready_reason);
	c.boot_id = copy_str(a, n->boot_id);
	c.kubelet_version = copy_str(a, n->kubelet_version);
	c.in_use = copy_strs(a, &n->in_use);
	return c;
}

struct sel_terms copy_where(struct arena *a, const struct sel_terms *t)
{
	return (struct sel_terms){copy_terms(a, t->v, t->n), t->n};
}

struct needed copy_needed(struct arena *a, const struct needed *n)
{
	struct needed c = *n;
	c.meta = copy_meta(a, &n->meta);
	for (size_t i = 0; i < ARRAY_LEN(n->where); i++)
		c.where[i] = copy_where(a, &n->where[i]);
	c.tolerations = copy_tolerations(a, n->tolerations, n->ntolerations);
	c.volume = copy_str(a, n->volume);
	c.storage_class = copy_str(a, n->storage_class);
	c.selected_node = copy_str(a, n->selected_node);
	c.provisioner = copy_str(a, n->provisioner);
	c.for_ns = copy_str(a, n->for_ns);
	c.for_claim = copy_str(a, n->for_claim);
	c.for_uid = copy_str(a, n->for_uid);
	c.driver = copy_str(a, n->driver);
	c.handle = copy_str(a, n->handle);
	struct volume_limit *limits = COPY_ARRAY(a, n->limits, n->nlimits);
	for (uint32_t i = 0; i < n->nlimits; i++)
		limits[i].driver = copy_str(a, limits[i].driver);
	c.limits = limits;
	return c;
}

struct lease copy_lease(struct arena *a, const struct lease *l)
{
	struct lease c = *l;
	c.meta = copy_meta(a, &l->meta);
	c.holder = copy_str(a, l->holder);
	c.address = copy_str(a, l->address);
	return c;
}

struct pod_create copy_pod_create(struct arena *a, const struct pod_create *p)
{
	struct pod_create c = *p;
	c.ns = copy_str(a, p->ns);
	c.name = copy_str(a, p->name);
	c.job_name = copy_str(a, p->job_name);
	c.job_uid = copy_str(a, p->job_uid);
	c.node = copy_str(a, p->node);
	c.template_hash = copy_str(a, p->template_hash);
	c.template_text = copy_str(a, p->template_text);
	c.proof = copy_str(a, p->proof);
	return c;
}

/* The bodies, by verb and kind as sync/api.h pairs them. */
static void copy_body(struct arena *a, const struct api_request *r, struct api_request *c)
{
	if (r->verb == API_PATCH_STATUS && r->kind == API_JOB) {
		struct job_status s = copy_job_status(a, r->job_status);
		c->job_status = COPY_ARRAY(a, &s, 1U);
	} else if (r->verb == API_PATCH_STATUS) {
		struct compute_node_status s = copy_compute_node_status(a, r->compute_node_status);
		c->compute_node_status = COPY_ARRAY(a, &s, 1U);
	} else if (r->verb == API_APPLY) {
		struct compute_node_apply s = *r->compute_node_apply;
		s.name = copy_str(a, s.name);
		s.node_uid = copy_str(a, s.node_uid);
		s.resources = copy_reslist(a, &r->compute_node_apply->resources);
		s.leave_out = copy_strs(a, &r->compute_node_apply->leave_out);
		c->compute_node_apply = COPY_ARRAY(a, &s, 1U);
	} else if (r->kind == API_POD && r->verb == API_CREATE) {
		struct pod_create s = copy_pod_create(a, r->pod_create);
		c->pod_create = COPY_ARRAY(a, &s, 1U);
	} else if (r->kind == API_LEASE && (r->verb == API_CREATE || r->verb == API_PATCH)) {
		struct lease s = copy_lease(a, r->lease);
		c->lease = COPY_ARRAY(a, &s, 1U);
	} else if ((r->kind == API_CLAIM || r->kind == API_VOLUME) && r->verb == API_PATCH) {
		struct claim_choice s = {copy_str(a, r->choice->node), copy_str(a, r->choice->ns),
					 copy_str(a, r->choice->claim),
					 copy_str(a, r->choice->uid)};
		c->choice = COPY_ARRAY(a, &s, 1U);
	} else if (r->kind == API_SERVICE && r->verb == API_CREATE) {
		struct job_service s = {copy_str(a, r->service->job_name),
					copy_str(a, r->service->job_uid)};
		c->service = COPY_ARRAY(a, &s, 1U);
	} else if (r->kind == API_TOKENREVIEW) {
		c->token = copy_str(a, r->token);
	} else if (r->kind == API_EVENT) {
		struct event_note s = *r->event;
		s.ns = copy_str(a, s.ns);
		s.kind = copy_str(a, s.kind);
		s.name = copy_str(a, s.name);
		s.uid = copy_str(a, s.uid);
		s.reason = copy_str(a, s.reason);
		s.action = copy_str(a, s.action);
		s.note = copy_str(a, s.note);
		c->event = COPY_ARRAY(a, &s, 1U);
	} else if ((r->kind == API_SECRET || r->kind == API_CONFIGMAP) &&
		   (r->verb == API_CREATE || r->verb == API_PATCH)) {
		struct keyed_data s = {copy_meta(a, &r->data->meta), copy_kvs(a, &r->data->data)};
		c->data = COPY_ARRAY(a, &s, 1U);
	}
}

struct api_request copy_request(struct arena *a, const struct api_request *r)
{
	struct api_request c = *r;
	c.ns = copy_str(a, r->ns);
	c.name = copy_str(a, r->name);
	c.uid = copy_str(a, r->uid);
	c.rv = copy_str(a, r->rv);
	c.field_selector = copy_str(a, r->field_selector);
	c.label_selector = copy_str(a, r->label_selector);
	c.cont = copy_str(a, r->cont);
	copy_body(a, r, &c);
	return c;
}

static const struct member *copy_members(struct arena *a, const struct member *from, uint32_t n)
{
	struct member *v = COPY_ARRAY(a, from, n);
	for (uint32_t i = 0; i < n; i++) {
		const char **strs[] = {
			&v[i].ns,      &v[i].job_name, &v[i].job_uid,       &v[i].pod,
			&v[i].pod_uid, &v[i].node,     &v[i].template_hash, &v[i].reason,
			&v[i].message, &v[i].proof};
		for (size_t k = 0; k < ARRAY_LEN(strs); k++)
			*strs[k] = copy_str(a, *strs[k]);
		v[i].requests = copy_reslist(a, &from[i].requests);
		v[i].ports = copy_ports(a, &from[i].ports);
	}
	return v;
}

static struct msg_orders copy_orders(struct arena *a, const struct msg_orders *m)
{
	struct msg_orders c = *m;
	struct order *o = COPY_ARRAY(a, m->orders, m->norders);
	for (uint32_t i = 0; i < m->norders; i++) {
		const char **strs[] = {&o[i].ns,      &o[i].job_name,      &o[i].job_uid, &o[i].pod,
				       &o[i].pod_uid, &o[i].template_hash, &o[i].proof};
		for (size_t k = 0; k < ARRAY_LEN(strs); k++)
			*strs[k] = copy_str(a, *strs[k]);
	}
	struct template_text *t = COPY_ARRAY(a, m->templates, m->ntemplates);
	for (uint32_t i = 0; i < m->ntemplates; i++)
		t[i] = (struct template_text){copy_str(a, t[i].hash), copy_str(a, t[i].text),
					      copy_str(a, t[i].ns)};
	c.gone = COPY_ARRAY(a, m->gone, m->ngone);
	c.orders = o;
	c.templates = t;
	return c;
}

static struct msg_hello copy_hello(struct arena *a, const struct msg_hello *m)
{
	struct msg_hello c = *m;
	c.token = copy_str(a, m->token);
	c.node = copy_str(a, m->node);
	c.boot_id = copy_str(a, m->boot_id);
	c.version = copy_str(a, m->version);
	c.agent = copy_str(a, m->agent);
	c.capacity.foreign = copy_reslist(a, &m->capacity.foreign);
	c.capacity.ports = copy_ports(a, &m->capacity.ports);
	c.members = copy_members(a, m->members, m->nmembers);
	return c;
}

static struct msg_report copy_report(struct arena *a, const struct msg_report *m)
{
	struct msg_report c = *m;
	c.capacity.foreign = copy_reslist(a, &m->capacity.foreign);
	c.capacity.ports = copy_ports(a, &m->capacity.ports);
	c.members = copy_members(a, m->members, m->nmembers);
	c.token = copy_str(a, m->token);
	return c;
}

struct msg copy_msg(struct arena *a, const struct msg *m)
{
	struct msg c = *m;
	switch (m->type) {
	case MSG_HELLO: c.hello = copy_hello(a, &m->hello); break;
	case MSG_REPORT: c.report = copy_report(a, &m->report); break;
	case MSG_ORDERS: c.orders = copy_orders(a, &m->orders); break;
	case MSG_REJECT:
		c.reject.message = copy_str(a, m->reject.message);
		c.reject.leader = copy_str(a, m->reject.leader);
		break;
	case MSG_WATCH: c.watch.templates = copy_strs(a, &m->watch.templates); break;
	case MSG_NONE:
	case MSG_WELCOME:
	case MSG_ACK: break;
	}
	return c;
}
