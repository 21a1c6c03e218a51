/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of requests, word by word; and what is no text in them. */
#include "kube/encode.h"

#include <string.h>

#include "kube/js.h"
#include "model/member.h"
#include "test/lib/check.h"

static void expect(const struct api_request *req, const char *type, const char *body)
{
	AUTO(buf_done) struct buf out = BUF_INIT(1 << 20);
	struct err e = {""};
	const char *have;
	assert_int_equal(encode_body(req, &out, &have, &e), RC_OK);
	assert_string_equal(have, type);
	assert_string_equal(buf_str(&out), body);
}

static const char merge[] = "application/merge-patch+json";

static void job_status(void **state)
{
	static const char *const nodes[] = {"n1", "n2"};
	static const struct cond cond = {.type = "Scheduled",
					 .status = COND_TRUE,
					 .reason = "Placed",
					 .message = "m",
					 .since_ms = 1700000000000,
					 .observed_generation = 4};
	static const struct superseded old = {.index = 1, .attempt = 1, .by = 3, .node = "n3"};
	static const struct failure failure = {.index = 2,
					       .attempt = 2,
					       .exit_code = -1,
					       .finished_ms = 1700000000000,
					       .node = "n2",
					       .reason = "Error",
					       .message = "no | \"age\""};
	static const struct dependency dependency = {"a", DEPENDS_FINISHED};
	struct job_status st = {.state = JOB_RUNNING,
				.satisfied = &dependency,
				.nsatisfied = 1,
				.failures = &failure,
				.nfailures = 1,
				.superseded = &old,
				.nsuperseded = 1,
				.start_ms = 1700000000999,
				.active_nodes = {nodes, 2},
				.active = 2,
				.ready = 1,
				.attempts = 3,
				.completed = "0,2",
				.failed_indexes = "1",
				.message = "two run",
				.observed_generation = 4,
				.conds = &cond,
				.nconds = 1};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_JOB,
				  .ns = "n",
				  .name = "j",
				  .rv = "17",
				  .job_status = &st};
	(void)state;
	expect(&req, merge,
	       "{\"metadata\":{\"resourceVersion\":\"17\"},\"status\":{\"active\":2,"
	       "\"activeNodes\":["
	       "\"n1\",\"n2\"],\"attempts\":3,\"completedIndexes\":\"0,2\",\"conditions\":[{"
	       "\"lastTransitionTime\":\"2023-11-14T22:13:20Z\",\"message\":\"m\","
	       "\"observedGeneration\":"
	       "4,\"reason\":\"Placed\",\"status\":\"True\",\"type\":\"Scheduled\"}],\"endTime\":"
	       "null,"
	       "\"failed\":0,\"failedIndexes\":\"1\",\"failures\":[{\"attempt\":2,\"exitCode\":-1,"
	       "\"finishedAt\":\"2023-11-"
	       "14T22:13:20Z\",\"index\":2,\"message\":"
	       "\"no | "
	       "\\\"age\\\"\",\"node\":\"n2\",\"reason\":\"Error\"}],\"message\":\"two "
	       "run\",\"observedGeneration\":4,\"ready\":1,\"reason\":"
	       "null,\"satisfiedDependencies\":[{\"condition\":\"Finished\",\"name\":\"a\"}],"
	       "\"selector\":null,\"startTime\":\"2023-11-14T22:13:20Z\",\"state\":"
	       "\"Running\","
	       "\"succeeded\":0,\"superseded\":[{\"attempt\":1,\"index\":1,\"node\":\"n3\","
	       "\"replacedBy\":3}]}}");
	st.nsuperseded = st.nfailures = st.nsatisfied = 0;
	AUTO(buf_done) struct buf body = BUF_INIT(4096);
	struct err e = {""};
	const char *type;
	assert_int_equal(encode_body(&req, &body, &type, &e), RC_OK);
	assert_non_null(strstr(buf_str(&body), "\"superseded\":null"));
	assert_non_null(strstr(buf_str(&body), "\"failures\":null"));
	assert_non_null(strstr(buf_str(&body), "\"satisfiedDependencies\":null"));
}

static void compute_node_status(void **state)
{
	static const struct res cpu[] = {{"cpu", 1500}, {"memory", (int64_t)1000 << 30}};
	struct compute_node_status st = {.state = COMPUTE_NODE_RUNNING,
					 .members = 1,
					 .capacity = {cpu, 2},
					 .agent_version = "0.1.0"};
	struct api_request req = {.verb = API_PATCH_STATUS,
				  .kind = API_COMPUTE_NODE,
				  .name = "n",
				  .rv = "5",
				  .compute_node_status = &st};
	(void)state;
	expect(&req, merge,
	       "{\"metadata\":{\"resourceVersion\":\"5\"},\"status\":{\"agentVersion\":\"0.1.0\","
	       "\"allocated\":{},\"available\":{},\"bootID\":null,\"capacity\":{\"cpu\":\"1500m\","
	       "\"memory\":\"1Gi\"},\"conditions\":[],\"lastTransitionTime\":null,\"members\":1,"
	       "\"message\":null,\"observedGeneration\":0,\"reason\":null,\"state\":\"Running\"}}");
}

static void apply(void **state)
{
	static const struct res room[] = {{"cpu", 4000}, {"memory", (int64_t)8000 << 30}};
	static const char *const not_cpu[] = {"cpu"};
	struct compute_node_apply a = {.name = "n", .node_uid = "u", .resources = {room, 2}};
	struct api_request req = {
		.verb = API_APPLY, .kind = API_COMPUTE_NODE, .name = "n", .compute_node_apply = &a};
	(void)state;
	expect(&req, "application/apply-patch+yaml",
	       "{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"ComputeNode\",\"metadata\":{"
	       "\"labels\":{\"app.kubernetes.io/managed-by\":\"muster\"},\"name\":\"n\","
	       "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"n\","
	       "\"uid\":"
	       "\"u\"}]},\"spec\":{\"resources\":{\"cpu\":\"4\",\"memory\":\"8Gi\"}}}");
	a.leave_out = (struct strs){not_cpu, 1};
	a.leave_label = true;
	expect(&req, "application/apply-patch+yaml",
	       "{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"ComputeNode\",\"metadata\":{"
	       "\"name\":\"n\","
	       "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"n\","
	       "\"uid\":"
	       "\"u\"}]},\"spec\":{\"resources\":{\"memory\":\"8Gi\"}}}");
	a.node_uid = NULL;
	a.leave_label = false;
	expect(&req, "application/apply-patch+yaml",
	       "{\"apiVersion\":\"muster.dev/v1alpha1\",\"kind\":\"ComputeNode\",\"metadata\":{"
	       "\"name\":\"n\"},\"spec\":{\"resources\":{\"memory\":\"8Gi\"}}}");
}

static void label_of_a_pod(void **state)
{
	struct api_request req = {
		.verb = API_PATCH, .kind = API_POD, .ns = "n", .name = "p", .uid = "u1"};
	(void)state;
	expect(&req, "application/merge-patch+json",
	       "{\"metadata\":{\"labels\":{\"muster.dev/current\":null},\"uid\":\"u1\"}}");
	req.current = true;
	expect(&req, "application/merge-patch+json",
	       "{\"metadata\":{\"labels\":{\"muster.dev/current\":\"true\"},\"uid\":\"u1\"}}");
}

static void delete(void **state)
{
	struct api_request req = {
		.verb = API_DELETE, .kind = API_POD, .ns = "n", .name = "p", .uid = "u1"};
	(void)state;
	expect(&req, "application/json",
	       "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":"
	       "\"u1\"},"
	       "\"propagationPolicy\":\"Background\"}");
}

static void lease_and_review(void **state)
{
	struct lease l = {.holder = "me",
			  .address = "a:1",
			  .duration_s = 15,
			  .renew_ms = 1700000000123,
			  .transitions = 2};
	struct api_request req = {.verb = API_PATCH,
				  .kind = API_LEASE,
				  .ns = "n",
				  .name = "l",
				  .rv = "3",
				  .lease = &l};
	struct api_request review = {.verb = API_CREATE, .kind = API_TOKENREVIEW, .token = "T"};
	(void)state;
	expect(&req, merge,
	       "{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{"
	       "\"annotations\":{\"muster.dev/"
	       "address\":\"a:1\"},\"name\":\"l\",\"resourceVersion\":\"3\"},"
	       "\"spec\":{\"acquireTime\":null,\"holderIdentity\":\"me\",\"leaseDurationSeconds\":"
	       "15,"
	       "\"leaseTransitions\":2,\"renewTime\":\"2023-11-14T22:13:20.123000Z\"}}");
	expect(&review, "application/json",
	       "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenReview\",\"spec\":{"
	       "\"audiences\":[\"muster-coordinator\"],\"token\":\"T\"}}");
	AUTO(buf_done) struct buf out = BUF_INIT(1000);
	struct err e;
	const char *type;
	review.token = "\xff";
	assert_int_equal(encode_body(&review, &out, &type, &e), RC_BADREQUEST);
}

static void secrets_are_base64(void **state)
{
	static const struct kv data[] = {{"a", "x"}, {"b", "xy"}, {"c", "xyz"}, {"d", ""}};
	struct keyed_data d = {.data = {data, 4}};
	struct api_request req = {
		.verb = API_CREATE, .kind = API_SECRET, .ns = "n", .name = "s", .data = &d};
	(void)state;
	expect(&req, "application/json",
	       "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"eA==\",\"b\":\"eHk=\",\"c\":\"eHl6\","
	       "\"d\":\"\"},"
	       "\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},\"type\":\"Opaque\"}");
	req.kind = API_CONFIGMAP;
	req.verb = API_PATCH;
	req.rv = "9";
	expect(&req, merge,
	       "{\"data\":{\"a\":\"x\",\"b\":\"xy\",\"c\":\"xyz\",\"d\":\"\"},\"metadata\":{"
	       "\"resourceVersion\":\"9\"}}");
}

/* A key that is to go. */
static void a_key_without_a_value_is_taken_away(void **state)
{
	static const struct kv data[] = {{"a", "x"}, {"b", NULL}};
	struct keyed_data d = {.data = {data, 2}};
	struct api_request req = {.verb = API_PATCH,
				  .kind = API_SECRET,
				  .ns = "n",
				  .name = "s",
				  .rv = "9",
				  .data = &d};
	(void)state;
	expect(&req, merge,
	       "{\"data\":{\"a\":\"eA==\",\"b\":null},\"metadata\":{\"resourceVersion\":\"9\"}}");
}

static void the_first_consumer_of_a_claim(void **state)
{
	const struct claim_choice c = {.node = "n1", .ns = "ns", .claim = "data", .uid = "u"};
	struct api_request req = {.verb = API_PATCH,
				  .kind = API_CLAIM,
				  .ns = "ns",
				  .name = "data",
				  .rv = "3",
				  .choice = &c};
	(void)state;
	expect(&req, merge,
	       "{\"metadata\":{\"annotations\":{\"volume.kubernetes.io/selected-node\":\"n1\"},"
	       "\"resourceVersion\":\"3\"}}");
	req.kind = API_VOLUME;
	req.name = "v";
	expect(&req, merge,
	       "{\"metadata\":{\"annotations\":{\"pv.kubernetes.io/bound-by-controller\":\"yes\"},"
	       "\"resourceVersion\":\"3\"},\"spec\":{\"claimRef\":{\"apiVersion\":"
	       "\"v1\","
	       "\"kind\":\"PersistentVolumeClaim\",\"name\":\"data\",\"namespace\":\"ns\",\"uid\":"
	       "\"u\"}}}");
}

/* Its pods have names before they are ready, and only the current one of an index has one. */
static void the_service_of_a_job(void **state)
{
	struct job_service s = {.job_name = "j", .job_uid = "u1"};
	struct api_request req = {
		.verb = API_CREATE, .kind = API_SERVICE, .ns = "n", .name = "j", .service = &s};
	AUTO(buf_done) struct buf out = BUF_INIT(4096);
	struct err e;
	const char *type;
	(void)state;
	assert_int_equal(encode_body(&req, &out, &type, &e), RC_OK);
	assert_string_equal(
		buf_str(&out),
		"{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"labels\":{"
		"\"app.kubernetes.io/managed-by\":\"muster\",\"muster.dev/job-name\":\"j\","
		"\"muster.dev/job-uid\":\"u1\"},\"name\":\"j\",\"ownerReferences\":[{"
		"\"apiVersion\":\"muster.dev/v1alpha1\",\"blockOwnerDeletion\":true,"
		"\"controller\":true,\"kind\":\"ComputeJob\",\"name\":\"j\",\"uid\":\"u1\"}]},"
		"\"spec\":{\"clusterIP\":\"None\",\"publishNotReadyAddresses\":true,"
		"\"selector\":{\"muster.dev/current\":\"true\",\"muster.dev/job-uid\":\"u1\"}}}");
}

static void an_event_has_one_name(void **state)
{
	struct event_note n = {.ns = "n",
			       .kind = KIND_JOB_NAME,
			       .name = "j",
			       .uid = "u",
			       .reason = "R",
			       .action = "A",
			       .note = "words",
			       .when_ms = 1700000000000};
	struct api_request req = {.verb = API_CREATE, .kind = API_EVENT, .ns = "n", .event = &n};
	AUTO(buf_done) struct buf a = BUF_INIT(4096), b = BUF_INIT(4096);
	struct err e;
	const char *type;
	(void)state;
	assert_int_equal(encode_body(&req, &a, &type, &e), RC_OK);
	assert_int_equal(encode_body(&req, &b, &type, &e), RC_OK);
	assert_string_equal(buf_str(&a), buf_str(&b));
	n.note = "other words";
	buf_reset(&b);
	assert_int_equal(encode_body(&req, &b, &type, &e), RC_OK);
	assert_string_not_equal(buf_str(&a), buf_str(&b));
	/* All may be missing, and nothing of it may be text. */
	struct event_note none = {.ns = "n"}, bad = {.ns = "n", .reason = "\xc3", .note = "\x80"};
	req.event = &none;
	assert_int_equal(encode_body(&req, &b, &type, &e), RC_OK);
	req.event = &bad;
	assert_int_equal(encode_body(&req, &b, &type, &e), RC_OK);
}

static const struct {
	const char *name, *in;
	size_t max;
	const char *out;
} strings[] = {
	{"plain", "abc", 0, "abc"},
	{"nothing", NULL, 0, ""},
	{"two, three and four bytes", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 0,
	 "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
	{"a byte alone", "a\xffz", 0, "a\xef\xbf\xbdz"},
	{"cut off inside of a character", "a\xe2\x82", 0, "a\xef\xbf\xbd\xef\xbf\xbd"},
	{"longer than need be", "\xc0\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd"},
	{"half a surrogate", "\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	{"beyond Unicode", "\xf4\x90\x80\x80", 0,
	 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	{"cut between characters", "ab\xc3\xa9", 3, "ab"},
	{"just fits", "ab\xc3\xa9", 4, "ab\xc3\xa9"},
};

static void any_bytes_become_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		AUTO(js_freep) json_t *s = js_string(strings[i].in, strings[i].max);
		CASE_STR(strings[i].name, json_string_value(s), strings[i].out);
	}
}

/* What others put into reasons must not make the whole status be refused. */
static void reasons_are_words(void **state)
{
	static const char *const cases[][2] = {{"OOMKilled", "OOMKilled"}, {"", "Unknown"},
					       {"9lives", "lives"},        {"a-b c", "abc"},
					       {"\xff!", "Unknown"},       {"A_1", "A_1"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cond cond = {.type = "T", .reason = cases[i][0]};
		struct job_status st = {.conds = &cond, .nconds = 1};
		struct api_request req = {
			.verb = API_PATCH_STATUS, .kind = API_JOB, .job_status = &st};
		AUTO(buf_done) struct buf out = BUF_INIT(4096), want = BUF_INIT(300);
		struct err e;
		const char *type;
		CASE(cases[i][0], encode_body(&req, &out, &type, &e) == RC_OK);
		buf_printf(&want, "\"reason\":\"%s\",\"status\"", cases[i][1]);
		CASE(cases[i][0], strstr(buf_str(&out), buf_str(&want)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(job_status),
		cmocka_unit_test(compute_node_status),
		cmocka_unit_test(apply),
		cmocka_unit_test(label_of_a_pod),
		cmocka_unit_test(delete),
		cmocka_unit_test(lease_and_review),
		cmocka_unit_test(secrets_are_base64),
		cmocka_unit_test(a_key_without_a_value_is_taken_away),
		cmocka_unit_test(the_first_consumer_of_a_claim),
		cmocka_unit_test(the_service_of_a_job),
		cmocka_unit_test(an_event_has_one_name),
		cmocka_unit_test(any_bytes_become_text),
		cmocka_unit_test(reasons_are_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
