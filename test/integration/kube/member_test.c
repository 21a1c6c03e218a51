/* SPDX-License-Identifier: Apache-2.0 */
/* What only a real API server can tell: whose token it is, whether it takes a member's pod, and
 * what it stores that we cannot read. */
#include <string.h>

#include "base/mem.h"
#include "contract.h"

static const char *expected_node;
static bool expected_good;

static void look_at_token(const struct api_object *o)
{
	assert_int_equal(o->kind, API_TOKENREVIEW);
	if (o->token->authenticated != expected_good)
		fail_msg("authenticated: %d %s", o->token->authenticated, o->token->error);
	assert_string_equal(o->token->node_name, expected_node);
	if (!expected_good)
		return;
	assert_true(o->token->expires_ms > 0);
	assert_string_equal(o->token->username, "system:serviceaccount:muster-system:muster-agent");
}

static void review(const char *token, bool good, const char *node)
{
	struct api_request req = {.verb = API_CREATE, .kind = API_TOKENREVIEW, .token = token};
	AUTO(answer_done) struct answer a = ANSWER;
	a.look = look_at_token;
	expected_good = good;
	expected_node = node;
	rig_ask(&rig, &req, &a);
	expect(&a, RC_OK);
	assert_int_equal(a.objects, 1);
}

static void agent_token(const char *audience, struct buf *ret)
{
	const char *const argv[] = {
		"test/integration/lib/apiserver", "agent-token", rig.dir, "n1", audience, NULL};
	ret->max = TEXT_MAX;
	assert_true(run_program(argv, NULL, ret));
}

void tokens_are_reviewed(void **state)
{
	AUTO(buf_done) struct buf good = {0}, other = {0};
	(void)state;
	agent_token("muster-coordinator", &good);
	agent_token("https://kubernetes.default.svc", &other);
	review(buf_str(&good), true, "n1");
	/* Good for the API server, not for us. */
	review(buf_str(&other), false, "");
	review("junk", false, "");
}

static const char rich_job[] =
	"apiVersion: muster.dev/v1alpha1\nkind: ComputeJob\n"
	"metadata: { name: rich, namespace: default }\n"
	"spec:\n"
	"  command: [ sh, -c, 'echo $MUSTER_MEMBER_INDEX' ]\n"
	"  env: [ { name: A, value: b } ]\n"
	"  resources: { requests: { cpu: 100m } }\n"
	"  tolerations: [ { key: k, operator: Exists } ]\n"
	"  template:\n"
	"    metadata: { labels: { app: x }, annotations: { note: \"nul \\0 inside\" } }\n"
	"    spec:\n"
	"      volumes: [ { name: v, emptyDir: {} } ]\n"
	"      initContainers: [ { name: i, image: init } ]\n"
	"      containers: [ { name: main, volumeMounts: [ { name: v, mountPath: /v } ] } ]\n";

static char template_text[64 * 1024], template_hash[TEMPLATE_HASH_BYTES];

static void keep_template(const struct api_object *o)
{
	const struct job_spec *s = &o->job->spec;
	assert_null(s->invalid);
	assert_true(s->credentials); /* a label of its own */
	assert_true(strlen(s->template_text) < sizeof template_text);
	memcpy(template_text, s->template_text, strlen(s->template_text) + 1);
	memcpy(template_hash, s->template_hash, strlen(s->template_hash) + 1);
}

void members_pods_are_accepted(void **state)
{
	struct api_request get = {
		.verb = API_GET, .kind = API_JOB, .ns = "default", .name = "rich"};
	(void)state;
	kubectl(rig.dir, "create -f -", rich_job, NULL);
	AUTO(answer_done) struct answer job = ANSWER;
	job.look = keep_template;
	rig_ask(&rig, &get, &job);
	expect(&job, RC_OK);
	struct pod_create pod = {.ns = "default",
				 .name = "rich-1-abcde",
				 .job_name = "rich",
				 .job_uid = buf_str(&job.uid),
				 .node = "n1",
				 .index = 1,
				 .attempt = 2,
				 .parallelism = 3,
				 .completions = 9,
				 .template_hash = template_hash,
				 .template_text = template_text};
	struct api_request create = {.verb = API_CREATE,
				     .kind = API_POD,
				     .ns = "default",
				     .name = pod.name,
				     .pod_create = &pod};
	AUTO(answer_done) struct answer made = ask(&create);
	expect(&made, RC_OK);
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	kubectl(rig.dir,
		"get pod rich-1-abcde -o jsonpath={.spec.nodeName}/{.spec.hostname}/"
		"{.spec.containers[0].image}/{.spec.containers[0].env[*].name}/"
		"{.metadata.ownerReferences[0].blockOwnerDeletion}/{.spec.restartPolicy}",
		NULL, &out);
	assert_string_equal(
		buf_str(&out),
		"n1/rich-1/default/image:1/MUSTER_MEMBER_INDEX MUSTER_PARALLELISM "
		"MUSTER_COMPLETIONS MUSTER_MEMBERS_PER_NODE MUSTER_JOB_NAME MUSTER_NODE_NAME "
		"JOB_COMPLETION_INDEX MUSTER_LEADER_ADDRESS A/true/Never");
	/* Strict: what no pod has is refused by name, not dropped. */
	static const char unknown[] =
		"{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"i\","
		"\"comand\":[\"x\"]}]}}";
	pod.template_text = unknown;
	create.name = pod.name = "rich-2-abcde";
	AUTO(answer_done) struct answer strict = ask(&create);
	expect(&strict, RC_BADREQUEST);
	assert_non_null(strstr(buf_str(&strict.message), "comand"));
}

/* Deeper than jansson reads (2,048), not deeper than the API server stores (10,000). */
static void deep_job(struct buf *out)
{
	enum { DEPTH = 3000 };
	buf_puts(out,
		 "{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"ComputeJob\","
		 "\"metadata\":{\"name\":\"unreadable\",\"namespace\":\"default\"},"
		 "\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"x\":");
	for (int i = 0; i < DEPTH; i++)
		buf_puts(out, "{\"a\":");
	buf_puts(out, "1");
	for (int i = 0; i < DEPTH; i++)
		buf_putc(out, '}');
	buf_puts(out, "}]}}}}");
}

static bool deep_told;

static void look_at_deep_job(const struct api_object *o)
{
	if (strcmp(o->meta->name, "unreadable") != 0)
		return;
	assert_non_null(o->job->spec.invalid);
	assert_non_null(strstr(o->job->spec.invalid, "too many levels"));
	deep_told = true;
}

/* What a user can store and our parser cannot read must not stand in the way of all others: it is
 * read in part, says what is wrong with it, and a log line says so; the watch goes on. */
void unreadable_objects_stop_nobody(void **state)
{
	struct api_request list = {.verb = API_LIST, .kind = API_JOB, .ns = "default"};
	struct api_request get = {
		.verb = API_GET, .kind = API_JOB, .ns = "default", .name = "unreadable"};
	(void)state;
	AUTO(answer_done) struct answer before = ask(&list), w = ANSWER;
	struct api_request watch = {.verb = API_WATCH, .kind = API_JOB, .rv = buf_str(&before.rv)};
	w.look = look_at_deep_job;
	rig_submit(&rig.api, &watch, &w);
	AUTO(buf_done) struct buf deep = BUF_INIT(64 * 1024);
	deep_job(&deep);
	kubectl(rig.dir, "create -f -", buf_str(&deep), NULL);
	assert_true(rig_until(&rig, &deep_told));
	AUTO(answer_done) struct answer one = ask(&get), all = ask(&list);
	expect(&one, RC_OK);
	expect(&all, RC_OK);
	assert_int_equal(all.objects, before.objects + 1);
	assert_non_null(strstr(buf_str(&all.names), "unreadable"));
	assert_non_null(strstr(buf_str(&rig.logged), "read in part"));
	assert_false(w.done);
	rig.api.cancel(rig.api.self, w.id);
	kubectl(rig.dir, "delete computejob unreadable", NULL, NULL);
}
