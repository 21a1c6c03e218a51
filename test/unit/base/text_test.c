/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers, errors, log lines, times. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clocktext.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utf8.h"
#include "test/lib/check.h"

static void test_texts_that_are_empty_share_one(void **state)
{
	(void)state;
	const char *a = NULL, *b = NULL;
	text_set(&a, NULL);
	text_set(&b, "");
	assert_string_equal(a, "");
	assert_ptr_equal(a, b);
	text_set(&a, "words");
	assert_string_equal(a, "words");
	text_set(&a, a + 1); /* a part of itself */
	assert_string_equal(a, "ords");
	text_set(&b, a);
	assert_ptr_not_equal(a, b);
	text_set(&a, "");
	assert_string_equal(b, "ords");
	text_free(a);
	text_free(b);
	text_free(NULL);
}

/* Whatever others write, it is one line and reads as it stands. */
static void test_a_line_for_people(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
		 "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
		{"a\nb\r\tc\x1b[0m\x7f", "a b  c [0m "},
		{"a\xc2\x9b"
		 "b\xc2\x85",
		 "a  b  "},
		{"a\xe2\x80\xa8"
		 "b\xe2\x80\xa9",
		 "a   b   "},
		{"a\xe2\x80\xae"
		 "b\xe2\x81\xa6"
		 "c",
		 "a???b???c"},
		{"\xff"
		 "a\xc3",
		 "?a?"},
		{"\x80\xbf", "??"},
		{"\xc0\x8a", "??"},           /* a newline, written too long */
		{"\xe0\x80\x8a", "???"},      /* the same */
		{"\xed\xa0\x80", "???"},      /* half of a pair */
		{"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
		{"\xe2\x82", "??"},
		{"\xf8\x88\x80\x80\x80", "?????"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(mem_freep) char *s = mem_strdup(cases[i].in);
		utf8_line(s);
		CASE_STR(cases[i].out, s, cases[i].out);
		utf8_line(s); /* twice changes nothing more */
		CASE_STR(cases[i].out, s, cases[i].out);
	}
	assert_int_equal(utf8_tail("\x82\xac"
				   "a"),
			 2);
	assert_int_equal(utf8_tail("a"), 0);
	assert_int_equal(utf8_tail("\x80\x80\x80\x80"), 3);
}

static void test_buf_never_truncates(void **state)
{
	(void)state;
	AUTO(buf_done) struct buf b = BUF_INIT(8);
	buf_puts(&b, "12345678");
	assert_int_equal(buf_rc(&b), RC_OK);
	buf_putc(&b, '9');
	assert_int_equal(buf_rc(&b), RC_TOOBIG);
	assert_string_equal(buf_str(&b), "12345678");
	buf_puts(&b, "");
	assert_int_equal(buf_rc(&b), RC_TOOBIG);
	buf_reset(&b);
	assert_int_equal(buf_rc(&b), RC_OK);
	buf_printf(&b, "%d-%s", 12345, "abc");
	assert_int_equal(buf_rc(&b), RC_TOOBIG);
	assert_string_equal(buf_str(&b), "");
}

static void test_buf_growth_and_front(void **state)
{
	(void)state;
	AUTO(buf_done) struct buf b = BUF_INIT(1 << 20);
	for (int i = 0; i < 10000; i++)
		buf_printf(&b, "%d,", i);
	assert_int_equal(buf_rc(&b), RC_OK);
	assert_int_equal(b.len, 48890);
	buf_drop_front(&b, b.len - 5);
	assert_string_equal(buf_str(&b), "9999,");
	AUTO(mem_freep) char *s = buf_steal(&b);
	assert_string_equal(s, "9999,");
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.max, 1 << 20);
}

/* What is written may end at, before or behind the room that there is. */
static void test_buf_printf_at_the_end_of_the_room(void **state)
{
	enum { MAX = 200 };
	char plain[MAX + 2];
	(void)state;
	memset(plain, 'x', sizeof plain - 1);
	plain[sizeof plain - 1] = 0;
	for (int before = 0; before <= MAX; before++) {
		for (int len = 0; len <= MAX + 1; len++) {
			AUTO(buf_done) struct buf b = BUF_INIT(MAX);
			buf_put(&b, plain, (size_t)before);
			buf_printf(&b, "%.*s", len, plain);
			bool fits = before + len <= MAX;
			assert_int_equal(buf_rc(&b), fits ? RC_OK : RC_TOOBIG);
			assert_int_equal(b.len, fits ? before + len : before);
			assert_int_equal(strlen(buf_str(&b)), b.len);
		}
	}
}

static void test_escapes(void **state)
{
	(void)state;
	AUTO(buf_done) struct buf b = BUF_INIT(1000);
	buf_put_json(&b, "a\"b\\c\n\t\x01\xc3\xa9");
	assert_string_equal(buf_str(&b), "a\\\"b\\\\c\\n\\t\\u0001\xc3\xa9");
	buf_reset(&b);
	buf_put_uri(&b, "a/b c~\xc3\xa9?");
	assert_string_equal(buf_str(&b), "a%2Fb%20c~%C3%A9%3F");
}

static void test_err_wraps(void **state)
{
	(void)state;
	struct err e;
	char longer[2000];
	assert_int_equal(err_set(&e, RC_INVALID, "line %d", 7), RC_INVALID);
	assert_int_equal(err_wrap(&e, RC_CONFIG, "file %s", "x"), RC_CONFIG);
	assert_string_equal(e.msg, "file x: line 7");
	assert_int_equal(err_wrap(NULL, RC_CONFIG, "nobody listens"), RC_CONFIG);
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = 0;
	err_set(&e, RC_IO, "%s", longer);
	err_wrap(&e, RC_IO, "%s", longer);
	assert_int_equal(strlen(e.msg), ERR_MSG_MAX - 1);
}

static void test_log_lines(void **state)
{
	(void)state;
	AUTO(buf_done) struct buf b = BUF_INIT(1000);
	struct log_kv kv[] = {KS("job", "default/a"), KI("member", 3), KS("why", "it \"said\" no"),
			      KS("empty", NULL)};
	log_format_logfmt(&b, NULL, LOG_INFO, "placed", kv, ARRAY_LEN(kv));
	assert_string_equal(buf_str(&b), "level=info msg=placed job=default/a member=3 "
					 "why=\"it \\\"said\\\" no\" empty=\"\"");
	buf_reset(&b);
	log_format_json(&b, "T", LOG_WARN, "a b", kv, 3);
	assert_string_equal(buf_str(&b),
			    "{\"time\":\"T\",\"level\":\"warn\",\"msg\":\"a b\",\"job\":"
			    "\"default/a\",\"member\":3,\"why\":\"it \\\"said\\\" no\"}");
}

struct seen {
	int n;
	size_t kvs;
};

static void count(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		  size_t n)
{
	struct seen *s = self;
	(void)level;
	(void)msg;
	(void)kv;
	s->n++;
	s->kvs += n;
}

static void test_log_levels(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct log log = {.min = LOG_INFO, .self = &seen, .sink = count};
	log_debug(&log, "no");
	log_info(&log, "yes");
	log_error(&log, "yes", KI("a", 1), KI("b", 2));
	log_info((struct log *)NULL, "nobody");
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.kvs, 2);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-11-23T03:09:26Z", 1795403366000},
		{"2024-02-29T23:59:59.5Z", 1709251199500},
		{"2024-02-29T23:59:59.123456789Z", 1709251199123},
		{"2024-03-01T01:00:00+01:00", 1709251200000},
		{"2024-02-29T19:00:00-05:00", 1709251200000},
		{"9999-12-31T23:59:59Z", 253402300799000},
		{"2024-13-01T00:00:00Z", -1},
		{"2024-01-01 00:00:00Z", -1},
		{"2024-01-01T00:00:00", -1},
		{"2024-01-01T00:00:00Zjunk", -1},
		{"2024-01-01T24:00:00Z", -1},
		{"2024-01-01T00:00:00+1:00", -1},
		{"", -1},
		{"garbage", -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ms = -1;
		enum rc rc = clocktext_parse(cases[i].text, &ms);
		CASE(cases[i].text, (rc == RC_OK) == (cases[i].ms >= 0));
		CASE(cases[i].text, ms == cases[i].ms);
	}
	char s[CLOCKTEXT_BYTES];
	clocktext_seconds(1709251199123, s);
	assert_string_equal(s, "2024-02-29T23:59:59Z");
	clocktext_micros(1709251199123, s);
	assert_string_equal(s, "2024-02-29T23:59:59.123000Z");
	clocktext_millis(-1, s);
	assert_string_equal(s, "1969-12-31T23:59:59.999Z");
	clocktext_seconds(-1, s); /* before 1970 it is the second before, too */
	assert_string_equal(s, "1969-12-31T23:59:59Z");
	assert_int_equal(whole_seconds(-1), -1000);
	assert_int_equal(whole_seconds(-1000), -1000);
	assert_int_equal(whole_seconds(1999), 1000);
}

static void test_times_round_trip(void **state)
{
	(void)state;
	/* Every 11 days and some of 4 centuries, so that each leap rule is met. */
	for (int64_t ms = -2208988800000; ms < 10413792000000; ms += 11 * 86400000LL + 12345678) {
		char s[CLOCKTEXT_BYTES];
		int64_t back;
		clocktext_millis(ms, s);
		assert_int_equal(clocktext_parse(s, &back), RC_OK);
		assert_int_equal(back, ms);
	}
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"0", 0},           {"2s", 2000}, {"500ms", 500}, {"1m30s", 90000}, {"1h", 3600000},
		{"1h2ms", 3600002}, {"2", -1},    {"", -1},       {"s", -1},        {"1s1m", -1},
		{"1s1s", -1},       {"-1s", -1},  {"1.5s", -1},   {"1d", -1},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t ms = -1;
		enum rc rc = clocktext_parse_duration(cases[i].text, &ms);
		CASE(cases[i].text, (rc == RC_OK) == (cases[i].ms >= 0));
		CASE(cases[i].text, ms == cases[i].ms);
	}
}

static void test_arena(void **state)
{
	(void)state;
	AUTO(arena_done) struct arena a = ARENA_INIT(100000);
	char *first = arena_strdup(&a, "hello");
	for (int i = 0; i < 1000; i++)
		assert_non_null(arena_printf(&a, "%d", i));
	assert_string_equal(first, "hello");
	assert_null(arena_alloc(&a, 100000));
	assert_true(a.toobig);
	assert_null(arena_alloc(&a, 1));
	arena_reset(&a);
	assert_false(a.toobig);
	assert_non_null(arena_alloc(&a, 90000));
	assert_null(arena_alloc(&a, SIZE_MAX));
}

/* Characters of one to four bytes: "a", "\u00e9", "\u20ac", "\U0001f600". */
static void test_words_are_cut_between_characters(void **state)
{
	static const struct {
		const char *s;
		size_t max, want;
	} cases[] = {
		{"", 0, 0},
		{"", 5, 0},
		{"abc", 3, 3},
		{"abc", 2, 2},
		{"abc", 0, 0},
		{"a\xc3\xa9", 3, 3},
		{"a\xc3\xa9", 2, 1},
		{"\xc3\xa9", 1, 0},
		{"a\xe2\x82\xac", 4, 4},
		{"a\xe2\x82\xac", 3, 1},
		{"a\xe2\x82\xac", 2, 1},
		{"\xf0\x9f\x98\x80z", 4, 4},
		{"\xf0\x9f\x98\x80z", 3, 0},
		{"z\xf0\x9f\x98\x80", 4, 1},
		{"z\xf0\x9f\x98\x80", 3, 1},
		{"z\xf0\x9f\x98\x80", 2, 1},
		{"\xc3\xa9\xc3\xa9", 3, 2},
		/* No UTF-8: cut where the bound is, not to nothing. */
		{"\x80\x80\x80\x80\x80\x80\x80\x80", 6, 6},
		{"\xff\xff\xff", 2, 2},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(cases[i].s, utf8_cut(cases[i].s, cases[i].max) == cases[i].want);
}

__attribute__((format(printf, 2, 3))) static char *format_words(size_t max, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *s = words_vprintf(max, fmt, ap);
	va_end(ap);
	return s;
}

static void test_words_fill_what_is_left(void **state)
{
	(void)state;
	AUTO(buf_done) struct buf b = BUF_INIT(8);
	buf_put_words(&b, "12\xe2\x82\xac", 4);
	assert_string_equal(buf_str(&b), "12");
	buf_put_words(&b, "345\xe2\x82\xac\xe2\x82\xac", 100);
	assert_string_equal(buf_str(&b), "12345\xe2\x82\xac");
	buf_put_words(&b, "more", 100);
	assert_string_equal(buf_str(&b), "12345\xe2\x82\xac");
	assert_int_equal(buf_rc(&b), RC_OK);
	AUTO(mem_freep) char *whole = format_words(6, "%d\xe2\x82\xac", 123);
	assert_string_equal(whole, "123\xe2\x82\xac");
	AUTO(mem_freep) char *cut = format_words(5, "%d\xe2\x82\xac", 123);
	assert_string_equal(cut, "123");
	AUTO(mem_freep) char *none = format_words(0, "%d", 1);
	assert_string_equal(none, "");
}

static void test_err_is_cut_between_characters(void **state)
{
	char text[ERR_MSG_MAX * 2 + 1];
	struct err e;
	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		for (size_t i = 0; i + 3 < sizeof text; i += 3)
			memcpy(text + i, "\xe2\x82\xac", 4);
		memset(text, 'a', shift ? 3 * shift - 1 : 0); /* ends inside a character or not */
		(void)err_set(&e, RC_IO, "%s", text + shift);
		assert_true(strlen(e.msg) >= ERR_MSG_MAX - 3);
		assert_memory_equal(e.msg + strlen(e.msg) - 3, "\xe2\x82\xac", 3);
		(void)err_wrap(&e, RC_IO, "%s", text + shift);
		assert_memory_equal(e.msg + strlen(e.msg) - 3, "\xe2\x82\xac", 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_that_are_empty_share_one),
		cmocka_unit_test(test_a_line_for_people),
		cmocka_unit_test(test_buf_never_truncates),
		cmocka_unit_test(test_buf_growth_and_front),
		cmocka_unit_test(test_buf_printf_at_the_end_of_the_room),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_err_wraps),
		cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_log_levels),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_times_round_trip),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_words_are_cut_between_characters),
		cmocka_unit_test(test_words_fill_what_is_left),
		cmocka_unit_test(test_err_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
