/* SPDX-License-Identifier: Apache-2.0 */
/* What is read: lists, watches, and the review of a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "test/sim/contract/ask.h"
#include "test/sim/contract/case.h"

static uint32_t ours(struct contract_env *env, const struct asked *a)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < a->n; i++)
		n += !strncmp(a->v[i].name, env->prefix, strlen(env->prefix));
	return n;
}

void contract_list_all(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	static const char *const names[] = {"list-a", "list-b", "list-c"};
	struct asked before, a;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(contract_ask(env, &req, &before), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		env->make_job(env->self, env->ns, contract_name(env, &b, names[i]), 1);
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	assert_int_equal(ours(env, &a), ours(env, &before) + 3);
	assert_string_equal(a.cont, "");
	assert_string_not_equal(a.rv, "");
	req.limit = 1;
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.cont, "more");
}

void contract_watch_order(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "watched");
	struct asked list, w, a;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(contract_ask(env, &req, &list), RC_OK);
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = list.rv};
	contract_submit(env, &watch, &w);
	env->make_job(env->self, env->ns, name, 1);
	contract_wait_seen(&w, 1);
	assert_int_equal(w.v[0].ev, WATCH_ADDED);
	assert_int_equal(contract_patch_status(env, name, w.v[0].rv, 1, &a), RC_OK);
	contract_wait_seen(&w, 2);
	assert_int_equal(w.v[1].ev, WATCH_MODIFIED);
	assert_string_equal(w.v[1].rv, a.v[0].rv);
	struct api_request del = {.verb = API_DELETE,
				  .kind = API_JOB,
				  .ns = env->ns,
				  .name = name,
				  .uid = w.v[0].uid};
	assert_int_equal(contract_ask(env, &del, &a), RC_OK);
	contract_wait_seen(&w, 3);
	assert_int_equal(w.v[2].ev, WATCH_DELETED);
	assert_string_equal(w.v[2].uid, w.v[0].uid);
	assert_true(strtoull(w.v[2].rv, NULL, 10) > strtoull(w.v[1].rv, NULL, 10));
	env->api.cancel(env->api.self, w.id);
}

/* What happened between list and watch is not missed. */
void contract_watch_resume(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	struct asked list, w;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(contract_ask(env, &req, &list), RC_OK);
	env->make_job(env->self, env->ns, contract_name(env, &b, "late-a"), 1);
	env->make_job(env->self, env->ns, contract_name(env, &b, "late-b"), 1);
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = list.rv};
	contract_submit(env, &watch, &w);
	contract_wait_seen(&w, 2);
	assert_string_equal(w.v[1].name, contract_name(env, &b, "late-b"));
	env->api.cancel(env->api.self, w.id);
}

void contract_watch_too_old(struct contract_env *env)
{
	struct asked w;
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = "1"};
	assert_int_equal(contract_ask(env, &watch, &w), RC_GONE);
	assert_int_equal(w.n, 0);
}

/* The coordinator's one watch of pods for which kube-scheduler makes room: a pod enters it when it
 * is nominated, and leaves it when it is bound. */
void contract_watch_nominated(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "preemptor");
	struct asked list, w;
	struct api_request req = {.verb = API_LIST,
				  .kind = API_POD,
				  .field_selector = "status.nominatedNodeName!=,spec.nodeName=",
				  .limit = 500};
	env->make_pod(env->self, env->ns, name);
	assert_int_equal(contract_ask(env, &req, &list), RC_OK);
	assert_int_equal(list.n, 0);
	struct api_request watch = req;
	watch.verb = API_WATCH;
	watch.rv = list.rv;
	contract_submit(env, &watch, &w);
	env->nominate(env->self, env->ns, name, "node-a");
	contract_wait_seen(&w, 1);
	assert_int_equal(w.v[0].ev, WATCH_ADDED);
	assert_string_equal(w.v[0].nominated, "node-a");
	env->nominate(env->self, env->ns, name, "node-b");
	contract_wait_seen(&w, 2);
	assert_int_equal(w.v[1].ev, WATCH_MODIFIED);
	assert_string_equal(w.v[1].nominated, "node-b");
	assert_int_equal(contract_ask(env, &req, &list), RC_OK);
	assert_int_equal(list.n, 1);
	env->bind(env->self, env->ns, name, "node-b");
	contract_wait_seen(&w, 3);
	assert_int_equal(w.v[2].ev, WATCH_DELETED);
	assert_string_equal(w.v[2].uid, w.v[0].uid);
	assert_int_equal(contract_ask(env, &req, &list), RC_OK);
	assert_int_equal(list.n, 0);
	env->api.cancel(env->api.self, w.id);
}

void contract_cancel_is_silent(struct contract_env *env)
{
	struct asked a, b;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	contract_submit(env, &req, &a);
	env->api.cancel(env->api.self, a.id);
	assert_int_equal(contract_ask(env, &req, &b), RC_OK);
	assert_false(a.done);
	assert_int_equal(a.n, 0);
}

void contract_token_review(struct contract_env *env)
{
	struct asked a;
	struct api_request req = {
		.verb = API_CREATE, .kind = API_TOKENREVIEW, .token = "not.a.token"};
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1); /* the answer is an object; that it says no is no error */
}
