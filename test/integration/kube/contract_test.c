/* SPDX-License-Identifier: Apache-2.0 */
/* struct api as a real API server keeps it: reading. */
#include "contract.h"

#include <string.h>

#include "base/mem.h"

struct rig rig;

static const char fixtures[] =
	"apiVersion: v1\nkind: Node\n"
	"metadata: { name: n1, labels: { zone: a } }\n"
	"spec: { taints: [ { key: k, value: v, effect: NoSchedule } ] }\n"
	"status: { allocatable: { cpu: 1500m, memory: 2Gi }, nodeInfo: { bootID: boot-1,\n"
	"  architecture: '', containerRuntimeVersion: '', kernelVersion: '', kubeProxyVersion: "
	"'',\n"
	"  kubeletVersion: '', machineID: '', operatingSystem: '', osImage: '', systemUUID: '' },\n"
	"  conditions: [ { type: Ready, status: 'True', reason: Up } ] }\n"
	"---\napiVersion: v1\nkind: Node\nmetadata: { name: n2 }\n"
	"---\napiVersion: v1\nkind: Node\nmetadata: { name: n3 }\n"
	"---\napiVersion: v1\nkind: Node\nmetadata: { name: n4 }\n"
	"---\napiVersion: v1\nkind: Node\nmetadata: { name: n5 }\n"
	"---\napiVersion: muster.dev/v1alpha1\nkind: ComputeJob\n"
	"metadata: { name: job, namespace: default }\n"
	"spec: { command: [ echo, hello ], parallelism: 3 }\n";

static int start(void **state)
{
	(void)state;
	/* Now and then it sends clients away, as servers that are updated do: nothing may notice.
	 */
	rig.dir = server_start("--goaway-chance=0.02");
	kubectl(rig.dir, "create -f -", fixtures, NULL);
	rig_open(&rig, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rig_close(&rig);
	server_stop(rig.dir);
	return 0;
}

static void list_comes_in_pages(void **state)
{
	static const char *const pages[] = {"n1, n2", "n3, n4", "n5"};
	AUTO(buf_done) struct buf cont = BUF_INIT(4096), rv = BUF_INIT(64);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		struct api_request req = {
			.verb = API_LIST, .kind = API_NODE, .limit = 2, .cont = buf_str(&cont)};
		rig_ask(&rig, &req, &a);
		assert_int_equal(a.rc, RC_OK);
		assert_int_equal(a.http, 200);
		assert_string_equal(buf_str(&a.names), pages[i]);
		/* All pages are of one moment. */
		assert_true(a.rv.len > 0 && (!rv.len || !strcmp(rv.data, a.rv.data)));
		buf_reset(&rv);
		buf_puts(&rv, buf_str(&a.rv));
		assert_int_equal(a.cont.len > 0, i < 2);
		buf_reset(&cont);
		buf_puts(&cont, buf_str(&a.cont));
	}
}

static void every_kind_is_listed(void **state)
{
	static const enum api_kind kinds[] = {API_JOB,   API_COMPUTE_NODE, API_NODE,     API_POD,
					      API_LEASE, API_SECRET,       API_CONFIGMAP};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		struct api_request req = {.verb = API_LIST, .kind = kinds[i], .rv = "0"};
		rig_ask(&rig, &req, &a);
		/* Right after a definition is new, its cache is not filled: 429, come back. */
		for (int tries = 0; a.rc == RC_THROTTLED && tries < 30; tries++) {
			assert_true(a.retry_after_ms > 0);
			answer_done(&a);
			a = ANSWER;
			rig_turn(&rig, 500);
			rig_ask(&rig, &req, &a);
		}
		assert_int_equal(a.rc, RC_OK);
		assert_true(a.rv.len > 0);
	}
}

static void look_at_node(const struct api_object *o)
{
	assert_int_equal(o->kind, API_NODE);
	assert_string_equal(o->node->boot_id, "boot-1");
	assert_int_equal(o->node->ready, COND_TRUE);
	assert_string_equal(o->node->ready_reason, "Up");
	assert_int_equal(o->node->ntaints, 1);
	assert_int_equal(o->node->taints[0].effect, EFFECT_NO_SCHEDULE);
	assert_int_equal(o->node->allocatable.n, 2);
	assert_true(o->meta->created_ms > 0 && *o->meta->uid && *o->meta->rv);
}

static void selectors_select(void **state)
{
	AUTO(answer_done) struct answer by_label = ANSWER, by_field = ANSWER;
	struct api_request req = {.verb = API_LIST, .kind = API_NODE, .label_selector = "zone=a"};
	(void)state;
	by_label.look = look_at_node;
	rig_ask(&rig, &req, &by_label);
	assert_string_equal(buf_str(&by_label.names), "n1");
	req.label_selector = NULL;
	req.field_selector = "metadata.name=n3";
	rig_ask(&rig, &req, &by_field);
	assert_string_equal(buf_str(&by_field.names), "n3");
}

static void get_gives_or_says_not_found(void **state)
{
	AUTO(answer_done) struct answer there = ANSWER, gone = ANSWER, unnamed = ANSWER;
	struct api_request req = {.verb = API_GET, .kind = API_NODE, .name = "n1"};
	(void)state;
	there.look = look_at_node;
	rig_ask(&rig, &req, &there);
	assert_int_equal(there.rc, RC_OK);
	assert_int_equal(there.objects, 1);
	assert_string_equal(buf_str(&there.rv), buf_str(&there.object_rv));
	req.name = "n0/../n1"; /* one segment, whatever it says */
	rig_ask(&rig, &req, &gone);
	assert_true(gone.rc == RC_NOTFOUND || gone.rc == RC_BADREQUEST);
	assert_int_equal(gone.objects, 0);
	req.name = "";
	rig_ask(&rig, &req, &unnamed);
	assert_int_equal(unnamed.rc, RC_BADREQUEST);
	assert_int_equal(unnamed.http, 0);
}

static void look_at_job(const struct api_object *o)
{
	assert_string_equal(o->meta->ns, "default");
	assert_int_equal(o->job->spec.parallelism, 3);
	assert_null(o->job->spec.invalid);
	assert_non_null(strstr(o->job->spec.template_text, "default/image:1"));
}

/* Until the watch has told `text` or ended. */
static void until_told(struct answer *a, const char *text)
{
	for (int i = 0; i < 600 && !a->done && !strstr(buf_str(&a->names), text); i++)
		rig_turn(&rig, 100);
	if (a->done)
		fail_msg("the watch ended: %s", buf_str(&a->message));
	assert_non_null(strstr(buf_str(&a->names), text));
}

static void list_version(enum api_kind kind, struct buf *rv)
{
	AUTO(answer_done) struct answer a = ANSWER;
	struct api_request req = {.verb = API_LIST, .kind = kind};
	rig_ask(&rig, &req, &a);
	rv->max = 64;
	buf_reset(rv);
	buf_puts(rv, buf_str(&a.rv));
}

static void watch_tells_what_happens(void **state)
{
	AUTO(answer_done) struct answer w = ANSWER, again = ANSWER;
	AUTO(buf_done) struct buf rv = BUF_INIT(64);
	(void)state;
	list_version(API_JOB, &rv);
	struct api_request req = {.verb = API_WATCH, .kind = API_JOB, .rv = buf_str(&rv)};
	w.look = look_at_job;
	rig_submit(&rig.api, &req, &w);
	kubectl(rig.dir, "create -f -",
		"apiVersion: muster.dev/v1alpha1\nkind: ComputeJob\n"
		"metadata: { name: watched, namespace: default }\n"
		"spec: { command: [ echo ], parallelism: 3 }\n",
		NULL);
	until_told(&w, "ADDED watched");
	kubectl(rig.dir, "label computejob watched a=b", NULL, NULL);
	until_told(&w, "MODIFIED watched");
	kubectl(rig.dir, "delete computejob watched", NULL, NULL);
	until_told(&w, "DELETED watched");
	rig.api.cancel(rig.api.self, w.id);
	/* From the same version on, it is told again. */
	rig_submit(&rig.api, &req, &again);
	until_told(&again, "DELETED watched");
	assert_string_equal(buf_str(&again.names), buf_str(&w.names));
	rig.api.cancel(rig.api.self, again.id);
	rig_turn(&rig, 0);
	assert_false(again.done);
}

static void watch_from_too_old_a_version_is_gone(void **state)
{
	AUTO(answer_done) struct answer w = ANSWER;
	(void)state;
	struct api_request req = {.verb = API_WATCH, .kind = API_JOB, .rv = "1"};
	rig_submit(&rig.api, &req, &w);
	assert_true(rig_until(&rig, &w.done));
	assert_int_equal(w.rc, RC_GONE);
	assert_int_equal(w.http, 410);
	assert_int_equal(w.objects, 0);
	assert_int_equal(rc_retry(w.rc), RETRY_RELIST);
}

static void many_requests_share_two_connections(void **state)
{
	enum { MANY = 500 };
	static struct answer many[MANY];
	(void)state;
	struct api_request req = {.verb = API_GET, .kind = API_JOB, .ns = "default", .name = "job"};
	for (size_t i = 0; i < MANY; i++)
		rig_submit(&rig.api, &req, &many[i]);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(rig_until(&rig, &many[i].done));
		assert_int_equal(many[i].rc, RC_OK);
		assert_string_equal(buf_str(&many[i].names), "ADDED job");
		answer_done(&many[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_comes_in_pages),
		cmocka_unit_test(every_kind_is_listed),
		cmocka_unit_test(selectors_select),
		cmocka_unit_test(get_gives_or_says_not_found),
		cmocka_unit_test(watch_tells_what_happens),
		cmocka_unit_test(watch_from_too_old_a_version_is_gone),
		cmocka_unit_test(many_requests_share_two_connections),
		cmocka_unit_test(create_is_told_exists),
		cmocka_unit_test(status_patch_is_fenced),
		cmocka_unit_test(compute_node_status_is_written),
		cmocka_unit_test(apply_says_who_owns_what),
		cmocka_unit_test(delete_needs_the_uid),
		cmocka_unit_test(bad_objects_are_refused_in_words),
		cmocka_unit_test(lease_is_fenced),
		cmocka_unit_test(secret_round_trips),
		cmocka_unit_test(event_is_created_once),
		cmocka_unit_test(tokens_are_reviewed),
		cmocka_unit_test(members_pods_are_accepted),
		cmocka_unit_test(unreadable_objects_stop_nobody),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
