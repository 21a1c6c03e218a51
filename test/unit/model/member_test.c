/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod tells about an attempt. */
#include "model/member.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "test/lib/check.h"

static struct kv member_labels[] = {
	{LABEL_INDEX, "3"},
	{LABEL_ATTEMPT, "2"},
	{LABEL_TEMPLATE, "0123456789abcdef"},
};

static struct pod pod_of_job(void)
{
	return (struct pod){
		.meta = {.ns = "default",
			 .name = "job-3-abcde",
			 .uid = "pod-uid",
			 .owner_kind = "ComputeJob",
			 .owner_name = "job",
			 .owner_uid = "job-uid",
			 .labels = {member_labels, ARRAY_LEN(member_labels)}},
		.node = "n1",
	};
}

static void test_names(void **state)
{
	char a[POD_NAME_BYTES], b[POD_NAME_BYTES];
	char longest[JOB_NAME_MAX + 1];
	(void)state;
	member_pod_name("job", "uid-1", 0, 1, a);
	member_pod_name("job", "uid-1", 0, 2, b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), strlen("job-0-abcde"));
	assert_memory_equal(a, "job-0-", 6);
	static const uint32_t indexes[] = {1, 9, 10, 4095, UINT32_MAX};
	for (size_t i = 0; i < ARRAY_LEN(indexes); i++) {
		AUTO(buf_done) struct buf head = BUF_INIT(64);
		member_pod_name("job", "uid-1", indexes[i], 1, b);
		buf_printf(&head, "job-%u-", indexes[i]);
		assert_int_equal(strlen(b), head.len + 5);
		assert_memory_equal(b, buf_str(&head), head.len);
	}
	member_pod_name("job", "uid-2", 0, 1, b);
	assert_string_not_equal(a, b);
	memset(longest, 'a', JOB_NAME_MAX);
	longest[JOB_NAME_MAX] = 0;
	member_pod_name(longest, "uid", COMPLETIONS_MAX - 1, UINT32_MAX, a);
	assert_true(strlen(a) <= 253);
}

static void test_whole_member(void **state)
{
	struct member m;
	struct pod p = pod_of_job();
	(void)state;
	assert_true(member_of_pod(&p, &m));
	assert_int_equal(m.index, 3);
	assert_int_equal(m.attempt, 2);
	assert_string_equal(m.template_hash, "0123456789abcdef");
	assert_string_equal(m.job_uid, "job-uid");
	assert_string_equal(m.reason, "");
	assert_int_equal(m.phase, MEMBER_PENDING);
}

static void test_foreign(void **state)
{
	static struct kv bad[][2] = {
		{{LABEL_INDEX, "03"}, {LABEL_ATTEMPT, "1"}},
		{{LABEL_INDEX, "-1"}, {LABEL_ATTEMPT, "1"}},
		{{LABEL_INDEX, "100000"}, {LABEL_ATTEMPT, "1"}},
		{{LABEL_INDEX, "1"}, {"x", "1"}},
		{{LABEL_INDEX, "1"}, {LABEL_ATTEMPT, "4294967296"}},
		{{LABEL_INDEX, "1"}, {LABEL_ATTEMPT, "4294967295"}},
		{{LABEL_INDEX, "1"}, {LABEL_ATTEMPT, "1000000001"}},
		{{LABEL_INDEX, "1"}, {LABEL_ATTEMPT, ""}},
	};
	struct member m;
	struct pod p = pod_of_job();
	(void)state;
	p.meta.owner_kind = "Job";
	assert_false(member_of_pod(&p, &m));
	p = pod_of_job();
	p.meta.owner_name = "a-name-of-58-characters-which-no-compute-job-ever-has-had-";
	assert_false(member_of_pod(&p, &m));
	p = pod_of_job();
	char uid[UID_MAX + 2] = "";
	memset(uid, 'u', UID_MAX + 1);
	p.meta.owner_uid = uid;
	assert_false(member_of_pod(&p, &m));
	uid[UID_MAX] = '\0';
	assert_true(member_of_pod(&p, &m));
	p = pod_of_job();
	p.meta.owner_uid = NULL;
	assert_false(member_of_pod(&p, &m));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		p = pod_of_job();
		p.meta.labels = (struct kvs){bad[i], 2};
		CASE(bad[i][0].val, !member_of_pod(&p, &m));
	}
}

static void test_phases(void **state)
{
	static const struct {
		const char *name;
		struct pod p;
		int64_t deleted_ms;
		enum member_phase phase;
		const char *reason;
	} cases[] = {
		{"image cannot be pulled",
		 {.phase = POD_PENDING, .waiting_reason = "ErrImagePull"},
		 0,
		 MEMBER_PENDING,
		 "ErrImagePull"},
		{"running",
		 {.phase = POD_RUNNING, .started = true, .working = true},
		 0,
		 MEMBER_RUNNING,
		 ""},
		{"an init container has started",
		 {.phase = POD_PENDING, .started = true, .waiting_reason = "PodInitializing"},
		 0,
		 MEMBER_PENDING,
		 "PodInitializing"},
		{"the work runs, what was injected waits",
		 {.phase = POD_PENDING,
		  .started = true,
		  .working = true,
		  .waiting_reason = "ErrImagePull"},
		 0,
		 MEMBER_RUNNING,
		 "ErrImagePull"},
		{"one container has failed, another waits",
		 {.phase = POD_PENDING,
		  .started = true,
		  .terminated_reason = "Error",
		  .exit_code = 1,
		  .waiting_reason = "ErrImagePull"},
		 0,
		 MEMBER_PENDING,
		 "ErrImagePull"},
		{"an init container failed",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 3,
		  .terminated_reason = "Error",
		  .waiting_reason = "PodInitializing"},
		 0,
		 MEMBER_FAILED,
		 "Error"},
		{"succeeded", {.phase = POD_SUCCEEDED, .started = true}, 0, MEMBER_SUCCEEDED, ""},
		{"ended with 0 when it was deleted",
		 {.phase = POD_SUCCEEDED, .started = true},
		 5,
		 MEMBER_DISRUPTED,
		 "Deleted"},
		{"exit 1",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 1,
		  .terminated_reason = "Error"},
		 0,
		 MEMBER_FAILED,
		 "Error"},
		{"out of memory",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 137,
		  .terminated_reason = "OOMKilled"},
		 0,
		 MEMBER_FAILED,
		 "OOMKilled"},
		{"evicted through the API",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 143,
		  .disruption_target = true,
		  .disruption_reason = "EvictionByEvictionAPI"},
		 5,
		 MEMBER_DISRUPTED,
		 "EvictionByEvictionAPI"},
		{"evicted by the kubelet for the node's sake",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 137,
		  .reason = "Evicted",
		  .disruption_target = true,
		  .disruption_reason = "TerminationByKubelet"},
		 0,
		 MEMBER_DISRUPTED,
		 "TerminationByKubelet"},
		{"evicted for its own fault",
		 {.phase = POD_FAILED, .started = true, .exit_code = 137, .reason = "Evicted"},
		 0,
		 MEMBER_FAILED,
		 "Evicted"},
		{"evicted for its own fault, its container cleaned away",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 137,
		  .reason = "Evicted",
		  .terminated_reason = "ContainerStatusUnknown"},
		 0,
		 MEMBER_FAILED,
		 "Evicted"},
		{"evicted while it was being deleted",
		 {.phase = POD_FAILED, .started = true, .exit_code = 137, .reason = "Evicted"},
		 5,
		 MEMBER_DISRUPTED,
		 "Evicted"},
		{"ended because its node shuts down, said by an old kubelet",
		 {.phase = POD_FAILED, .started = true, .exit_code = 137, .reason = "Terminated"},
		 0,
		 MEMBER_DISRUPTED,
		 "Terminated"},
		{"deleted by hand",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 143,
		  .terminated_reason = "Error"},
		 5,
		 MEMBER_DISRUPTED,
		 "Error"},
		{"its node was rebooted",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 255,
		  .terminated_reason = "Unknown"},
		 0,
		 MEMBER_DISRUPTED,
		 "Unknown"},
		{"255 of its own",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 255,
		  .terminated_reason = "Error"},
		 0,
		 MEMBER_FAILED,
		 "Error"},
		{"its end was not seen",
		 {.phase = POD_FAILED,
		  .started = true,
		  .exit_code = 137,
		  .terminated_reason = "ContainerStatusUnknown"},
		 0,
		 MEMBER_DISRUPTED,
		 "ContainerStatusUnknown"},
		{"refused",
		 {.phase = POD_FAILED, .reason = "OutOfcpu"},
		 0,
		 MEMBER_REFUSED,
		 "OutOfcpu"},
		{"refused because the node is under pressure",
		 {.phase = POD_FAILED, .reason = "Evicted"},
		 0,
		 MEMBER_REFUSED,
		 "Evicted"},
		{"refused because the node shuts down",
		 {.phase = POD_FAILED, .reason = "NodeShutdown"},
		 0,
		 MEMBER_REFUSED,
		 "NodeShutdown"},
		{"refused, then deleted",
		 {.phase = POD_FAILED, .reason = "SysctlForbidden"},
		 5,
		 MEMBER_REFUSED,
		 "SysctlForbidden"},
		{"evicted before it started",
		 {.phase = POD_FAILED,
		  .reason = "Evicted",
		  .disruption_target = true,
		  .disruption_reason = "TerminationByKubelet"},
		 0,
		 MEMBER_DISRUPTED,
		 "TerminationByKubelet"},
		{"failed without any word", {.phase = POD_FAILED}, 0, MEMBER_FAILED, ""},
		{"own deadline",
		 {.phase = POD_FAILED, .reason = "DeadlineExceeded"},
		 0,
		 MEMBER_FAILED,
		 "DeadlineExceeded"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct member m;
		struct pod p = cases[i].p;
		p.meta = pod_of_job().meta;
		p.meta.deleted_ms = cases[i].deleted_ms;
		CASE(cases[i].name, member_of_pod(&p, &m));
		CASE_STR(cases[i].name, member_phase_text(m.phase),
			 member_phase_text(cases[i].phase));
		CASE_STR(cases[i].name, m.reason, cases[i].reason);
		CASE(cases[i].name, m.deleting == (cases[i].deleted_ms != 0));
	}
}

/* Times in ms; those of Kubernetes are whole seconds. */
static void test_asked_to_stop(void **state)
{
	static const struct {
		const char *name;
		int64_t deleted_ms, asked_ms; /* deletionTimestamp, and without its grace period */
		bool disrupted;
		int64_t disrupted_ms, started_ms, finished_ms;
		enum member_phase phase;
	} cases[] = {
		{"nobody asked", 0, 0, false, 0, 10000, 20000, MEMBER_SUCCEEDED},
		{"nobody asked, no times", 0, 0, false, 0, 0, 0, MEMBER_SUCCEEDED},
		{"deleted a second later", 51000, 21000, false, 0, 10000, 20000, MEMBER_SUCCEEDED},
		{"deleted in the same second", 50000, 20000, false, 0, 10000, 20000,
		 MEMBER_DISRUPTED},
		{"the same second, by parts of it", 50900, 20900, false, 0, 10000, 20100,
		 MEMBER_DISRUPTED},
		{"deleted before", 49000, 19000, false, 0, 10000, 20000, MEMBER_DISRUPTED},
		{"ended within its grace period", 49000, 19000, false, 0, 10000, 40000,
		 MEMBER_DISRUPTED},
		{"deleted, grace period not told", 51000, 0, false, 0, 10000, 20000,
		 MEMBER_DISRUPTED},
		{"deleted, end not told", 51000, 21000, false, 0, 10000, 0, MEMBER_DISRUPTED},
		{"deleted, start not told", 51000, 21000, false, 0, 0, 20000, MEMBER_DISRUPTED},
		{"a clock that lags: started before it was created", 51000, 21000, false, 0, 4000,
		 20000, MEMBER_DISRUPTED},
		{"a clock that was set: ended before it started", 51000, 21000, false, 0, 20500,
		 20000, MEMBER_DISRUPTED},
		{"evicted a second later", 0, 0, true, 21000, 10000, 20000, MEMBER_SUCCEEDED},
		{"evicted in the same second", 0, 0, true, 20000, 10000, 20000, MEMBER_DISRUPTED},
		{"evicted before", 0, 0, true, 19000, 10000, 20000, MEMBER_DISRUPTED},
		{"evicted, nobody knows when", 0, 0, true, 0, 10000, 20000, MEMBER_DISRUPTED},
		{"evicted before, deleted later", 51000, 21000, true, 19000, 10000, 20000,
		 MEMBER_DISRUPTED},
		{"evicted and deleted later", 51000, 21000, true, 21000, 10000, 20000,
		 MEMBER_SUCCEEDED},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct member m;
		struct pod p = pod_of_job();
		p.phase = POD_SUCCEEDED;
		p.started = true;
		p.meta.created_ms = 5000;
		p.meta.deleted_ms = cases[i].deleted_ms;
		p.meta.delete_asked_ms = cases[i].asked_ms;
		p.disruption_target = cases[i].disrupted;
		p.disruption_ms = cases[i].disrupted_ms;
		p.started_ms = cases[i].started_ms;
		p.ended_ms = p.finished_ms = cases[i].finished_ms;
		CASE(cases[i].name, member_of_pod(&p, &m));
		CASE_STR(cases[i].name, member_phase_text(m.phase),
			 member_phase_text(cases[i].phase));
	}
}

static void test_refusals_for_what_the_pod_is(void **state)
{
	static const struct {
		const char *reason;
		bool shape;
	} cases[] = {
		{"SysctlForbidden", true},
		{"AppArmor", true},
		{"PodOSNotSupported", true},
		{"PodOSSelectorNodeLabelDoesNotMatch", true},
		{"InitContainerRestartPolicyForbidden", true},
		{"SupplementalGroupsPolicyNotSupported", true},
		{"PodLevelResourcesNotSupported", true},
		{"PodFeatureUnsupported", true},
		{"OutOfcpu", false},
		{"Evicted", false},
		{"NodeShutdown", false},
		{"NodeAffinity", false},
		{"UnexpectedAdmissionError", false},
		{"TopologyAffinityError", false},
		{"SMTAlignmentError", false},
		{"", false},
		{NULL, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(str_or_empty(cases[i].reason),
		     member_refused_for_shape(cases[i].reason) == cases[i].shape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_whole_member),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_asked_to_stop),
		cmocka_unit_test(test_refusals_for_what_the_pod_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
