/* SPDX-License-Identifier: Apache-2.0 */
/* What is written: leases, ComputeNodes, statuses, pods, and their deletion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/contract/ask.h"
#include "test/sim/contract/case.h"

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
	return contract_ask(env, &req, a);
}

void contract_lease_fence(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "lease");
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
	assert_int_equal(contract_ask(env, &get, &a), RC_OK);
	assert_int_equal(a.v[0].number, 2);
	assert_string_equal(a.v[0].uid, first.v[0].uid);
}

void contract_get_missing(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	struct asked a;
	struct api_request get = {.verb = API_GET,
				  .kind = API_JOB,
				  .ns = env->ns,
				  .name = contract_name(env, &b, "missing")};
	assert_int_equal(contract_ask(env, &get, &a), RC_NOTFOUND);
	assert_int_equal(a.n, 0);
}

/* ---- server-side apply of ComputeNodes ---- */

static enum rc apply(struct contract_env *env, const char *name, int64_t cpu, const char *leave_out,
		     struct asked *a)
{
	struct res r[] = {{"cpu", cpu}, {"memory", 1000 * 1024LL}};
	struct compute_node_apply body = {
		.name = name, .resources = {r, 2}, .leave_out = {&leave_out, leave_out ? 1 : 0}};
	struct api_request req = {.verb = API_APPLY,
				  .kind = API_COMPUTE_NODE,
				  .name = name,
				  .compute_node_apply = &body};
	return contract_ask(env, &req, a);
}

/* A label that another manager has set: the field in the refusal; without the label the rest is
 * taken. */
void contract_apply_label_conflict(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "node-c");
	static const struct res room[] = {{"cpu", 1000}}, more[] = {{"cpu", 2000}};
	struct compute_node_apply body = {.name = name, .node_uid = "0b0a", .resources = {room, 1}};
	struct api_request req = {.verb = API_APPLY,
				  .kind = API_COMPUTE_NODE,
				  .name = name,
				  .compute_node_apply = &body};
	struct asked a;
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	env->label(env->self, name, LABEL_MANAGED_BY, "fleet");
	body.resources = (struct reslist){more, 1};
	assert_int_equal(contract_ask(env, &req, &a), RC_CONFLICT);
	assert_string_equal(a.cause, ".metadata.labels." LABEL_MANAGED_BY);
	body.leave_label = true;
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	assert_int_equal(a.v[0].number, 2000);
}

void contract_apply_twice(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "node-a");
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

void contract_apply_conflict(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "node-b");
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

void contract_status_fence(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "status");
	struct asked was, before, a;
	env->make_job(env->self, env->ns, name, 1);
	assert_int_equal(contract_get_job(env, name, &was), RC_OK);
	assert_int_equal(contract_patch_status(env, name, was.v[0].rv, 7, &a), RC_OK);
	assert_int_equal(a.v[0].number, 7);
	assert_int_equal(a.v[0].generation, was.v[0].generation); /* status is no spec */
	assert_int_equal(contract_patch_status(env, name, was.v[0].rv, 8, &a), RC_CONFLICT);
	assert_int_equal(contract_get_job(env, name, &before), RC_OK);
	assert_int_equal(before.v[0].number, 7);
	env->scale_job(env->self, env->ns, name, 2);
	struct asked scaled;
	assert_int_equal(contract_get_job(env, name, &scaled), RC_OK);
	assert_int_equal(scaled.v[0].generation, was.v[0].generation + 1);
	assert_int_equal(contract_patch_status(env, name, before.v[0].rv, 9, &a), RC_CONFLICT);
	assert_int_equal(contract_patch_status(env, "no-such-job", "", 1, &a), RC_NOTFOUND);
}

static enum rc patch_state(struct contract_env *env, const char *name, const char *rv,
			   enum job_state state, struct asked *a)
{
	struct job_status status = {.state = state,
				    .completed = "",
				    .selector = "",
				    .reason = "",
				    .message = "",
				    .observed_generation = 1};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_JOB,
				  .ns = env->ns,
				  .name = name,
				  .rv = rv,
				  .job_status = &status};
	return contract_ask(env, &req, a);
}

/* The CRD's transition rule: Completed and Failed are for ever, whoever writes. */
void contract_final_is_final(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "final");
	struct asked job, done, a;
	env->make_job(env->self, env->ns, name, 1);
	assert_int_equal(contract_get_job(env, name, &job), RC_OK);
	assert_int_equal(patch_state(env, name, job.v[0].rv, JOB_COMPLETED, &done), RC_OK);
	assert_int_equal(patch_state(env, name, done.v[0].rv, JOB_RUNNING, &a), RC_INVALID);
	assert_int_equal(patch_state(env, name, done.v[0].rv, JOB_FAILED, &a), RC_INVALID);
	assert_int_equal(patch_state(env, name, done.v[0].rv, JOB_COMPLETED, &a), RC_OK);
}

/* What its only manager does not apply any more goes. */
void contract_apply_drops(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "node-c");
	struct asked a;
	assert_int_equal(apply(env, name, 2000, NULL, &a), RC_OK);
	assert_int_equal(a.v[0].number, 2000);
	assert_int_equal(apply(env, name, 2000, "cpu", &a), RC_OK);
	assert_int_equal(a.v[0].number, 0);
}

/* ---- pods and deletion ---- */

static enum rc make_pod(struct contract_env *env, const char *name, const char *node, bool dry_run,
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
				  .dry_run = dry_run,
				  .pod_create = &body};
	return contract_ask(env, &req, a);
}

static enum rc create_pod(struct contract_env *env, const char *name, const char *node,
			  struct asked *a)
{
	return make_pod(env, name, node, false, a);
}

/* It answers with the pod as it would be, and stores nothing. */
void contract_pod_dry_run(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "dry");
	struct asked a;
	assert_int_equal(make_pod(env, name, "contract-node", true, &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_true(a.v[0].flag); /* it is a member */
	struct api_request get = {.verb = API_GET, .kind = API_POD, .ns = env->ns, .name = name};
	assert_int_equal(contract_ask(env, &get, &a), RC_NOTFOUND);
	assert_int_equal(create_pod(env, name, "contract-node", &a), RC_OK);
}

void contract_pod_create_once(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "pod");
	struct asked a;
	assert_int_equal(create_pod(env, name, "contract-node", &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_true(a.v[0].flag); /* it is a member */
	assert_int_equal(create_pod(env, name, "contract-node", &a), RC_EXISTS);
}

void contract_list_by_node(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100), node = BUF_INIT(100), sel = BUF_INIT(200);
	struct asked a;
	contract_name(env, &node, "somewhere");
	assert_int_equal(create_pod(env, contract_name(env, &b, "here"), buf_str(&node), &a),
			 RC_OK);
	assert_int_equal(create_pod(env, contract_name(env, &b, "there"), "contract-elsewhere", &a),
			 RC_OK);
	buf_printf(&sel, "spec.nodeName=%s", buf_str(&node));
	struct api_request req = {.verb = API_LIST,
				  .kind = API_POD,
				  .label_selector = LABEL_JOB_UID,
				  .field_selector = buf_str(&sel),
				  .limit = 500};
	assert_int_equal(contract_ask(env, &req, &a), RC_OK);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.v[0].name, contract_name(env, &b, "here"));
}

static enum rc delete(struct contract_env *env, enum api_kind kind, const char *name,
		      const char *uid, struct asked *a) {
	struct api_request req =
		{.verb = API_DELETE, .kind = kind, .ns = env->ns, .name = name, .uid = uid};
	return contract_ask(env, &req, a);
}

void contract_delete_precondition(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "deleted");
	struct asked job, a;
	env->make_job(env->self, env->ns, name, 1);
	assert_int_equal(contract_get_job(env, name, &job), RC_OK);
	assert_int_equal(delete (env, API_JOB, name, "00000000-0000-0000-0000-000000000000", &a),
			 RC_CONFLICT);
	assert_int_equal(delete (env, API_JOB, name, job.v[0].uid, &a), RC_OK);
	assert_int_equal(delete (env, API_JOB, name, job.v[0].uid, &a), RC_NOTFOUND);
}

/* A pod that its kubelet has not ended stays, marked. */
void contract_delete_pod_marks(struct contract_env *env)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	const char *name = contract_name(env, &b, "doomed");
	struct asked pod, a;
	assert_int_equal(create_pod(env, name, "contract-node", &pod), RC_OK);
	assert_int_equal(delete (env, API_POD, name, pod.v[0].uid, &a), RC_OK);
	struct api_request get = {.verb = API_GET, .kind = API_POD, .ns = env->ns, .name = name};
	assert_int_equal(contract_ask(env, &get, &a), RC_OK);
	assert_true(a.v[0].deleted_ms > 0);
	assert_int_equal(delete (env, API_POD, name, pod.v[0].uid, &a), RC_OK);
}

/* A namespace that is not there, or is there no more. */
void contract_pod_needs_namespace(struct contract_env *env)
{
	struct contract_env elsewhere = *env;
	struct asked a;
	elsewhere.ns = "contract-no-such-namespace";
	assert_int_equal(create_pod(&elsewhere, "pod", "contract-node", &a), RC_NOTFOUND);
}
