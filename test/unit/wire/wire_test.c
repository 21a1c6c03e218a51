/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to frames and back; what is cut and what is refused on the way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/msgsize.h"
#include "test/unit/wire/samples.h"

static struct buf frame = {.max = FRAME_COORDINATOR_MAX};
static struct arena arena = {.max = WIRE_ARENA_COORDINATOR_MAX};

static int fresh(void **state)
{
	(void)state;
	arena_done(&arena);
	buf_done(&frame);
	return 0;
}

static enum rc encode(const struct msg *msg, size_t max, struct err *e)
{
	return wire_encode(msg, max, &frame, e);
}

static enum rc decode(struct msg *ret, struct err *e)
{
	return wire_decode(frame.data, frame.len, FRAME_COORDINATOR_MAX, &arena, ret, e);
}

static void every_kind_round_trips(void **state)
{
	struct err e;
	struct msg back;
	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		assert_int_equal(encode(sample(i), FRAME_COORDINATOR_MAX, &e), RC_OK);
		assert_int_equal(decode(&back, &e), RC_OK);
		assert_true(sample_eq(sample(i), &back));
	}
}

/* That sample_eq can tell. */
static void kinds_differ(void **state)
{
	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		for (int k = 0; k < SAMPLES; k++)
			assert_int_equal(sample_eq(sample(i), sample(k)), i == k);
	}
}

static void nothing_is_null(void **state)
{
	struct err e;
	struct msg back, empty = {.type = MSG_HELLO};
	(void)state;
	assert_int_equal(encode(&empty, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_string_equal(back.hello.token, "");
	assert_string_equal(back.hello.node, "");
	assert_int_equal(back.hello.nmembers, 0);
}

static void capacity_may_be_absent(void **state)
{
	struct err e;
	struct msg back, report = {.type = MSG_REPORT};
	(void)state;
	assert_int_equal(encode(&report, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_false(back.report.has_capacity);
	report.report.has_capacity = true;
	assert_int_equal(encode(&report, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_true(back.report.has_capacity);
}

static void empty_frame_is_no_message(void **state)
{
	struct err e;
	struct msg back = {.type = MSG_ACK};
	(void)state;
	assert_int_equal(wire_decode("", 0, FRAME_AGENT_MAX, &arena, &back, &e), RC_OK);
	assert_int_equal(back.type, MSG_NONE);
	assert_int_equal(wire_decode(NULL, 0, FRAME_AGENT_MAX, &arena, &back, &e), RC_OK);
	assert_int_equal(back.type, MSG_NONE);
}

static char *letters(size_t n)
{
	char *s = mem_alloc(n + 1);
	memset(s, 'x', n);
	s[n] = '\0';
	return s;
}

/* A pod's words may be long; they are cut between characters. */
static void words_are_cut(void **state)
{
	struct err e;
	struct msg back;
	(void)state;
	AUTO(mem_freep) char *words = letters(5000);
	memcpy(words + MESSAGE_MAX - 1, "\xc3\xa4", 2); /* ä over the edge */
	struct member m = {.pod = "p", .reason = words, .message = words};
	struct msg msg = {.type = MSG_REPORT, .report = {.members = &m, .nmembers = 1}};
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_int_equal(strlen(back.report.members[0].message), MESSAGE_MAX - 1);
	assert_int_equal(strlen(back.report.members[0].reason), 256);
}

static void resources_end_at_their_bound(void **state)
{
	struct err e;
	struct msg back;
	struct res many[WIRE_RESOURCES_MAX + 1];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct res){"cpu", (int64_t)i};
	struct msg msg = {.type = MSG_HELLO, .hello.capacity.foreign = {many, ARRAY_LEN(many)}};
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_int_equal(back.hello.capacity.foreign.n, WIRE_RESOURCES_MAX);
}

/* What is left out costs a refusal by the kubelet at most. */
static void host_ports_end_at_their_bound(void **state)
{
	struct err e;
	struct msg back;
	uint64_t many[NODE_PORTS_MAX + 1];
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = i + 1;
	struct member m = {.ports = {many, ARRAY_LEN(many)}};
	struct msg msg = {.type = MSG_HELLO,
			  .hello = {.capacity.ports = m.ports, .members = &m, .nmembers = 1}};
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_OK);
	assert_int_equal(decode(&back, &e), RC_OK);
	assert_int_equal(back.hello.capacity.ports.n, NODE_PORTS_MAX);
	assert_int_equal(back.hello.members[0].ports.n, POD_PORTS_MAX);
}

/* Identities are never cut: a cut name is another one. */
static void long_names_are_refused(void **state)
{
	struct err e;
	(void)state;
	AUTO(mem_freep) char *name = letters(254);
	struct msg msg = {.type = MSG_HELLO, .hello.node = name};
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_TOOBIG);
	assert_string_equal(e.msg, "Hello.node is longer than 253 bytes");
	assert_int_equal(frame.len, 0);
	name[253] = '\0';
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_OK);
}

static void long_lists_are_refused(void **state)
{
	struct err e;
	(void)state;
	AUTO(mem_freep) struct member *v = mem_zalloc(PAGE_MEMBERS_MAX + 1, sizeof *v);
	struct msg msg = {.type = MSG_REPORT,
			  .report = {.members = v, .nmembers = PAGE_MEMBERS_MAX + 1}};
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_TOOBIG);
	assert_string_equal(e.msg, "Report.members has more than 64 entries");
	msg.report.nmembers--;
	assert_int_equal(encode(&msg, FRAME_AGENT_MAX, &e), RC_OK);
}

static void large_frames_are_refused(void **state)
{
	struct err e;
	struct msg back;
	(void)state;
	assert_int_equal(encode(sample(0), FRAME_AGENT_MAX, &e), RC_OK);
	size_t len = frame.len;
	assert_int_equal(encode(sample(0), len, &e), RC_OK);
	assert_int_equal(encode(sample(0), len - 1, &e), RC_TOOBIG);
	assert_int_equal(encode(sample(0), len, &e), RC_OK);
	assert_int_equal(wire_decode(frame.data, len, len - 1, &arena, &back, &e), RC_TOOBIG);
	assert_int_equal(back.type, MSG_NONE);
}

/* The largest page that msgsize lets through fits the frame. */
static void pages_fit_by_their_estimate(void **state)
{
	struct err e;
	(void)state;
	AUTO(mem_freep) char *name = letters(253);
	AUTO(mem_freep) char *words = letters(MESSAGE_MAX);
	struct res res[] = {{"cpu", INT64_MAX}, {"memory", INT64_MAX}};
	struct member m = {.ns = "default",
			   .job_name = name,
			   .job_uid = "uid",
			   .pod = name,
			   .pod_uid = "uid",
			   .index = COMPLETIONS_MAX - 1,
			   .attempt = ATTEMPT_MAX,
			   .template_hash = "0123456789abcdef",
			   .phase = MEMBER_FAILED,
			   .ready = true,
			   .deleting = true,
			   .exit_code = INT32_MIN,
			   .reason = "r",
			   .message = words,
			   .started_ms = 253402300799999,
			   .ended_ms = 253402300799999,
			   .requests = {res, 2}};
	struct msg one = {.type = MSG_REPORT, .report = {.members = &m, .nmembers = 1}};
	struct msg none = {.type = MSG_REPORT};
	assert_int_equal(encode(&one, FRAME_AGENT_MAX, &e), RC_OK);
	size_t with = frame.len;
	assert_int_equal(encode(&none, FRAME_AGENT_MAX, &e), RC_OK);
	assert_true(with - frame.len <= msgsize_member(&m) + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_kind_round_trips, fresh),
		cmocka_unit_test_teardown(kinds_differ, fresh),
		cmocka_unit_test_teardown(nothing_is_null, fresh),
		cmocka_unit_test_teardown(capacity_may_be_absent, fresh),
		cmocka_unit_test_teardown(empty_frame_is_no_message, fresh),
		cmocka_unit_test_teardown(words_are_cut, fresh),
		cmocka_unit_test_teardown(resources_end_at_their_bound, fresh),
		cmocka_unit_test_teardown(host_ports_end_at_their_bound, fresh),
		cmocka_unit_test_teardown(long_names_are_refused, fresh),
		cmocka_unit_test_teardown(long_lists_are_refused, fresh),
		cmocka_unit_test_teardown(large_frames_are_refused, fresh),
		cmocka_unit_test_teardown(pages_fit_by_their_estimate, fresh),
	};
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
