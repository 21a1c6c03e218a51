/* SPDX-License-Identifier: Apache-2.0 */
/* The splitter gives the same items wherever the chunks end. */
#include <string.h>

#include "base/mem.h"
#include "kube/split.h"
#include "test/lib/check.h"

struct taken {
	struct buf text; /* items, each followed by | */
	uint32_t too_long, stop_after;
};

static bool take(void *self, const char *text, size_t len)
{
	struct taken *t = self;
	if (!text) {
		t->too_long++;
		return true;
	}
	assert_int_equal(strlen(text), len);
	buf_puts(&t->text, text);
	buf_putc(&t->text, '|');
	return !t->stop_after || --t->stop_after;
}

static const struct split_case {
	const char *name, *input;
	bool lines;
	const char *items, *rest; /* rest: NULL for a list that is not whole */
} cases[] = {
	{"metadata first", "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"a\":1},{}]}",
	 false, "{\"a\":1}|{}|", "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[]}"},
	{"metadata last, as custom resources have it",
	 "{\"items\":[{\"a\":[1,2]},\n {\"b\":{}}],\"metadata\":{\"continue\":\"x\"}}\n", false,
	 "{\"a\":[1,2]}|{\"b\":{}}|", "{\"items\":[],\"metadata\":{\"continue\":\"x\"}}\n"},
	{"no items", "{\"items\":[],\"metadata\":{}}", false, "", "{\"items\":[],\"metadata\":{}}"},
	{"null items", "{\"items\":null,\"metadata\":{}}", false, "",
	 "{\"items\":null,\"metadata\":{}}"},
	{"brackets, quotes and escapes in strings",
	 "{\"items\":[{\"a\":\"]}\\\"{[\\\\\"},{\"b\":\"\\\\\\\"\"}],\"k\":\"[{\"}", false,
	 "{\"a\":\"]}\\\"{[\\\\\"}|{\"b\":\"\\\\\\\"\"}|", "{\"items\":[],\"k\":\"[{\"}"},
	{"items of something else",
	 "{\"metadata\":{\"items\":[{\"no\":1}]},\"items\":[{\"items\":[{\"in\":1}]}]}", false,
	 "{\"items\":[{\"in\":1}]}|", "{\"metadata\":{\"items\":[{\"no\":1}]},\"items\":[]}"},
	{"a value called items", "{\"kind\":\"items\",\"x\":[{\"no\":1}],\"items\":[{\"y\":1}]}",
	 false, "{\"y\":1}|", "{\"kind\":\"items\",\"x\":[{\"no\":1}],\"items\":[]}"},
	{"white space", " {\n \"items\" : [ {\"a\" : 1} , {\"b\":2} ] } ", false,
	 "{\"a\" : 1}|{\"b\":2}|", " {\n \"items\" : [] } "},
	{"cut off in an item", "{\"items\":[{\"a\":1},{\"b\":", false, "{\"a\":1}|", NULL},
	{"cut off behind an item", "{\"items\":[{\"a\":1}", false, "{\"a\":1}|", NULL},
	{"cut off in a string", "{\"metadata\":{},\"x\":\"}}", false, "", NULL},
	{"nothing", "", false, "", NULL},
	{"lines", "{\"a\":1}\n{\"b\":\"\\n\"}\n", true, "{\"a\":1}|{\"b\":\"\\n\"}|", NULL},
	{"empty lines between", "\n{\"a\":1}\n\n\n{}\n", true, "{\"a\":1}|{}|", NULL},
	{"the last line is not ended", "{\"a\":1}\n{\"b\"", true, "{\"a\":1}|", NULL},
};

static void check(const struct split_case *c, size_t cut1, size_t cut2)
{
	struct taken t = {.text = BUF_INIT(4096)};
	struct splitter s;
	size_t len = strlen(c->input);
	splitter_init(&s, c->lines, &t, take);
	CASE(c->name, splitter_feed(&s, c->input, cut1) == RC_OK);
	CASE(c->name, splitter_feed(&s, c->input + cut1, cut2 - cut1) == RC_OK);
	CASE(c->name, splitter_feed(&s, c->input + cut2, len - cut2) == RC_OK);
	CASE_STR(c->name, buf_str(&t.text), c->items);
	if (c->rest)
		CASE_STR(c->name, str_or_empty(splitter_rest(&s)), c->rest);
	else if (!c->lines)
		CASE(c->name, splitter_rest(&s) == NULL);
	splitter_done(&s);
	buf_done(&t.text);
}

static void the_same_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].input);
		for (size_t a = 0; a <= len; a++) {
			for (size_t b = a; b <= len; b++)
				check(&cases[i], a, b);
		}
	}
}

static void byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct taken t = {.text = BUF_INIT(4096)};
		struct splitter s;
		splitter_init(&s, cases[i].lines, &t, take);
		for (const char *p = cases[i].input; *p; p++)
			CASE(cases[i].name, splitter_feed(&s, p, 1) == RC_OK);
		CASE_STR(cases[i].name, buf_str(&t.text), cases[i].items);
		splitter_done(&s);
		buf_done(&t.text);
	}
}

static void stops_when_told(void **state)
{
	struct taken t = {.text = BUF_INIT(4096), .stop_after = 2};
	struct splitter s;
	(void)state;
	splitter_init(&s, false, &t, take);
	assert_int_equal(splitter_feed(&s, "{\"items\":[{},{},{},{}]}", 23), RC_CANCELED);
	assert_string_equal(buf_str(&t.text), "{}|{}|");
	splitter_done(&s);
	buf_done(&t.text);
}

static enum rc feed_many(struct splitter *s, char c, size_t n)
{
	char chunk[4096];
	memset(chunk, c, sizeof chunk);
	enum rc rc = RC_OK;
	for (size_t i = 0; i < n && rc == RC_OK; i += sizeof chunk)
		rc = splitter_feed(s, chunk, sizeof chunk);
	return rc;
}

static void too_long_is_told_and_passed_over(void **state)
{
	static const char *const begin[] = {"{\"items\":[{\"a\":1},{\"b\":\"",
					    "{\"a\":1}\n{\"b\":\""},
				 *const end[] = {"\"},{\"c\":2}]}", "\"}\n{\"c\":2}\n"};
	(void)state;
	for (int lines = 0; lines < 2; lines++) {
		struct taken t = {.text = BUF_INIT(4096)};
		struct splitter s;
		splitter_init(&s, lines, &t, take);
		assert_int_equal(splitter_feed(&s, begin[lines], strlen(begin[lines])), RC_OK);
		assert_int_equal(feed_many(&s, 'x', SPLIT_ITEM_MAX + 8192), RC_OK);
		assert_true(s.item.cap <= 2 * SPLIT_ITEM_MAX);
		assert_int_equal(splitter_feed(&s, end[lines], strlen(end[lines])), RC_OK);
		assert_string_equal(buf_str(&t.text), "{\"a\":1}|{\"c\":2}|");
		assert_int_equal(t.too_long, 1);
		assert_true(s.item.cap <= 64 * 1024);
		splitter_done(&s);
		buf_done(&t.text);
	}
}

static void a_rest_without_end_is_too_big(void **state)
{
	struct taken t = {.text = BUF_INIT(4096)};
	struct splitter s;
	(void)state;
	splitter_init(&s, false, &t, take);
	assert_int_equal(feed_many(&s, '{', SPLIT_REST_MAX * 2), RC_TOOBIG);
	splitter_done(&s);
	splitter_init(&s, false, &t, take);
	assert_int_equal(feed_many(&s, '}', SPLIT_REST_MAX * 2), RC_TOOBIG);
	splitter_done(&s);
	buf_done(&t.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_wherever_it_is_cut),
		cmocka_unit_test(byte_by_byte),
		cmocka_unit_test(stops_when_told),
		cmocka_unit_test(too_long_is_told_and_passed_over),
		cmocka_unit_test(a_rest_without_end_is_too_big),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
