/* SPDX-License-Identifier: Apache-2.0 */
/* What a job says while it goes on: the first of several things that it could say. */
#include "coordinator/core/tell/progress.h"

#include <string.h>

#include "base/utf8.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void the_first_of_what_it_could_say(void **state)
{
	static const struct {
		const char *name;
		bool refused, lost, pulling, failed, blocked;
		enum reason reason;
		const char *message;
	} cases[] = {
		{"the API server refuses its pods", true, true, true, true, false, R_FailedCreate,
		 "forbidden"},
		{"a lost node is waited for", false, true, true, true, false, R_WaitingForNode,
		 "member 0 waits for node n1, which is lost; bring the node back, or delete the "
		 "Node if the machine is off for good"},
		{"a container waits", false, false, true, true, false, R_MemberWaiting,
		 "member 1: ErrImagePull: no such image; look at the Events of pod "},
		{"a member failed", false, false, false, true, false, R_MemberFailed,
		 "member 2: exit code 3; next try at 2026-01-02T03:04:05Z"},
		{"nothing", false, false, false, false, false, R_NONE, ""},
		{"what the queue says stands", true, true, false, true, true, R_Unschedulable,
		 "needs 1 node"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 3);
		struct attempt *first = tables_attempt(c, j, 0, n),
			       *second = tables_attempt(c, j, 1, n);
		j->spec.on_loss = LOSS_WAIT;
		j->life.retrying = true;
		j->place.stage = cases[i].blocked ? QUEUE_BLOCKED : QUEUE_OUT;
		job_set_message(j, R_Unschedulable, "needs 1 node");
		if (cases[i].refused)
			text_set(&j->told.create_error, "forbidden");
		if (cases[i].lost)
			attempt_set_state(c, first, ATTEMPT_LOST);
		if (cases[i].pulling) {
			attempt_set_state(c, second, ATTEMPT_PENDING);
			text_set(&second->waiting, "ErrImagePull: no such image");
			j->members.nwaiting = 1;
		}
		if (cases[i].failed) {
			text_set(&j->told.last_failure, "member 2: exit code 3");
			j->told.last_end = R_MemberFailed;
			j->told.last_index = 2;
			j->told.next_try_ms = 1767323045000;
			job_slot(j, 2)->retry_ms = c->now_ms + 1;
		}
		tell_progress(c, j);
		AUTO(buf_done) struct buf want = BUF_INIT(1024);
		buf_printf(&want, "%s%s", cases[i].message,
			   cases[i].reason == R_MemberWaiting ? second->pod : "");
		CASE_STR(cases[i].name, j->told.message, buf_str(&want));
		CASE(cases[i].name, j->told.reason == cases[i].reason);
		j->place.stage = QUEUE_OUT; /* the queue knows nothing of it */
		tables_teardown(&world);
	}
	(void)state;
}

/* What is odd about a spec: an Event at once, and the message when there is nothing else to say. */
static void a_doubt(void **state)
{
	static const char words[] = "memory: 100m of container main is not a whole number of bytes";
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	AUTO(buf_done) struct buf want = BUF_INIT(256);
	tell_doubt(c, j);
	assert_string_equal(tables_did(c), "");
	job_set_doubt(j, words, true); /* the leader before has told it */
	tell_doubt(c, j);
	assert_string_equal(tables_did(c), "");
	job_set_doubt(j, "", false);
	assert_false(j->told.doubt_news);
	job_set_doubt(j, words, false);
	job_set_doubt(j, words, true); /* the same spec again: it is told still */
	tell_doubt(c, j);
	tell_doubt(c, j);
	const char *did = tables_did(c);
	assert_non_null(strstr(did, words));
	assert_null(strstr(strstr(did, words) + 1, words));
	tell_progress(c, j);
	assert_int_equal(j->told.reason, R_FractionOfByte);
	assert_string_equal(j->told.message, words);
	j->place.stage = QUEUE_BLOCKED;
	job_set_message(j, R_Unschedulable, "needs 1 node");
	tell_progress(c, j);
	assert_int_equal(j->told.reason, R_Unschedulable);
	j->place.stage = QUEUE_OUT;
	job_set_doubt(j, "", true);
	tell_progress(c, j);
	assert_string_equal(j->told.message, "");
}

/* The words that tell_failure keeps, and an Event of them or none. */
static void expect_failure(struct core *c, const struct attempt *a, const char *words, bool event)
{
	AUTO(buf_done) struct buf want = BUF_INIT(1024), did = BUF_INIT(1024);
	buf_printf(&want, "%s look at the log of pod %s", words, a->pod);
	assert_string_equal(a->job->told.last_failure, buf_str(&want));
	if (event)
		buf_printf(&did, "WARNING a MemberFailed: %s\n", buf_str(&want));
	assert_string_equal(tables_did(c), buf_str(&did));
}

static void a_failure_in_words_and_an_event_a_minute(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	const struct attempt *first = tables_attempt(c, j, 0, n);
	const struct attempt *third = tables_attempt(c, j, 2, n);
	const struct member oom = {.exit_code = 137, .reason = "OOMKilled", .message = "of 1Gi"};
	const struct member plain = {.exit_code = 1};
	tell_failure(c, third, &oom);
	expect_failure(c, third,
		       "member 2: exit code 137 (OOMKilled): of 1Gi; raise its memory limit, or",
		       true);
	tell_failure(c, first, &plain);
	expect_failure(c, first, "member 0: exit code 1;", false);
	c->now_ms += 60000;
	tell_failure(c, first, &plain);
	expect_failure(c, first, "member 0: exit code 1;", true);
}

static void a_pod_evicted_for_its_own_fault(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	const struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	static const struct {
		const char *message, *told;
	} cases[] = {
		{"Usage of EmptyDir volume \"x\" exceeds the limit \"1Mi\". ",
		 "Usage of EmptyDir volume \"x\" exceeds the limit \"1Mi\""},
		{". ", ""},
		{NULL, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf want = BUF_INIT(1024);
		const struct member m = {.phase = MEMBER_FAILED,
					 .exit_code = 137,
					 .reason = "Evicted",
					 .message = cases[i].message};
		buf_printf(&want,
			   "member 0: evicted by its kubelet: %s; let it write less, or raise "
			   "this limit (pod %s)",
			   cases[i].told, a->pod);
		tell_failure(c, a, &m);
		assert_string_equal(j->told.last_failure, buf_str(&want));
	}
}

/* The time of the next try is told once and stands, however the clocks go; when it has come,
 * another index that waits is told of; a new leader goes on with the words that it finds. */
static void when_the_next_try_is(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = tables_attempt(c, j, 0, n);
	const struct member m = {.phase = MEMBER_DISRUPTED, .reason = "Evicted"};
	AUTO(buf_done) struct buf want = BUF_INIT(1024);
	c->wall_ms = 1767323040001;
	j->life.retrying = true;
	job_slot(j, 0)->retry_ms = c->now_ms + 4000;
	job_slot(j, 1)->retry_ms = c->now_ms + 9000;
	job_slot(j, 0)->current = NULL;
	tell_pause(c, a, &m);
	buf_printf(&want, "member 0: Evicted (pod %s on node n1); next try at 2026-01-02T03:04:05Z",
		   a->pod);
	for (uint32_t i = 0; i < 2; i++) {
		tell_progress(c, j);
		assert_string_equal(j->told.message, buf_str(&want));
		assert_int_equal(j->told.reason, R_MemberBackOff);
		c->wall_ms += 3600000;
	}
	c->wall_ms = 1767323044001;
	c->now_ms += 4000;
	j->life.retrying_index = 1;
	tell_progress(c, j);
	assert_string_equal(j->told.message,
			    "member 1 has ended as well; next try at 2026-01-02T03:04:10Z");
	tell_adopt(j);
	assert_string_equal(j->told.last_failure, "member 1 has ended as well");
	tell_progress(c, j);
	assert_string_equal(j->told.message,
			    "member 1 has ended as well; next try at 2026-01-02T03:04:10Z");
	j->life.retrying = false;
	tell_progress(c, j);
	assert_string_equal(j->told.message, "");
}

/* What another version wrote may have no time, or another kind of time: its words stand. */
static void words_of_the_leader_before(void **state)
{
	static const char *const words[] = {"member 0: Evicted",
					    "member 0: Evicted; next try at dawn"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		j->life.retrying = true;
		job_set_message(j, R_MemberBackOff, "%s", words[i]);
		tell_adopt(j);
		tell_progress(c, j);
		CASE_STR(words[i], j->told.message, words[i]);
		CASE(words[i], j->told.reason == R_MemberBackOff && !j->told.next_try_ms);
		tables_teardown(&world);
	}
	(void)state;
}

/* The index that is told of was placed meanwhile: another that waits is told of instead. */
static void the_one_told_of_is_tried_already(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = tables_attempt(c, j, 0, n);
	const struct member m = {.phase = MEMBER_DISRUPTED, .reason = "Evicted"};
	c->wall_ms = 1767323040001;
	j->life.retrying = true;
	j->life.retrying_index = 1;
	job_slot(j, 0)->retry_ms = c->now_ms + 4000;
	job_slot(j, 1)->retry_ms = c->now_ms + 9000;
	tell_pause(c, a, &m);
	tell_progress(c, j);
	assert_string_equal(j->told.message,
			    "member 1 has ended as well; next try at 2026-01-02T03:04:10Z");
}

/* The next step stands behind them however many there are. */
static void words_of_others_are_cut(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	const struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	char many[2000];
	memset(many, 'x', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	const struct member m = {.exit_code = 1, .reason = "Error", .message = many};
	tell_failure(c, a, &m);
	assert_non_null(strstr(j->told.last_failure, "xxx; look at the log of pod a-0-"));
	assert_in_range(strlen(j->told.last_failure), 700, MESSAGE_MAX);
	tell_denial(c, j, many);
	assert_non_null(strstr(j->told.create_error, "xxx; remove the cause"));
	assert_in_range(strlen(j->told.create_error), 700, MESSAGE_MAX);
	tell_refusal(j, &m);
	assert_in_range(strlen(j->told.last_refusal), 700, MESSAGE_MAX);
}

/* An Event says so when the words are news. */
static void a_denial_in_words(void **state)
{
	static const char want[] = "the API server refuses a pod: forbidden; remove the cause, "
				   "Muster tries again";
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	tell_denial(c, j, "forbidden");
	assert_string_equal(j->told.create_error, want);
	assert_non_null(strstr(tables_did(c), want));
	tell_denial(c, j, "forbidden");
	assert_string_equal(tables_did(c), "");
	tell_denial(c, j, "not found");
	assert_non_null(strstr(tables_did(c), "WARNING a FailedCreate: the API server refuses"));
}

/* A container that does not start, and nobody says why. */
static void a_member_that_does_not_start(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	attempt_set_state(c, a, ATTEMPT_PENDING);
	j->life.wake_ms = INT64_MAX;
	tell_progress(c, j);
	assert_string_equal(j->told.message, "");
	assert_int_equal(j->life.wake_ms, c->now_ms + 60000); /* then it is looked at again */
	c->now_ms += 60000;
	tell_progress(c, j);
	assert_int_equal(j->told.reason, R_MemberWaiting);
	assert_non_null(strstr(j->told.message, a->pod));
}

/* Init containers and sidecars come first. What takes long is told after ten seconds; after a
 * minute it is a warning, but for an init container, which may take its time. */
static void a_member_that_starts(void **state)
{
	static const struct {
		const char *name, *first, *second; /* what two members are at; NULL: it runs */
		bool preparing;                    /* both that do not run */
		int64_t ms;
		enum reason reason;
		const char *message;
	} cases[] = {
		{"soon", "init container p runs", NULL, true, 9999, R_NONE, ""},
		{"ten seconds", "init container p runs", NULL, true, 10000, R_MemberStarting,
		 "member 0: init container p runs"},
		{"an hour", "init container p runs", NULL, true, 3600000, R_MemberStarting,
		 "member 0: init container p runs"},
		{"the second", NULL, "init container p runs", true, 10000, R_MemberStarting,
		 "member 1: init container p runs"},
		{"both", "init container p runs", "init container q runs", true, 10000,
		 R_MemberStarting, "member 0: init container p runs"},
		{"nothing known", "", NULL, false, 59999, R_NONE, ""},
		{"nothing known for a minute", "", NULL, false, 60000, R_MemberWaiting,
		 "member 0: not started for 60 s; look at the Events of pod "},
		{"a sidecar", "sidecar l has not started up", NULL, false, 10000, R_MemberStarting,
		 "member 0: sidecar l has not started up"},
		{"a sidecar for a minute", "sidecar l has not started up", NULL, false, 60000,
		 R_MemberWaiting,
		 "member 0: not started for 60 s: sidecar l has not started up; look at the Events "
		 "of pod "},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 2);
		const char *at[] = {cases[i].first, cases[i].second};
		const char *pod = "";
		for (uint32_t k = 0; k < 2; k++) {
			struct attempt *a = tables_attempt(c, j, k, n);
			attempt_set_state(c, a, at[k] ? ATTEMPT_PENDING : ATTEMPT_RUNNING);
			text_set(&a->starting, str_or_empty(at[k]));
			a->preparing = at[k] && cases[i].preparing;
			pod = k ? pod : a->pod;
		}
		j->members.starting_ms = c->now_ms;
		c->now_ms += cases[i].ms;
		tell_progress(c, j);
		AUTO(buf_done) struct buf want = BUF_INIT(1024);
		buf_printf(&want, "%s%s", cases[i].message,
			   cases[i].reason == R_MemberWaiting ? pod : "");
		CASE_STR(cases[i].name, j->told.message, buf_str(&want));
		CASE(cases[i].name, j->told.reason == cases[i].reason);
		tables_teardown(&world);
	}
}

/* The next look at a member that starts. */
static void when_it_is_told(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	attempt_set_state(c, a, ATTEMPT_PENDING);
	text_set(&a->starting, "sidecar l has not started up");
	j->life.wake_ms = INT64_MAX;
	tell_progress(c, j);
	assert_int_equal(j->life.wake_ms, c->now_ms + 10000);
	j->life.wake_ms = INT64_MAX;
	c->now_ms += 10000;
	tell_progress(c, j);
	assert_int_equal(j->life.wake_ms, c->now_ms + 50000);
	assert_string_equal(tables_did(c), "");
}

/* A container that admission injected waits, while the work runs. */
static void a_member_that_runs_and_waits(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *stops = tables_attempt(c, j, 0, n), *runs = tables_attempt(c, j, 1, n);
	struct attempt *waits = tables_attempt(c, j, 2, n);
	attempt_set_waiting(c, stops, "ErrImagePull: container proxy: gone");
	attempt_set_state(c, stops, ATTEMPT_STOPPING);
	attempt_set_state(c, runs, ATTEMPT_RUNNING);
	attempt_set_state(c, waits, ATTEMPT_RUNNING);
	tell_progress(c, j);
	assert_int_equal(j->told.reason, R_NONE);
	attempt_set_waiting(c, waits, "ErrImagePull: container proxy: no");
	tell_progress(c, j);
	assert_int_equal(j->told.reason, R_MemberWaiting);
	assert_non_null(strstr(j->told.message, "member 2: ErrImagePull: container proxy: no; "));
}

/* Whether s is made of whole characters. */
static bool is_whole(const char *s)
{
	while (*s) {
		unsigned char u = (unsigned char)*s;
		size_t n = u < 0x80 ? 1 : u >= 0xf0 ? 4 : u >= 0xe0 ? 3 : u >= 0xc0 ? 2 : 0;
		if (!n || utf8_cut(s, n) != n)
			return false;
		s += n;
	}
	return true;
}

/* Others' words of 6,000 bytes, which end inside of a character wherever they are cut. */
static void long_words_are_cut(void **state)
{
	struct core *c = *state;
	static char words[6001];
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 3);
	struct attempt *a = tables_attempt(c, j, 0, n);
	for (size_t shift = 0; shift < 3; shift++) {
		memset(words, 'a', shift);
		for (size_t i = shift; i + 3 < sizeof words; i += 3)
			memcpy(words + i, "\xe2\x82\xac", 4);
		struct member m = {.reason = words, .message = words, .exit_code = 1};
		tell_failure(c, a, &m);
		assert_true(is_whole(j->told.last_failure));
		assert_non_null(strstr(j->told.last_failure, "; look at the log of pod "));
		tell_refusal(j, &m);
		assert_true(is_whole(j->told.last_refusal) && strlen(j->told.last_refusal) > 1000);
		tell_denial(c, j, words);
		assert_true(is_whole(j->told.create_error));
		assert_non_null(strstr(j->told.create_error, "Muster tries again"));
		text_set(&j->told.create_error, "");
		attempt_set_waiting(c, a, words);
		tell_progress(c, j);
		assert_int_equal(j->told.reason, R_FailedCreate);
		assert_true(is_whole(j->told.message) && strstr(j->told.message, "tries again"));
		job_set_message(j, R_MemberFailed, "%s", words);
		assert_true(is_whole(j->told.message) && strlen(j->told.message) > MESSAGE_MAX - 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(the_first_of_what_it_could_say),
		T(a_failure_in_words_and_an_event_a_minute),
		T(a_pod_evicted_for_its_own_fault),
		T(a_doubt),
		T(when_the_next_try_is),
		cmocka_unit_test(words_of_the_leader_before),
		T(the_one_told_of_is_tried_already),
		T(words_of_others_are_cut),
		T(long_words_are_cut),
		T(a_denial_in_words),
		T(a_member_that_does_not_start),
		T(a_member_that_starts),
		T(when_it_is_told),
		T(a_member_that_runs_and_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
