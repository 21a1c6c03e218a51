/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/contract/ask.h"

static void put(char *ret, const char *s)
{
	size_t len = strlen(str_or_empty(s));
	assert_true(len < TEXT_MAX);
	memcpy(ret, str_or_empty(s), len + 1);
}

static void look(struct seen *s, const struct api_object *obj)
{
	struct member m;
	if (obj->kind == API_JOB)
		s->number = (int64_t)obj->job->status.attempts;
	else if (obj->kind == API_COMPUTE_NODE)
		s->number = reslist_get(&obj->compute_node->resources, "cpu");
	else if (obj->kind == API_LEASE)
		s->number = obj->lease->transitions;
	else if (obj->kind == API_POD)
		s->flag = member_of_pod(obj->pod, &m);
	if (obj->kind == API_POD)
		put(s->nominated, obj->pod->nominated);
}

static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct asked *a = self;
	assert_true(id == a->id && !a->done);
	if (ev == WATCH_BOOKMARK)
		return;
	assert_true(a->n < SEEN_MAX);
	struct seen *s = &a->v[a->n++];
	*s = (struct seen){
		.ev = ev, .generation = obj->meta->generation, .deleted_ms = obj->meta->deleted_ms};
	put(s->name, obj->meta->name);
	put(s->uid, obj->meta->uid);
	put(s->rv, obj->meta->rv);
	look(s, obj);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct asked *a = self;
	assert_true(id == a->id && !a->done);
	assert_non_null(res->message);
	assert_true(!res->http || res->server_s > 1700000000); /* each answer is dated */
	a->done = true;
	a->rc = res->rc;
	put(a->rv, res->rv);
	put(a->cause, res->causes.n ? res->causes.v[0] : "");
	/* Real tokens are long; that there is one is what matters, the case hands back its own. */
	put(a->cont, *str_or_empty(res->cont) ? "more" : "");
}

void contract_submit(struct contract_env *env, const struct api_request *req, struct asked *a)
{
	struct api_sink sink = {a, on_object, on_done};
	*a = (struct asked){.env = env};
	a->id = env->api.submit(env->api.self, req, &sink);
	assert_true(a->id != 0);
	assert_true(!a->done && !a->n); /* never before submit returns */
}

void contract_wait_done(struct asked *a)
{
	for (int i = 0; i < TURNS_MAX && !a->done; i++)
		a->env->turn(a->env->self);
	assert_true(a->done);
}

enum rc contract_ask(struct contract_env *env, const struct api_request *req, struct asked *a)
{
	contract_submit(env, req, a);
	contract_wait_done(a);
	return a->rc;
}

void contract_wait_seen(struct asked *a, uint32_t n)
{
	for (int i = 0; i < TURNS_MAX && a->n < n && !a->done; i++)
		a->env->turn(a->env->self);
	assert_true(a->n >= n);
}

/* A name of this run. */
const char *contract_name(struct contract_env *env, struct buf *b, const char *name)
{
	buf_reset(b);
	buf_printf(b, "%s-%s", env->prefix, name);
	return buf_str(b);
}

enum rc contract_get_job(struct contract_env *env, const char *name, struct asked *a)
{
	struct api_request get = {.verb = API_GET, .kind = API_JOB, .ns = env->ns, .name = name};
	return contract_ask(env, &get, a);
}

enum rc contract_patch_status(struct contract_env *env, const char *name, const char *rv,
			      uint32_t attempts, struct asked *a)
{
	struct job_status status = {.state = JOB_PENDING,
				    .attempts = attempts,
				    .completed = "",
				    .selector = "",
				    .reason = "Test",
				    .message = "a test",
				    .observed_generation = 1};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_JOB,
				  .ns = env->ns,
				  .name = name,
				  .rv = rv,
				  .job_status = &status};
	return contract_ask(env, &req, a);
}
