/* SPDX-License-Identifier: Apache-2.0 */
/* Times, amounts, lists of hosts and selections as people read and write them. */
#include "cli/text.h"

#include <string.h>

#include "base/mem.h"
#include "base/runs.h"
#include "test/lib/check.h"

static void spans(void **state)
{
	static const struct {
		int64_t s;
		const char *want; /* as apimachinery's duration.HumanDuration */
	} cases[] = {{-5, "0s"},          {0, "0s"},         {119, "119s"},     {120, "2m"},
		     {200, "3m20s"},      {599, "9m59s"},    {600, "10m"},      {10799, "179m"},
		     {10800, "3h"},       {18420, "5h7m"},   {28800, "8h"},     {172799, "47h"},
		     {172800, "2d"},      {187200, "2d4h"},  {691200, "8d"},    {63072000, "2y"},
		     {65664000, "2y30d"}, {252288000, "8y"}, {63071999, "729d"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(100);
		text_span(&b, cases[i].s * 1000);
		CASE_STR(cases[i].want, buf_str(&b), cases[i].want);
	}
	AUTO(buf_done) struct buf none = BUF_INIT(100);
	text_since(&none, 0, 1000);
	assert_string_equal(buf_str(&none), "-");
}

static void amounts(void **state)
{
	static const struct {
		int64_t milli;
		const char *memory, *cpus;
	} cases[] = {{0, "0", "0"},
		     {250, "0", "0.25"},
		     {1500, "0Ki", "1.5"},
		     {2000LL * 1024, "2Ki", "2048"},
		     {1000LL << 30, "1Gi", "1073741824"},
		     {1500LL << 30, "1.5Gi", "1610612736"},
		     {1000LL * 300 << 20, "300Mi", "314572800"},
		     {INT64_MAX, "8589934.5Gi", "9223372036854775.8"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf m = BUF_INIT(100), c = BUF_INIT(100);
		text_memory(&m, cases[i].milli);
		text_cpus(&c, cases[i].milli);
		CASE_STR(cases[i].memory, buf_str(&m), cases[i].memory);
		CASE_STR(cases[i].cpus, buf_str(&c), cases[i].cpus);
	}
}

static void hosts(void **state)
{
	static const struct {
		const char *v[8], *want;
		size_t max;
	} cases[] = {
		{{"a"}, "a", 60},
		{{"node-3", "node-1", "node-2"}, "node-[1-3]", 60},
		{{"node-07", "node-7", "node-8"}, "node-[7-8],node-07", 60},
		{{"gpu-1", "login", "node-1", "node-3"}, "gpu-1,login,node-[1,3]", 60},
		{{"n9", "n10", "n11"}, "n9,n[10-11]", 60},
		{{"7", "8"}, "[7-8]", 60},
		{{"n1", "n3", "n5", "n7"}, "n[1,3],+2", 4},
		{{"aaaa", "bbbb", "cccc"}, "aaaa,+2", 3},
		{{"a1", "a1"}, "a[1,1]", 60},
		{{NULL}, "", 60},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1000);
		const char *v[8];
		uint32_t n = 0;
		for (; n < 8 && cases[i].v[n]; n++)
			v[n] = cases[i].v[n];
		text_hosts(&b, v, n, cases[i].max);
		CASE_STR(cases[i].want, buf_str(&b), cases[i].want);
	}
}

static void selections(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {{"0", "0"},      {"3,5-9", "3,5-9"}, {"9,1", "1,9"},
		     {"1-2", "1,2"},  {"2,2-4,3", "2-4"}, {"", NULL},
		     {",", NULL},     {"1,", NULL},       {"5-3", NULL},
		     {"-1", NULL},    {"1-", NULL},       {"a", NULL},
		     {"1 2", NULL},   {"100", NULL},      {"99999999999999999999", NULL},
		     {"0-99", "0-99"}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(runs_done) struct runs r = {0};
		AUTO(buf_done) struct buf b = BUF_INIT(1000);
		struct err e = {""};
		enum rc rc = text_indexes(cases[i].text, 99, &r, &e);
		CASE(cases[i].text, (rc == RC_OK) == (cases[i].want != NULL));
		CASE(cases[i].text, rc == RC_OK || (strstr(e.msg, "write 3,5-9") && !r.n));
		runs_format(&r, 100, &b);
		if (cases[i].want)
			CASE_STR(cases[i].text, buf_str(&b), cases[i].want);
	}
}

static void typed_spans(void **state)
{
	int64_t ms = 0;
	struct err e = {""};
	(void)state;
	assert_int_equal(text_parse_span("90", &ms, &e), RC_OK);
	assert_int_equal(ms, 90000);
	assert_int_equal(text_parse_span("1m30s", &ms, &e), RC_OK);
	assert_int_equal(ms, 90000);
	assert_int_equal(text_parse_span("soon", &ms, &e), RC_BADREQUEST);
	assert_non_null(strstr(e.msg, "write 30s"));
	assert_int_equal(text_parse_span("", &ms, &e), RC_BADREQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),       cmocka_unit_test(amounts),
		cmocka_unit_test(hosts),       cmocka_unit_test(selections),
		cmocka_unit_test(typed_spans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
