/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that no agent of ours sends: cut off, changed in any byte, too much of anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <muster/muster.pb-c.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/unit/wire/samples.h"

static struct buf frame = {.max = 4 * FRAME_COORDINATOR_MAX};
static struct arena arena = {.max = WIRE_ARENA_AGENT_MAX};

static int fresh(void **state)
{
	(void)state;
	arena_done(&arena);
	buf_done(&frame);
	return 0;
}

/* From a copy of the exact size, so that a sanitizer sees a read past its end. */
static enum rc decode(const void *data, size_t len, struct err *e)
{
	struct msg msg;
	AUTO(mem_freep) char *copy = mem_strndup("", 0);
	copy = mem_realloc(copy, len ? len : 1, 1);
	if (len)
		memcpy(copy, data, len);
	arena_reset(&arena);
	enum rc rc = wire_decode(copy, len, FRAME_AGENT_MAX, &arena, &msg, e);
	assert_true(rc == RC_OK || rc == RC_MALFORMED || rc == RC_TOOBIG);
	assert_true(rc == RC_OK || msg.type == MSG_NONE);
	return rc;
}

static void cut_off_anywhere(void **state)
{
	struct err e;
	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		assert_int_equal(wire_encode(sample(i), FRAME_AGENT_MAX, &frame, &e), RC_OK);
		/* The outermost field names its length, so no beginning of a frame is a frame. */
		for (size_t n = 1; n < frame.len; n++)
			assert_int_equal(decode(frame.data, n, &e), RC_MALFORMED);
		assert_int_equal(decode(frame.data, frame.len, &e), RC_OK);
	}
}

static void every_byte_changed_to_everything(void **state)
{
	struct err e;
	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		assert_int_equal(wire_encode(sample(i), FRAME_AGENT_MAX, &frame, &e), RC_OK);
		for (size_t n = 0; n < frame.len; n++) {
			char was = frame.data[n];
			for (int b = 0; b < 256; b++) {
				frame.data[n] = (char)b;
				decode(frame.data, frame.len, &e);
			}
			frame.data[n] = was;
		}
	}
}

/* ---- frames by hand ---- */

static void put_varint(struct buf *out, uint64_t v)
{
	for (; v > 0x7f; v >>= 7)
		buf_putc(out, (char)(v | 0x80));
	buf_putc(out, (char)v);
}

static void put_bytes(struct buf *out, uint32_t number, const void *data, size_t len)
{
	put_varint(out, (uint64_t)number << 3 | 2);
	put_varint(out, len);
	buf_put(out, data, len);
}

/* A Frame with one kind (the field's number) of these bytes. */
static enum rc decode_kind(uint32_t kind, const struct buf *inner, struct err *e)
{
	buf_reset(&frame);
	put_bytes(&frame, kind, buf_str(inner), inner->len);
	assert_int_equal(buf_rc(&frame), RC_OK);
	return decode(frame.data, frame.len, e);
}

enum { HELLO = 1, WELCOME = 2, REJECT = 3, REPORT = 4, ACK = 5, WATCH = 6 };

static void too_many_members(void **state)
{
	struct err e;
	AUTO(buf_done) struct buf in = BUF_INIT(100000);
	(void)state;
	for (int i = 0; i < PAGE_MEMBERS_MAX; i++)
		put_bytes(&in, 4, "", 0);
	assert_int_equal(decode_kind(REPORT, &in, &e), RC_OK);
	put_bytes(&in, 4, "", 0);
	assert_int_equal(decode_kind(REPORT, &in, &e), RC_TOOBIG);
}

/* 30,000 empty fields in 64 KiB: refused before they cost memory. */
static void a_frame_of_tiny_fields(void **state)
{
	struct err e;
	AUTO(buf_done) struct buf in = BUF_INIT(100000);
	(void)state;
	for (int i = 0; i < 30000; i++)
		put_bytes(&in, 4, "", 0);
	assert_int_equal(decode_kind(WATCH, &in, &e), RC_TOOBIG);
	assert_int_equal(arena.used, 0);
}

static void unknown_fields(void **state)
{
	struct err e;
	AUTO(buf_done) struct buf in = BUF_INIT(100000);
	(void)state;
	for (int i = 0; i < WIRE_UNKNOWN_MAX; i++)
		put_bytes(&in, 99, "newer", 5);
	assert_int_equal(decode_kind(ACK, &in, &e), RC_OK);
	put_bytes(&in, 99, "newer", 5);
	assert_int_equal(decode_kind(ACK, &in, &e), RC_TOOBIG);
}

static void unknown_kind_is_no_message(void **state)
{
	struct err e;
	struct msg msg = {.type = MSG_ACK};
	(void)state;
	buf_reset(&frame);
	put_bytes(&frame, 12, "whatever", 8);
	assert_int_equal(wire_decode(frame.data, frame.len, FRAME_AGENT_MAX, &arena, &msg, &e),
			 RC_OK);
	assert_int_equal(msg.type, MSG_NONE);
}

static void two_kinds_or_one_twice(void **state)
{
	struct err e;
	(void)state;
	buf_reset(&frame);
	put_bytes(&frame, ACK, "", 0);
	put_bytes(&frame, WATCH, "", 0);
	assert_int_equal(decode(frame.data, frame.len, &e), RC_MALFORMED);
	buf_reset(&frame);
	put_bytes(&frame, ACK, "", 0);
	put_bytes(&frame, ACK, "", 0);
	assert_int_equal(decode(frame.data, frame.len, &e), RC_MALFORMED);
}

static void text_that_is_none(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum rc rc;
	} cases[] = {
		{"worker", 6, RC_OK},
		{"a\0b", 3, RC_MALFORMED},
		{"\x80", 1, RC_MALFORMED},
		{"\xc0\x80", 2, RC_MALFORMED}, /* NUL the long way */
		{"\xc3", 1, RC_MALFORMED},     /* cut off */
		{"\xc3\xa4", 2, RC_OK},
		{"\xe0\x80\xaf", 3, RC_MALFORMED}, /* / the long way */
		{"\xed\xa0\x80", 3, RC_MALFORMED}, /* half of a surrogate pair */
		{"\xe2\x82\xac", 3, RC_OK},
		{"\xf0\x9f\x98\x80", 4, RC_OK},
		{"\xf4\x90\x80\x80", 4, RC_MALFORMED}, /* past the last character */
		{"\xff", 1, RC_MALFORMED},
	};
	struct err e;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf in = BUF_INIT(100);
		put_bytes(&in, 3, cases[i].bytes, cases[i].len);
		if (decode_kind(HELLO, &in, &e) != cases[i].rc)
			fail_msg("case %zu", i);
	}
}

/* A Report of one member with this number; NULL: the member is left out. */
static const struct member *decode_number(uint32_t number, uint64_t v)
{
	static struct msg msg;
	struct err e;
	AUTO(buf_done) struct buf member = BUF_INIT(100), in = BUF_INIT(200);
	put_varint(&member, (uint64_t)number << 3);
	put_varint(&member, v);
	put_bytes(&in, 4, buf_str(&member), member.len);
	buf_reset(&frame);
	put_bytes(&frame, REPORT, buf_str(&in), in.len);
	assert_int_equal(wire_decode(frame.data, frame.len, FRAME_AGENT_MAX, &arena, &msg, &e),
			 RC_OK);
	return msg.report.nmembers ? &msg.report.members[0] : NULL;
}

/* They cost the member, not the frame: agents up to 0.1 sent what anybody had written on a pod. */
static void numbers_out_of_range(void **state)
{
	(void)state;
	assert_non_null(decode_number(6, COMPLETIONS_MAX - 1)); /* index */
	assert_null(decode_number(6, COMPLETIONS_MAX));
	assert_non_null(decode_number(7, ATTEMPT_MAX)); /* attempt */
	assert_null(decode_number(7, ATTEMPT_MAX + 1));
	assert_null(decode_number(7, UINT32_MAX));
	assert_int_equal(decode_number(12, 253402300799999)->started_ms, 253402300799999);
	assert_int_equal(decode_number(12, 253402300800000)->started_ms, 0);
	assert_int_equal(decode_number(12, (uint64_t)-1)->started_ms, 0);
}

static void unknown_enum_values_are_none(void **state)
{
	struct err e;
	struct msg msg;
	AUTO(buf_done) struct buf in = BUF_INIT(100);
	(void)state;
	put_varint(&in, 1 << 3);
	put_varint(&in, 4000000000);
	buf_reset(&frame);
	put_bytes(&frame, REJECT, buf_str(&in), in.len);
	assert_int_equal(wire_decode(frame.data, frame.len, FRAME_AGENT_MAX, &arena, &msg, &e),
			 RC_OK);
	assert_int_equal(msg.type, MSG_REJECT);
	assert_int_equal(msg.reject.reason, REJECT_NONE);
	assert_int_equal(decode_number(9, 77)->phase, MEMBER_NONE);
}

static void the_arenas_cap_holds(void **state)
{
	struct err e;
	struct msg msg;
	(void)state;
	assert_int_equal(wire_encode(sample(0), FRAME_AGENT_MAX, &frame, &e), RC_OK);
	for (size_t max = 0; max < 8192; max += 16) {
		AUTO(arena_done) struct arena small = ARENA_INIT(max);
		enum rc rc = wire_decode(frame.data, frame.len, FRAME_AGENT_MAX, &small, &msg, &e);
		assert_true(rc == (small.toobig ? RC_TOOBIG : RC_OK));
		assert_true(small.used <= max);
	}
}

/* ---- the table of bounds ---- */

static bool has_bound(const ProtobufCMessageDescriptor *d, const ProtobufCFieldDescriptor *f)
{
	static const struct {
		const char *message, *field;
		uint32_t number;
	} bounds[] = {
#define BOUND(message, field, number, max) {#message, #field, number},
#include "wire/fields.def"
#undef BOUND
	};
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		if (bounds[i].number == f->id && !strcmp(bounds[i].message, d->short_name) &&
		    !strcmp(bounds[i].field, f->name))
			return true;
	}
	return false;
}

static unsigned check_bounds(const ProtobufCMessageDescriptor *d, int depth)
{
	unsigned n = 0;
	assert_true(depth < 6); /* no message contains itself */
	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		bool repeated = f->label == PROTOBUF_C_LABEL_REPEATED;
		if ((repeated || f->type == PROTOBUF_C_TYPE_STRING) && !has_bound(d, f))
			fail_msg("%s.%s (%u) has no bound", d->short_name, f->name, f->id);
		n += repeated || f->type == PROTOBUF_C_TYPE_STRING;
		if (f->type == PROTOBUF_C_TYPE_MESSAGE)
			n += check_bounds(f->descriptor, depth + 1);
	}
	return n;
}

static void every_field_has_its_bound(void **state)
{
	(void)state;
	assert_true(check_bounds(&muster__v1__frame__descriptor, 0) > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(cut_off_anywhere, fresh),
		cmocka_unit_test_teardown(every_byte_changed_to_everything, fresh),
		cmocka_unit_test_teardown(too_many_members, fresh),
		cmocka_unit_test_teardown(a_frame_of_tiny_fields, fresh),
		cmocka_unit_test_teardown(unknown_fields, fresh),
		cmocka_unit_test_teardown(unknown_kind_is_no_message, fresh),
		cmocka_unit_test_teardown(two_kinds_or_one_twice, fresh),
		cmocka_unit_test_teardown(text_that_is_none, fresh),
		cmocka_unit_test_teardown(numbers_out_of_range, fresh),
		cmocka_unit_test_teardown(unknown_enum_values_are_none, fresh),
		cmocka_unit_test_teardown(the_arenas_cap_holds, fresh),
		cmocka_unit_test_teardown(every_field_has_its_bound, fresh),
	};
	return cmocka_run_group_tests_name("wire-hostile", tests, NULL, NULL);
}
