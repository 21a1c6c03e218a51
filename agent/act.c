/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out the core's actions: creates and reads of pods. The end of each is an event for the
 * core. If a pod of that name exists already, the create reads it, so that the core can tell its
 * own attempt, whose answer was lost, from a stranger's pod. */
#include "agent/act.h"

#include <stdlib.h>
#include <utlist.h>

#include "base/mem.h"

static void launch_free(struct launch *l)
{
	DL_DELETE(l->owner->launches, l);
	free(l->ns);
	free(l->name);
	free(l);
}

static void tell(struct launch *l, enum rc rc, const struct api_result *res, const struct pod *pod)
{
	struct agent *a = l->owner;
	struct agent_event ev = {.type = l->read_only ? AEV_READ : AEV_CREATED,
				 .created = {.ns = l->ns,
					     .name = l->name,
					     .rc = rc,
					     .reason = res ? res->reason : "",
					     .message = res ? res->message : "",
					     .busy = res && api_busy(res),
					     .retry_after_ms = res ? res->retry_after_ms : 0,
					     .pod = pod}};
	l->told = true;
	a->stats.pods_created += !l->read_only && rc == RC_OK;
	a->stats.create_failures += !l->read_only && rc != RC_OK && rc != RC_EXISTS;
	agent_step(a, &ev);
}

static void on_object(void *self, uint64_t id, enum watch_event we, const struct api_object *obj)
{
	struct launch *l = self;
	(void)id;
	(void)we;
	if (!l->told)
		tell(l, l->reading && !l->read_only ? RC_EXISTS : RC_OK, NULL, obj->pod);
}

static void on_done(void *self, uint64_t id, const struct api_result *res);

static void submit(struct launch *l, struct api_request *req)
{
	struct agent *a = l->owner;
	struct api_sink sink = {l, on_object, on_done};
	req->kind = API_POD;
	req->ns = l->ns;
	req->name = l->name;
	l->op = a->api.submit(a->api.self, req, &sink);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct launch *l = self;
	must(id == l->op);
	l->op = 0;
	if (!l->told && !l->reading && res->rc == RC_EXISTS) {
		l->reading = true;
		submit(l, &(struct api_request){.verb = API_GET});
		return;
	}
	/* The pod was deleted between the create and the read: the name is free for the next
	 * try. */
	bool vanished = l->reading && !l->read_only && res->rc == RC_NOTFOUND;
	if (!l->told)
		tell(l, vanished ? RC_EXISTS : res->rc, res, NULL);
	launch_free(l);
}

static struct launch *launch_new(struct agent *a, const char *ns, const char *name)
{
	struct launch *l = mem_zalloc(1, sizeof *l);
	l->owner = a;
	l->ns = mem_strdup(ns);
	l->name = mem_strdup(name);
	DL_APPEND(a->launches, l);
	return l;
}

static void read_pod(struct agent *a, const char *ns, const char *name)
{
	struct launch *l = launch_new(a, ns, name);
	l->read_only = l->reading = true;
	submit(l, &(struct api_request){.verb = API_GET});
}

/* By the hash alone: from a coordinator up to 0.1. */
static const char *template_text(const struct agent *a, const char *ns, const char *hash)
{
	AUTO(mem_freep) char *name = template_name(ns, hash);
	const char *text = template_store_find(&a->templates, name);
	return text ? text : template_store_find(&a->templates, hash);
}

static void create(struct agent *a, const struct pod_create *pod)
{
	struct pod_create with_text = *pod;
	with_text.template_text = template_text(a, pod->ns, pod->template_hash);
	must(with_text.template_text); /* the core creates a pod only when it was given the text */
	struct launch *l = launch_new(a, pod->ns, pod->name);
	submit(l, &(struct api_request){.verb = API_CREATE, .pod_create = &with_text});
}

static void act(struct agent *a, const struct agent_action *what)
{
	switch (what->type) {
	case AACT_CREATE: create(a, &what->create); break;
	case AACT_READ: read_pod(a, what->read.ns, what->read.name); break;
	case AACT_REPORT: agent_session_poke(a->session); break;
	case AACT_TEMPLATE_DROP: template_store_drop(&a->templates, what->template_name); break;
	}
}

void agent_step(struct agent *a, struct agent_event *ev)
{
	struct agent_actions actions;
	ev->now_ms = a->now_ms;
	ev->unheard_ms = a->now_ms - agent_session_heard(a->session);
	agent_core_step(a->core, ev, &actions);
	for (uint32_t i = 0; i < actions.n; i++)
		act(a, &actions.v[i]);
}

void agent_act_cancel(struct agent *a)
{
	struct launch *l, *next;
	DL_FOREACH_SAFE (a->launches, l, next) {
		if (l->op)
			a->api.cancel(a->api.self, l->op);
		launch_free(l);
	}
}
