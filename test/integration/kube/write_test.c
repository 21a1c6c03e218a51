/* SPDX-License-Identifier: Apache-2.0 */
/* struct api as a real API server keeps it: writing. */
#include <string.h>

#include "base/mem.h"
#include "contract.h"
#include "model/selector.h"

struct answer ask(const struct api_request *req)
{
	struct answer a = ANSWER;
	rig_ask(&rig, req, &a);
	return a;
}

void expect(const struct answer *a, enum rc rc)
{
	if (a->rc != rc)
		fail_msg("expected %s, got %s: %d %s", rc_name(rc), rc_name(a->rc), a->http,
			 buf_str(&a->message));
}

static struct keyed_data one_value(const char *key, const char *val)
{
	static struct kv kv;
	kv = (struct kv){key, val};
	return (struct keyed_data){.data = {&kv, 1}};
}

static void look_at_data(const struct api_object *o)
{
	assert_int_equal(o->data->data.n, 1);
	assert_string_equal(o->data->data.v[0].key, "ca.crt");
	assert_string_equal(o->data->data.v[0].val, "pem \"x\" \xc3\xa9\n");
}

void create_is_told_exists(void **state)
{
	struct keyed_data data = one_value("ca.crt", "pem \"x\" \xc3\xa9\n");
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_CONFIGMAP,
				  .ns = "default",
				  .name = "made",
				  .data = &data};
	(void)state;
	AUTO(answer_done) struct answer made = ANSWER;
	made.look = look_at_data;
	rig_ask(&rig, &req, &made);
	expect(&made, RC_OK);
	assert_int_equal(made.http, 201);
	assert_string_equal(buf_str(&made.names), "ADDED made");
	assert_string_equal(buf_str(&made.rv), buf_str(&made.object_rv));
	AUTO(answer_done) struct answer again = ask(&req);
	expect(&again, RC_EXISTS);
	assert_string_equal(buf_str(&again.reason), "AlreadyExists");
	req.ns = "nowhere";
	AUTO(answer_done) struct answer nowhere = ask(&req);
	expect(&nowhere, RC_NOTFOUND);
}

static void look_at_status(const struct api_object *o)
{
	const struct job_status *s = &o->job->status;
	assert_int_equal(s->state, JOB_RUNNING);
	assert_int_equal(s->start_ms, 1700000000000);
	assert_int_equal(s->end_ms, 0);
	assert_int_equal(s->active_nodes.n, 2);
	assert_string_equal(s->active_nodes.v[1], "n2");
	assert_int_equal(s->nconds, 1);
	assert_int_equal(s->conds[0].status, COND_TRUE);
	assert_string_equal(s->message, "");
	assert_string_equal(s->completed, "0");
}

void status_patch_is_fenced(void **state)
{
	static const char *const nodes[] = {"n1", "n2"};
	static const struct cond cond = {.type = "Scheduled",
					 .status = COND_TRUE,
					 .reason = "Placed",
					 .message = "",
					 .since_ms = 1700000000000,
					 .observed_generation = 1};
	struct job_status st = {.state = JOB_PENDING, .message = "needs 4 nodes", .completed = ""};
	struct api_request get = {.verb = API_GET, .kind = API_JOB, .ns = "default", .name = "job"};
	(void)state;
	AUTO(answer_done) struct answer got = ask(&get);
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_JOB,
				  .ns = "default",
				  .name = "job",
				  .rv = buf_str(&got.object_rv),
				  .job_status = &st};
	AUTO(answer_done) struct answer first = ask(&req);
	expect(&first, RC_OK);
	AUTO(answer_done) struct answer stale = ask(&req);
	expect(&stale, RC_CONFLICT);
	assert_int_equal(rc_retry(stale.rc), RETRY_NOW);
	req.rv = buf_str(&first.rv);
	st = (struct job_status){.state = JOB_RUNNING,
				 .start_ms = 1700000000000,
				 .active_nodes = {nodes, 2},
				 .active = 2,
				 .completed = "0",
				 .conds = &cond,
				 .nconds = 1};
	AUTO(answer_done) struct answer second = ANSWER;
	second.look = look_at_status;
	rig_ask(&rig, &req, &second);
	expect(&second, RC_OK);
}

static void look_at_compute_node(const struct api_object *o)
{
	const struct compute_node *c = o->compute_node;
	assert_int_equal(c->status.state, COMPUTE_NODE_DRAINING);
	assert_int_equal(c->status.members, 2);
	assert_string_equal(c->status.agent_version, "0.1.0");
	assert_int_equal(c->status.allocated.n, 1);
	assert_int_equal(c->status.allocated.v[0].milli, 500);
	assert_true(c->owned_by_node);
	assert_string_equal(kvs_get(&o->meta->labels, "app.kubernetes.io/managed-by"), "muster");
}

static struct answer apply(const char *name, const char *node_uid, const struct strs *leave_out)
{
	static const struct res have[] = {{"cpu", 4000}, {"memory", (INT64_C(8) << 30) * 1000}};
	struct compute_node_apply want = {
		.name = name, .node_uid = node_uid, .resources = {have, 2}};
	if (leave_out)
		want.leave_out = *leave_out;
	struct api_request req = {.verb = API_APPLY,
				  .kind = API_COMPUTE_NODE,
				  .name = name,
				  .compute_node_apply = &want};
	return ask(&req);
}

void compute_node_status_is_written(void **state)
{
	static const struct res used[] = {{"cpu", 500}};
	(void)state;
	AUTO(answer_done) struct answer made = apply("n1", "0b0a", NULL);
	expect(&made, RC_OK);
	struct compute_node_status st = {.state = COMPUTE_NODE_DRAINING,
					 .since_ms = 1700000000000,
					 .members = 2,
					 .capacity = {used, 1},
					 .allocated = {used, 1},
					 .available = {used, 0},
					 .agent_version = "0.1.0",
					 .boot_id = "boot-1"};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_COMPUTE_NODE,
				  .name = "n1",
				  .rv = buf_str(&made.object_rv),
				  .compute_node_status = &st};
	AUTO(answer_done) struct answer done = ANSWER;
	done.look = look_at_compute_node;
	rig_ask(&rig, &req, &done);
	expect(&done, RC_OK);
	AUTO(answer_done) struct answer stale = ask(&req);
	expect(&stale, RC_CONFLICT);
}

void apply_says_who_owns_what(void **state)
{
	static const char *const cpu[] = {"cpu"};
	(void)state;
	kubectl(rig.dir, "apply --server-side --field-manager=admin -f -",
		"apiVersion: muster.dev/v1alpha1\nkind: ComputeNode\n"
		"metadata: { name: n2 }\nspec: { resources: { cpu: '1' } }\n",
		NULL);
	AUTO(answer_done) struct answer refused = apply("n2", NULL, NULL);
	expect(&refused, RC_CONFLICT);
	assert_string_equal(buf_str(&refused.causes), ".spec.resources.cpu");
	AUTO(answer_done) struct answer taken = apply("n2", NULL, &(struct strs){cpu, 1});
	expect(&taken, RC_OK);
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	kubectl(rig.dir, "get computenode n2 -o jsonpath={.spec.resources}{.metadata.labels}", NULL,
		&out);
	assert_string_equal(buf_str(&out), "{\"cpu\":\"1\",\"memory\":\"8Gi\"}");
}

void delete_needs_the_uid(void **state)
{
	struct keyed_data data = one_value("k", "v");
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_CONFIGMAP,
				  .ns = "default",
				  .name = "doomed",
				  .data = &data};
	(void)state;
	AUTO(answer_done) struct answer made = ask(&req);
	expect(&made, RC_OK);
	req.verb = API_DELETE;
	req.uid = "00000000-0000-0000-0000-000000000000";
	AUTO(answer_done) struct answer other = ask(&req);
	expect(&other, RC_CONFLICT);
	req.uid = buf_str(&made.uid);
	AUTO(answer_done) struct answer gone = ask(&req);
	expect(&gone, RC_OK);
	AUTO(answer_done) struct answer twice = ask(&req);
	expect(&twice, RC_NOTFOUND);
}

void bad_objects_are_refused_in_words(void **state)
{
	static const struct cond cond = {
		.type = "not a type!", .status = COND_TRUE, .reason = "R", .message = "m"};
	struct job_status st = {.state = JOB_RUNNING, .conds = &cond, .nconds = 1};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_JOB,
				  .ns = "default",
				  .name = "job",
				  .job_status = &st};
	(void)state;
	AUTO(answer_done) struct answer a = ask(&req);
	expect(&a, RC_INVALID);
	assert_string_equal(buf_str(&a.reason), "Invalid");
	assert_non_null(strstr(buf_str(&a.message), "status.conditions[0].type"));
	assert_non_null(strstr(buf_str(&a.causes), "status.conditions[0].type"));
}

void lease_is_fenced(void **state)
{
	struct lease l = {.holder = "me-1",
			  .address = "10.0.0.1:7117",
			  .duration_s = 15,
			  .acquire_ms = 1700000000123,
			  .renew_ms = 1700000000456};
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_LEASE,
				  .ns = "default",
				  .name = "lead",
				  .lease = &l};
	AUTO(answer_done) struct answer made = ANSWER, taken = ANSWER, stale = ANSWER;
	(void)state;
	rig_submit(&rig.lease, &req, &made);
	assert_true(rig_until(&rig, &made.done));
	expect(&made, RC_OK);
	req.verb = API_PATCH;
	req.rv = buf_str(&made.rv);
	l.renew_ms += 2000;
	rig_submit(&rig.lease, &req, &taken);
	assert_true(rig_until(&rig, &taken.done));
	expect(&taken, RC_OK);
	assert_string_not_equal(buf_str(&taken.rv), buf_str(&made.rv));
	rig_submit(&rig.lease, &req, &stale);
	assert_true(rig_until(&rig, &stale.done));
	expect(&stale, RC_CONFLICT);
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	kubectl(rig.dir,
		"get lease lead -o jsonpath={.spec.renewTime}/{.spec.holderIdentity}/"
		"{.metadata.annotations.muster\\.dev/address}",
		NULL, &out);
	assert_string_equal(buf_str(&out), "2023-11-14T22:13:22.456000Z/me-1/10.0.0.1:7117");
}

void secret_round_trips(void **state)
{
	static const struct kv pair[] = {{"tls.crt", "pem \"x\" \xc3\xa9\n"}, {"tls.key", "a"}};
	struct keyed_data data = {.data = {pair, 2}};
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_SECRET,
				  .ns = "default",
				  .name = "tls",
				  .data = &data};
	(void)state;
	AUTO(answer_done) struct answer made = ask(&req);
	expect(&made, RC_OK);
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	kubectl(rig.dir, "get secret tls -o jsonpath={.data.tls\\.crt}/{.data.tls\\.key}/{.type}",
		NULL, &out);
	assert_string_equal(buf_str(&out), "cGVtICJ4IiDDqQo=/YQ==/Opaque");
	req.verb = API_PATCH;
	req.rv = buf_str(&made.rv);
	AUTO(answer_done) struct answer same = ask(&req);
	expect(&same, RC_OK);
}

void event_is_created_once(void **state)
{
	struct event_note note = {.ns = "default",
				  .kind = "ComputeJob",
				  .name = "job",
				  .uid = "0b0a",
				  .reason = "Unschedulable",
				  .action = "Place",
				  .note = "needs 4 nodes",
				  .warning = true,
				  .when_ms = 1700000000123};
	struct api_request req = {.verb = API_CREATE,
				  .kind = API_EVENT,
				  .ns = "default",
				  .name = "ignored",
				  .event = &note};
	(void)state;
	AUTO(answer_done) struct answer made = ask(&req);
	expect(&made, RC_OK);
	AUTO(answer_done) struct answer again = ask(&req);
	expect(&again, RC_EXISTS);
	/* Longer than the API allows: cut at a character, and told. */
	AUTO(buf_done) struct buf text = BUF_INIT(4096), out = BUF_INIT(4096);
	while (text.len < 2000)
		buf_puts(&text, "\xc3\xa9");
	note.note = buf_str(&text);
	AUTO(answer_done) struct answer cut = ask(&req);
	expect(&cut, RC_OK);
	note.note = "bytes \xff\xfe of somebody";
	AUTO(answer_done) struct answer bytes = ask(&req);
	expect(&bytes, RC_OK);
	kubectl(rig.dir, "get events.events.k8s.io -o jsonpath={.items[*].type}", NULL, &out);
	assert_string_equal(buf_str(&out), "Warning Warning Warning");
}
