/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as YAML: the form, and texts that a reader could take for something else. */
#include "cli/yaml_in.h"
#include "cli/yaml_out.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kube/js.h"
#include "test/lib/check.h"

static void forms(void **state)
{
	static const struct {
		const char *json, *want;
	} cases[] = {
		{"{\"a\":1,\"b\":{\"c\":[1,2.5,{\"d\":\"x\",\"e\":null}]}}",
		 "a: 1\nb:\n  c:\n  - 1\n  - 2.5\n  - d: x\n    e: null\n"},
		{"{\"a\":{},\"b\":[],\"c\":[[1,[2]],[]]}",
		 "a: {}\nb: []\nc:\n- - 1\n  - - 2\n- []\n"},
		{"{\"a\":\"yes\",\"b\":\"1\",\"c\":\"x: y\",\"d\":\"\",\"e\":\"x "
		 "#y\",\"f\":\"end:\",\"g\":\"- x\"}",
		 "a: \"yes\"\nb: \"1\"\nc: \"x: y\"\nd: \"\"\ne: \"x #y\"\nf: \"end:\"\ng: \"- "
		 "x\"\n"},
		{"{\"s\":\"one\\n\\ntwo\"}", "s: |-\n  one\n\n  two\n"},
		{"{\"s\":[\"one\\ntwo\\n\"]}", "s:\n- |\n  one\n  two\n"},
		{"{\"s\":\" one\\ntwo\"}", "s: \" one\\ntwo\"\n"},
		{"{\"s\":\"one\\ntwo\\n\\n\"}", "s: \"one\\ntwo\\n\\n\"\n"},
		{"{\"2\":true,\"on\":false}", "\"2\": true\n\"on\": false\n"},
		{"[\"2026-01-01T00:00:00Z\",\"a/b.c-d\",\"a,b\"]",
		 "- \"2026-01-01T00:00:00Z\"\n- a/b.c-d\n- a,b\n"},
		{"[\"\\u0085\\u2028x\\u00e4\\u20ac\\ud83d\\ude00\\u007f\\ufeff\"]",
		 "- \"\\u0085\\u2028x\303\244\342\202\254\360\237\230\200\\u007f\\ufeff\"\n"},
		{"{\"e\":\"\\u001b[31m\"}", "e: \"\\u001b[31m\"\n"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(js_freep) json_t *o = js_load(cases[i].json, strlen(cases[i].json), NULL);
		AUTO(buf_done) struct buf b = BUF_INIT(4096);
		assert_non_null(o);
		yaml_put(&b, o, 0);
		CASE_STR(cases[i].json, buf_str(&b), cases[i].want);
	}
}

static void reading(void **state)
{
	static const struct {
		const char *yaml, *want; /* JSON of all documents, or part of the error */
	} cases[] = {
		{"a: 1\nb: [x, 'y', 2.5, -3, 0x10, 0o17, 017]\n",
		 "[{\"a\":1,\"b\":[\"x\",\"y\",2.5,-3,16,15,15]}]"},
		{"a: yes\nb: 'yes'\nc: ~\nd:\ne: nan\nf: 1e3\ng: 2026-01-01\n",
		 "[{\"a\":true,\"b\":\"yes\",\"c\":null,\"d\":null,\"e\":\"nan\",\"f\":1000.0,"
		 "\"g\":\"2026-01-01\"}]"},
		{"{\"a\": {\"b\": [true, null]}}", "[{\"a\":{\"b\":[true,null]}}]"},
		{"---\na: 1\n---\n---\nb: |\n  one\n  two\n",
		 "[{\"a\":1},{\"b\":\"one\\ntwo\\n\"}]"},
		{"a: &x [1]\nb: *x\n", "[{\"a\":[1],\"b\":[1]}]"},
		{"", "[]"},
		{"99999999999999999999: 99999999999999999999", "[{\"99999999999999999999\":1e20}]"},
		{"a: 1\na: 2\n", "!line 2: this key is there twice: a"},
		{"a: &x {b: 1}\nc: {<<: *x}\n", "!line 2: merge keys"},
		{"a: &x [*x]\n", "!too many levels"},
		{"a: [1\n", "!line 2: "},
		{"? [a]\n: 1\n", "!a key is a word"},
		{"\x01", "!line 1: "},
		{"a: 1\nb: \"x\\0y\"\n", "!line 2: a text has a NUL"},
		{"\"x\\0y\": 1\n", "!line 1: a key has a NUL"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(js_freep) json_t *docs = NULL;
		AUTO(js_freep) json_t *lines = NULL;
		struct err e = {""};
		enum rc rc = yaml_read(cases[i].yaml, strlen(cases[i].yaml), &docs, &lines, &e);
		bool refused = cases[i].want[0] == '!';
		CASE(cases[i].yaml, (rc != RC_OK) == refused);
		if (refused) {
			CASE(e.msg, strstr(e.msg, cases[i].want + 1));
			continue;
		}
		char *have = json_dumps(docs, JSON_COMPACT | JSON_REAL_PRECISION(6));
		CASE_STR(cases[i].yaml, have, cases[i].want);
		free(have);
		CASE(cases[i].yaml, json_array_size(docs) == json_array_size(lines));
	}
}

/* Aliases of aliases: few bytes, many values. */
static void laughs(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	AUTO(js_freep) json_t *docs = NULL;
	AUTO(js_freep) json_t *lines = NULL;
	struct err e = {""};
	(void)state;
	buf_puts(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 9; i++) {
		buf_printf(&b, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&b, "%s*a%d", k ? ", " : "", i - 1);
		buf_puts(&b, "]\n");
	}
	assert_int_equal(yaml_read(buf_str(&b), b.len, &docs, &lines, &e), RC_BADREQUEST);
	assert_non_null(strstr(e.msg, "too many"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(reading),
					   cmocka_unit_test(laughs)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
