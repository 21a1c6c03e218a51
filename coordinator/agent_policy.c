/* SPDX-License-Identifier: Apache-2.0 */
/*   POLICY ──► BINDING ──► RESTING ──► POLICY after RECHECK_MS
 * An answer that says no ends the round; an error tries the step again with backoff. */
#include "coordinator/agent_policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/mem.h"

enum {
	POLICY_MAGIC = 0x61706f6c,
	RECHECK_MS = 10 * 1000,
	/* So long what was read last holds while the API server does not answer. */
	STALE_MS = 60 * 1000,
};

enum policy_step { POLICY_OFF, POLICY_READ, BINDING_READ, POLICY_RESTING };

struct agent_policy {
	uint32_t magic;
	const struct agent_policy_config *cfg;
	struct api api;
	const struct log *log;
	struct rng rng;
	struct backoff backoff;
	enum policy_step step;
	bool busy, bound;
	uint64_t op;
	int64_t now_ms, due_ms, good_ms; /* good_ms: the last round that found both */
	char why[ERR_MSG_MAX];           /* what is wrong with the object being read, or "" */
	char told[ERR_MSG_MAX];
};

struct agent_policy *agent_policy_new(const struct agent_policy_config *cfg, const struct api *api,
				      const struct log *log)
{
	struct agent_policy *p = mem_zalloc(1, sizeof *p);
	p->magic = POLICY_MAGIC;
	p->cfg = cfg;
	p->api = *api;
	p->log = log;
	p->rng.s = 1;
	p->backoff = (struct backoff){.base_ms = 500, .cap_ms = RECHECK_MS};
	return p;
}

void agent_policy_unlead(struct agent_policy *p)
{
	if (p->busy)
		p->api.cancel(p->api.self, p->op);
	p->busy = p->bound = false;
	p->step = POLICY_OFF;
}

struct agent_policy *agent_policy_free(struct agent_policy *p)
{
	if (!p)
		return NULL;
	agent_policy_unlead(p);
	p->magic = 0;
	free(p);
	return NULL;
}

void agent_policy_lead(struct agent_policy *p)
{
	must(p->step == POLICY_OFF);
	p->step = POLICY_READ;
	p->due_ms = 0;
	p->told[0] = 0;
	backoff_reset(&p->backoff);
}

static void set_bound(struct agent_policy *p, bool bound)
{
	if (p->bound == bound)
		return;
	p->bound = bound;
	p->cfg->on_bound(p->cfg->self, bound);
}

static void say(struct agent_policy *p, const char *why)
{
	struct err e;
	err_set(&e, RC_CONFIG, "%s", why);
	if (str_eq(e.msg, p->told))
		return;
	memcpy(p->told, e.msg, sizeof p->told);
	log_warn(p->log,
		 "admission policy for agents not in force: the coordinator creates all pods; "
		 "install the chart's policy and binding again",
		 KS("policy", p->cfg->name), KS("why", e.msg));
}

static void rest(struct agent_policy *p)
{
	p->step = POLICY_RESTING;
	p->due_ms = p->now_ms + RECHECK_MS;
	backoff_reset(&p->backoff);
}

static void is_bound(struct agent_policy *p)
{
	if (*p->told)
		log_info(p->log, "admission policy for agents in force again",
			 KS("policy", p->cfg->name));
	p->told[0] = 0;
	p->good_ms = p->now_ms;
	set_bound(p, true);
	rest(p);
}

static void is_not_bound(struct agent_policy *p, const char *why)
{
	say(p, why);
	set_bound(p, false);
	rest(p);
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct agent_policy *p = self;
	const struct admission *a = obj->admission;
	struct err e = {.msg = ""};
	(void)id;
	(void)ev;
	must(p->magic == POLICY_MAGIC);
	if (*a->why)
		err_set(&e, RC_CONFIG, "the %s", a->why);
	else if (p->step == BINDING_READ && !str_eq(a->policy, p->cfg->name))
		err_set(&e, RC_CONFIG, "the binding names the policy \"%s\"", a->policy);
	memcpy(p->why, e.msg, sizeof p->why);
}

/* The answer is "no", not "later". */
static bool final(enum rc rc)
{
	return rc == RC_NOTFOUND || rc == RC_FORBIDDEN;
}

static void failed(struct agent_policy *p, const struct api_result *res)
{
	p->due_ms = p->now_ms + backoff_next(&p->backoff, &p->rng);
	p->step = POLICY_READ;
	if (p->bound && p->now_ms - p->good_ms < STALE_MS)
		return;
	say(p, res->message);
	set_bound(p, false);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct agent_policy *p = self;
	(void)id;
	must(p->magic == POLICY_MAGIC);
	p->busy = false;
	if (final(res->rc))
		is_not_bound(p, res->message);
	else if (res->rc != RC_OK)
		failed(p, res);
	else if (*p->why)
		is_not_bound(p, p->why);
	else if (p->step == POLICY_READ)
		p->step = BINDING_READ;
	else
		is_bound(p);
}

void agent_policy_now(struct agent_policy *p, int64_t now_ms)
{
	p->now_ms = now_ms;
}

void agent_policy_tick(struct agent_policy *p)
{
	if (p->step == POLICY_OFF || p->busy || p->now_ms < p->due_ms)
		return;
	if (p->step == POLICY_RESTING)
		p->step = POLICY_READ;
	struct api_request req = {.verb = API_GET,
				  .kind = p->step == POLICY_READ ? API_ADMISSION_POLICY
								 : API_ADMISSION_BINDING,
				  .name = p->cfg->name};
	struct api_sink sink = {.self = p, .on_object = on_object, .on_done = on_done};
	static const char silent[] = "the API server's answer was empty";
	memcpy(p->why, silent, sizeof silent); /* until the object comes */
	p->busy = true;
	p->op = p->api.submit(p->api.self, &req, &sink);
}

int64_t agent_policy_deadline(const struct agent_policy *p)
{
	return p->busy || p->step == POLICY_OFF ? INT64_MAX : p->due_ms;
}

bool agent_policy_bound(const struct agent_policy *p)
{
	return p->bound;
}
