/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as YAML: the form, and texts that a reader could take for something else. */
#include "cli/yaml_out.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
