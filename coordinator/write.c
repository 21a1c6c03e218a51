/* SPDX-License-Identifier: Apache-2.0 */
/* The core's actions do not carry statuses: the write queue asks for the newest status when a
 * write is sent. */
#include "coordinator/write.h"

#include <stdlib.h>

#include "base/mem.h"
#include "coordinator/act.h"
#include "coordinator/status_keys.h"

/* The write queue borrows the request until submit returns, so status and names are kept here. */
struct rendered {
	struct job_status job;
	struct compute_node_status compute_node;
	char *text;
};

static struct rendered *rendered_of(struct coordinator *c)
{
	if (!c->rendered)
		c->rendered = mem_zalloc(1, sizeof *c->rendered);
	return c->rendered;
}

void write_done(struct coordinator *c)
{
	if (c->rendered)
		free(c->rendered->text);
	free(c->rendered);
	c->rendered = NULL;
}

static bool render(void *self, uint64_t key, struct api_request *req)
{
	struct coordinator *c = coordinator_of(self);
	struct rendered *r = rendered_of(c);
	const char *ns, *name, *rv = NULL;
	free(r->text);
	bool is_job = status_key_split(c->keys, key, &r->text, &ns, &name);
	bool known = is_job ? core_job_status(c->core, ns, name, &r->job, &rv)
			    : core_compute_node_status(c->core, name, &r->compute_node, &rv);
	if (is_job)
		core_job_status_taken(c->core, ns, name, known ? &r->job : NULL);
	else
		core_compute_node_status_taken(c->core, name, known ? &r->compute_node : NULL);
	if (!known)
		return false;
	*req = (struct api_request){.verb = API_PATCH_STATUS,
				    .kind = is_job ? API_JOB : API_COMPUTE_NODE,
				    .ns = ns,
				    .name = name,
				    .rv = rv};
	if (is_job)
		req->job_status = &r->job;
	else
		req->compute_node_status = &r->compute_node;
	return true;
}

/* By a policy, a webhook or missing rights, or as invalid. */
static bool refused(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST || rc == RC_TOOBIG;
}

/* The next status is computed from what the server stored, so the core is told now and not when
 * the watch brings it. */
static void written(void *self, uint64_t key, const struct api_result *res,
		    const struct api_object *obj)
{
	struct coordinator *c = coordinator_of(self);
	AUTO(mem_freep) char *text = NULL;
	const char *ns, *name;
	bool is_job = status_key_split(c->keys, key, &text, &ns, &name);
	c->stats.status_writes += res->rc == RC_OK;
	c->stats.status_conflicts += res->rc == RC_CONFLICT;
	c->stats.status_refused += refused(res->rc);
	struct core_event ev = {
		.type = CEV_STATUS_WRITTEN,
		.written = {.is_job = is_job,
			    .ns = str_or_empty(ns),
			    .name = name,
			    .uid = obj ? obj->meta->uid : "",
			    .rc = res->rc,
			    .message = res->message,
			    .rv = obj ? obj->meta->rv : str_or_empty(res->rv)},
	};
	shell_step(c, &ev);
}

struct writeq *write_queue(struct coordinator *c)
{
	struct writeq_config cfg = {.inflight_max = 32,
				    .interval_ms = 1000,
				    .backoff_base_ms = 200,
				    .backoff_cap_ms = 30000,
				    .self = c,
				    .render = render,
				    .done = written};
	return writeq_new(&cfg, &c->api, c->log, rng_next(&c->rng));
}
