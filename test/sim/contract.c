/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract.h"

#include "base/mem.h"
#include "model/quantity.h"

enum { TURNS_MAX = 300, SEEN_MAX = 64, TEXT_MAX = 128 };

struct seen { /* one object that arrived */
	enum watch_event ev;
	char name[TEXT_MAX], uid[TEXT_MAX], rv[TEXT_MAX];
	int64_t generation, deleted_ms, number; /* number: what the case looks at */
	bool flag;
};

/* One operation and all that it gave. */
struct asked {
	struct contract_env *env;
	uint64_t id;
	bool done;
	enum rc rc;
	char rv[TEXT_MAX], cont[TEXT_MAX], cause[TEXT_MAX];
	struct seen v[SEEN_MAX];
	uint32_t n;
};

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
	else if (obj->kind == API_CNODE)
		s->number = reslist_get(&obj->cnode->resources, "cpu");
	else if (obj->kind == API_LEASE)
		s->number = obj->lease->transitions;
	else if (obj->kind == API_POD)
		s->flag = member_of_pod(obj->pod, &m);
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
	a->done = true;
	a->rc = res->rc;
	put(a->rv, res->rv);
	put(a->cause, res->causes.n ? res->causes.v[0] : "");
	/* Real tokens are long; that there is one is what matters, the case hands back its own. */
	put(a->cont, *str_or_empty(res->cont) ? "more" : "");
}

static void submit(struct contract_env *env, const struct api_request *req, struct asked *a)
{
	struct api_sink sink = {a, on_object, on_done};
	*a = (struct asked){.env = env};
	a->id = env->api.submit(env->api.self, req, &sink);
	assert_true(a->id != 0);
	assert_true(!a->done && !a->n); /* never before submit returns */
}

static void wait_done(struct asked *a)
{
	for (int i = 0; i < TURNS_MAX && !a->done; i++)
		a->env->turn(a->env->self);
	assert_true(a->done);
}

static enum rc ask(struct contract_env *env, const struct api_request *req, struct asked *a)
{
	submit(env, req, a);
	wait_done(a);
	return a->rc;
}

static void wait_seen(struct asked *a, uint32_t n)
{
	for (int i = 0; i < TURNS_MAX && a->n < n && !a->done; i++)
		a->env->turn(a->env->self);
	assert_true(a->n >= n);
}

/* A name of this run. */
static const char *named(struct contract_env *env, struct buf *b, const char *name)
{
	buf_reset(b);
	buf_printf(b, "%s-%s", env->prefix, name);
	return buf_str(b);
}

/* ---- leases: create, read, fenced writes ---- */

static enum rc lease_write(struct contract_env *env, enum api_verb verb, const char *name,
			   const char *rv, int64_t transitions, struct asked *a)
{
	struct lease lease = {.holder = "somebody",
			      .address = "10.0.0.1:1",
			      .duration_s = 15,
			      .acquire_ms = 1767225600000,
			      .renew_ms = 1767225600000 + transitions,
			      .transitions = transitions};
	struct api_request req = {.verb = verb,
				  .kind = API_LEASE,
				  .ns = env->ns,
				  .name = name,
				  .rv = rv,
				  .lease = &lease};
	return ask(env, &req, a);
}

static void lease_fence(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "lease");
	struct asked first, a;
	assert_int_equal(lease_write(env, API_PATCH, name, "", 1, &a), RC_NOTFOUND);
	assert_int_equal(lease_write(env, API_CREATE, name, NULL, 1, &first), RC_OK);
	assert_int_equal(first.n, 1); /* the written object comes before the end */
	assert_string_not_equal(first.v[0].rv, "");
	assert_int_equal(lease_write(env, API_CREATE, name, NULL, 1, &a), RC_EXISTS);
	assert_int_equal(lease_write(env, API_PATCH, name, first.v[0].rv, 2, &a), RC_OK);
	assert_true(strtoull(a.v[0].rv, NULL, 10) > strtoull(first.v[0].rv, NULL, 10));
	assert_int_equal(lease_write(env, API_PATCH, name, first.v[0].rv, 3, &a), RC_CONFLICT);
	struct api_request get = {.verb = API_GET, .kind = API_LEASE, .ns = env->ns, .name = name};
	assert_int_equal(ask(env, &get, &a), RC_OK);
	assert_int_equal(a.v[0].number, 2);
	assert_string_equal(a.v[0].uid, first.v[0].uid);
}

static void get_missing(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	struct asked a;
	struct api_request get = {
		.verb = API_GET, .kind = API_JOB, .ns = env->ns, .name = named(env, &b, "missing")};
	assert_int_equal(ask(env, &get, &a), RC_NOTFOUND);
	assert_int_equal(a.n, 0);
}

/* ---- server-side apply of ComputeNodes ---- */

static enum rc apply(struct contract_env *env, const char *name, int64_t cpu, const char *leave_out,
		     struct asked *a)
{
	struct res r[] = {{"cpu", cpu}, {"memory", 1000 * 1024LL}};
	struct cnode_apply body = {
		.name = name, .resources = {r, 2}, .leave_out = {&leave_out, leave_out ? 1 : 0}};
	struct api_request req = {
		.verb = API_APPLY, .kind = API_CNODE, .name = name, .cnode_apply = &body};
	return ask(env, &req, a);
}

static void apply_twice(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "node-a");
	struct asked first, a;
	assert_int_equal(apply(env, name, 2000, NULL, &first), RC_OK);
	assert_int_equal(first.v[0].generation, 1);
	assert_int_equal(apply(env, name, 2000, NULL, &a), RC_OK);
	assert_string_equal(a.v[0].rv, first.v[0].rv); /* nothing changed: nothing is written */
	assert_int_equal(apply(env, name, 3000, NULL, &a), RC_OK);
	assert_string_not_equal(a.v[0].rv, first.v[0].rv);
	assert_int_equal(a.v[0].generation, 2);
	assert_int_equal(a.v[0].number, 3000);
}

static void apply_conflict(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "node-b");
	struct asked a;
	assert_int_equal(apply(env, name, 2000, NULL, &a), RC_OK);
	env->own_cpu(env->self, name, 500);
	assert_int_equal(apply(env, name, 2000, NULL, &a), RC_CONFLICT);
	assert_string_equal(a.cause, ".spec.resources.cpu");
	assert_int_equal(a.n, 0);
	assert_int_equal(apply(env, name, 2000, "cpu", &a), RC_OK);
	assert_int_equal(a.v[0].number, 500); /* the user's stays */
}

/* ---- status ---- */

static enum rc patch_status(struct contract_env *env, const char *name, const char *rv,
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
	return ask(env, &req, a);
}

static enum rc get_job(struct contract_env *env, const char *name, struct asked *a)
{
	struct api_request get = {.verb = API_GET, .kind = API_JOB, .ns = env->ns, .name = name};
	return ask(env, &get, a);
}

static void status_fence(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "status");
	struct asked was, before, a;
	env->make_job(env->self, env->ns, name, 1);
	assert_int_equal(get_job(env, name, &was), RC_OK);
	assert_int_equal(patch_status(env, name, was.v[0].rv, 7, &a), RC_OK);
	assert_int_equal(a.v[0].number, 7);
	assert_int_equal(a.v[0].generation, was.v[0].generation); /* status is no spec */
	assert_int_equal(patch_status(env, name, was.v[0].rv, 8, &a), RC_CONFLICT);
	assert_int_equal(get_job(env, name, &before), RC_OK);
	assert_int_equal(before.v[0].number, 7);
	env->scale_job(env->self, env->ns, name, 2);
	struct asked scaled;
	assert_int_equal(get_job(env, name, &scaled), RC_OK);
	assert_int_equal(scaled.v[0].generation, was.v[0].generation + 1);
	assert_int_equal(patch_status(env, name, before.v[0].rv, 9, &a), RC_CONFLICT);
	assert_int_equal(patch_status(env, "no-such-job", "", 1, &a), RC_NOTFOUND);
}

/* ---- lists and watches ---- */

static uint32_t ours(struct contract_env *env, const struct asked *a)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < a->n; i++)
		n += !strncmp(a->v[i].name, env->prefix, strlen(env->prefix));
	return n;
}

static void list_all(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	static const char *const names[] = {"list-a", "list-b", "list-c"};
	struct asked before, a;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(ask(env, &req, &before), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		env->make_job(env->self, env->ns, named(env, &b, names[i]), 1);
	assert_int_equal(ask(env, &req, &a), RC_OK);
	assert_int_equal(ours(env, &a), ours(env, &before) + 3);
	assert_string_equal(a.cont, "");
	assert_string_not_equal(a.rv, "");
	req.limit = 1;
	assert_int_equal(ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.cont, "more");
}

static void watch_order(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "watched");
	struct asked list, w, a;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(ask(env, &req, &list), RC_OK);
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = list.rv};
	submit(env, &watch, &w);
	env->make_job(env->self, env->ns, name, 1);
	wait_seen(&w, 1);
	assert_int_equal(w.v[0].ev, WATCH_ADDED);
	assert_int_equal(patch_status(env, name, w.v[0].rv, 1, &a), RC_OK);
	wait_seen(&w, 2);
	assert_int_equal(w.v[1].ev, WATCH_MODIFIED);
	assert_string_equal(w.v[1].rv, a.v[0].rv);
	struct api_request del = {.verb = API_DELETE,
				  .kind = API_JOB,
				  .ns = env->ns,
				  .name = name,
				  .uid = w.v[0].uid};
	assert_int_equal(ask(env, &del, &a), RC_OK);
	wait_seen(&w, 3);
	assert_int_equal(w.v[2].ev, WATCH_DELETED);
	assert_string_equal(w.v[2].uid, w.v[0].uid);
	assert_true(strtoull(w.v[2].rv, NULL, 10) > strtoull(w.v[1].rv, NULL, 10));
	env->api.cancel(env->api.self, w.id);
}

/* What happened between list and watch is not missed. */
static void watch_resume(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	struct asked list, w;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	assert_int_equal(ask(env, &req, &list), RC_OK);
	env->make_job(env->self, env->ns, named(env, &b, "late-a"), 1);
	env->make_job(env->self, env->ns, named(env, &b, "late-b"), 1);
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = list.rv};
	submit(env, &watch, &w);
	wait_seen(&w, 2);
	assert_string_equal(w.v[1].name, named(env, &b, "late-b"));
	env->api.cancel(env->api.self, w.id);
}

static void watch_too_old(struct contract_env *env)
{
	struct asked w;
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = "1"};
	assert_int_equal(ask(env, &watch, &w), RC_GONE);
	assert_int_equal(w.n, 0);
}

/* ---- pods and deletion ---- */

static enum rc create_pod(struct contract_env *env, const char *name, const char *node,
			  struct asked *a)
{
	struct pod_create body = {.ns = env->ns,
				  .name = name,
				  .job_name = "owner",
				  .job_uid = "11111111-2222-3333-4444-555555555555",
				  .node = node,
				  .index = 0,
				  .attempt = 1,
				  .parallelism = 1,
				  .template_hash = "0123456789abcdef",
				  .template_text = env->template_text};
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_POD,
				  .ns = env->ns,
				  .name = name,
				  .pod_create = &body};
	return ask(env, &req, a);
}

static void pod_create_once(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "pod");
	struct asked a;
	assert_int_equal(create_pod(env, name, "contract-node", &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_true(a.v[0].flag); /* it is a member */
	assert_int_equal(create_pod(env, name, "contract-node", &a), RC_EXISTS);
}

static void list_by_node(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100), node = BUF_INIT(100), sel = BUF_INIT(200);
	struct asked a;
	named(env, &node, "somewhere");
	assert_int_equal(create_pod(env, named(env, &b, "here"), buf_str(&node), &a), RC_OK);
	assert_int_equal(create_pod(env, named(env, &b, "there"), "contract-elsewhere", &a), RC_OK);
	buf_printf(&sel, "spec.nodeName=%s", buf_str(&node));
	struct api_request req = {.verb = API_LIST,
				  .kind = API_POD,
				  .label_selector = LABEL_JOB_UID,
				  .field_selector = buf_str(&sel),
				  .limit = 500};
	assert_int_equal(ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.v[0].name, named(env, &b, "here"));
}

static enum rc delete(struct contract_env *env, enum api_kind kind, const char *name,
		      const char *uid, struct asked *a) {
	struct api_request req =
		{.verb = API_DELETE, .kind = kind, .ns = env->ns, .name = name, .uid = uid};
	return ask(env, &req, a);
}

static void delete_precondition(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "deleted");
	struct asked job, a;
	env->make_job(env->self, env->ns, name, 1);
	assert_int_equal(get_job(env, name, &job), RC_OK);
	assert_int_equal(delete (env, API_JOB, name, "00000000-0000-0000-0000-000000000000", &a),
			 RC_CONFLICT);
	assert_int_equal(delete (env, API_JOB, name, job.v[0].uid, &a), RC_OK);
	assert_int_equal(delete (env, API_JOB, name, job.v[0].uid, &a), RC_NOTFOUND);
}

/* A pod that its kubelet has not ended stays, marked. */
static void delete_pod_marks(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = named(env, &b, "doomed");
	struct asked pod, a;
	assert_int_equal(create_pod(env, name, "contract-node", &pod), RC_OK);
	assert_int_equal(delete (env, API_POD, name, pod.v[0].uid, &a), RC_OK);
	struct api_request get = {.verb = API_GET, .kind = API_POD, .ns = env->ns, .name = name};
	assert_int_equal(ask(env, &get, &a), RC_OK);
	assert_true(a.v[0].deleted_ms > 0);
	assert_int_equal(delete (env, API_POD, name, pod.v[0].uid, &a), RC_OK);
}

static void cancel_is_silent(struct contract_env *env)
{
	struct asked a, b;
	struct api_request req = {.verb = API_LIST, .kind = API_JOB, .limit = 500};
	submit(env, &req, &a);
	env->api.cancel(env->api.self, a.id);
	assert_int_equal(ask(env, &req, &b), RC_OK);
	assert_false(a.done);
	assert_int_equal(a.n, 0);
}

static void token_review(struct contract_env *env)
{
	struct asked a;
	struct api_request req = {
		.verb = API_CREATE, .kind = API_TOKENREVIEW, .token = "not.a.token"};
	assert_int_equal(ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1); /* the answer is an object; that it says no is no error */
}

const struct contract_case contract_cases[] = {
	{"lease_fence", lease_fence},           {"get_missing", get_missing},
	{"apply_twice", apply_twice},           {"apply_conflict", apply_conflict},
	{"status_fence", status_fence},         {"list_all", list_all},
	{"watch_order", watch_order},           {"watch_resume", watch_resume},
	{"watch_too_old", watch_too_old},       {"pod_create_once", pod_create_once},
	{"list_by_node", list_by_node},         {"delete_precondition", delete_precondition},
	{"delete_pod_marks", delete_pod_marks}, {"cancel_is_silent", cancel_is_silent},
	{"token_review", token_review},
};
const size_t contract_ncases = ARRAY_LEN(contract_cases);
