/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of an object that is too much for a tree. */
#include "kube/reduce.h"

#include <string.h>

#include "base/mem.h"
#include "kube/js.h"
#include "test/lib/check.h"

static const struct reduce_case {
	const char *name;
	enum api_kind kind;
	bool frame;
	const char *in, *out; /* out: NULL if it is malformed */
} cases[] = {
	{"a job", API_JOB, false,
	 "{\"kind\":\"ComputeJob\",\"metadata\":{\"annotations\":{\"a\":\"b\"},\"managedFields\":[{"
	 "}],"
	 "\"name\":\"a\",\"uid\":\"u\"},\"spec\":{\"command\":[\"x\"],\"completions\":9,"
	 "\"parallelism\":3,"
	 "\"template\":"
	 "{\"spec\":{\"containers\":[[[1,2]]],\"terminationGracePeriodSeconds\":5}}},"
	 "\"status\":{\"state\":\"Running\"}}",
	 "{\"kind\":\"ComputeJob\",\"metadata\":{\"name\":\"a\",\"uid\":\"u\"},\"spec\":{"
	 "\"completions\":9,\"parallelism\":3,\"template\":{\"spec\":{"
	 "\"terminationGracePeriodSeconds\":5}}},"
	 "\"status\":{\"state\":\"Running\"}}"},
	{"a frame", API_JOB, true,
	 "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"spec\":{\"x\":[1]}}}"
	 "\n",
	 "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"spec\":{}}}"},
	{"a Node keeps what is read of its status", API_NODE, false,
	 "{\"metadata\":{\"name\":\"n\"},\"status\":{\"images\":[{\"names\":[\"a\"]}],"
	 "\"allocatable\":{\"cpu\":\"1\"}}}",
	 "{\"metadata\":{\"name\":\"n\"},\"status\":{\"allocatable\":{\"cpu\":\"1\"}}}"},
	{"a pod keeps what its containers request", API_POD, false,
	 "{\"metadata\":{\"annotations\":{\"muster.dev/"
	 "containers\":\"main\",\"x\":\"y\"}},\"spec\":{"
	 "\"containers\":[{\"args\":[\"a\",\"]}\\\"\"],\"name\":\"c\",\"resources\":{\"requests\":"
	 "{\"cpu\":\"1\"}}},{}]}}",
	 "{\"metadata\":{\"annotations\":{\"muster.dev/containers\":\"main\"}},\"spec\":{"
	 "\"containers\":[{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"1\"}}},{}]}}"},
	{"a list that is none, entries that are none", API_POD, false,
	 "{\"spec\":{\"containers\":7,\"initContainers\":[1,\"x\",[]]}}",
	 "{\"spec\":{\"containers\":null,\"initContainers\":[null,null,null]}}"},
	{"white space", API_COMPUTE_NODE, false, " { \"spec\" : { \"a\" : 1 } , \"x\" : null } ",
	 "{\"spec\":{ \"a\" : 1 }}"},
	{"nothing", API_JOB, false, "{}", "{}"},
	{"a key that is longer than any path", API_JOB, false,
	 "{\"metadata\":{\"0123456789012345678901234567890123456789012345678901234567890123456789"
	 "012345678901234567890123456789012345678901234567890123456789\":1}}",
	 "{\"metadata\":{}}"},
	{"cut off", API_JOB, false, "{\"metadata\":{\"name\":\"a\"", NULL},
	{"cut off in a string", API_JOB, false, "{\"metadata\":{\"name\":\"a\\\"", NULL},
	{"cut off behind an escape", API_JOB, false, "{\"metadata\":{\"name\":\"a\\", NULL},
	{"cut off in what is left out", API_JOB, false, "{\"x\":[1,[2", NULL},
	{"a comma at the end", API_POD, false, "{\"spec\":{\"containers\":[1,]}}",
	 "{\"spec\":{\"containers\":[null,]}}"},
	{"more than one", API_JOB, false, "{}{}", NULL},
	{"no object", API_JOB, false, "[]", NULL},
	{"no frame", API_JOB, true, "7", NULL},
	{"a frame without an end", API_JOB, true, "{\"type\":\"ADDED\"", NULL},
	{"a frame without a key", API_JOB, true, "{7}", NULL},
	{"no key", API_JOB, false, "{7:1}", NULL},
	{"no value", API_JOB, false, "{\"metadata\":}", NULL},
	{"a bracket too many", API_JOB, false, "{\"x\":]}", NULL},
	{"no comma", API_JOB, false, "{\"metadata\":{} \"spec\":{}}", NULL},
	{"no comma in a list", API_POD, false, "{\"spec\":{\"containers\":[{} {}]}}", NULL},
	{"no colon", API_JOB, false, "{\"x\" 1}", NULL},
};

/* Of a copy of the exact size, so that a sanitizer sees a read past its end. */
static enum rc reduce_copy(enum api_kind kind, bool frame, const char *text, size_t len,
			   struct buf *out)
{
	AUTO(mem_freep) char *in = mem_alloc(len ? len : 1);
	if (len)
		memcpy(in, text, len);
	return reduce(kind, frame, len ? in : in + 1, len, out);
}

static void what_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct reduce_case *c = &cases[i];
		AUTO(buf_done) struct buf out = BUF_INIT(4096);
		enum rc rc = reduce_copy(c->kind, c->frame, c->in, strlen(c->in), &out);
		CASE(c->name, rc == (c->out ? RC_OK : RC_MALFORMED));
		CASE(c->name, !c->out || str_eq(buf_str(&out), c->out));
	}
}

/* A NUL is no blank, ends nothing and is no end of a path. */
static void nuls(void **state)
{
	static const char key[] = "{\"spec\0and what follows\":1}", number[] = "{\"kind\":1\0}";
	AUTO(buf_done) struct buf out = BUF_INIT(64);
	(void)state;
	assert_int_equal(reduce_copy(API_COMPUTE_NODE, false, key, sizeof key - 1, &out), RC_OK);
	assert_string_equal(buf_str(&out), "{}");
	assert_int_equal(reduce_copy(API_JOB, false, number, sizeof number - 1, &out),
			 RC_MALFORMED);
	assert_int_equal(reduce_copy(API_JOB, false, "{}", 3, &out), RC_MALFORMED);
}

/* What ends early is malformed as any kind, and as a frame, wherever it ends: within an escape, a
 * literal, a number, a key. What is left of the whole is whole. */
static void texts_that_end_early(void **state)
{
	static const char *const texts[] = {
		"{\"metadata\":{\"name\":\"a\\\"\\\\\\u00e4\",\"labels\":{\"\\n\":\"\\u0000\"}}}",
		"{\"spec\":{\"suspend\":true,\"priority\":-1.5e+3,\"taints\":null,\"x\":[false,7]}"
		"}",
		"{\"status\":[[[{\"a\":[]}]]],\"spec\":{\"containers\":[{\"name\":\"\\\\\"},[],"
		"\"\\\"\",0]}}",
		"{\"type\":\"ADDED\",\"object\":{\"spec\":{\"containers\":[{\"ports\":[1]}]}}}",
		"{ \"kind\" : \"\\t\" , \"spec\" : { \"\\\\\" : [ { } , \"\\\"\" ] , \"overhead\" "
		": 0 } }",
	};
	static const enum api_kind kinds[] = {API_JOB, API_COMPUTE_NODE, API_NODE, API_POD};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (size_t k = 0; k < 2 * ARRAY_LEN(kinds); k++) {
			size_t whole = strlen(texts[i]);
			for (size_t len = 0; len <= whole; len++) {
				AUTO(buf_done) struct buf out = BUF_INIT(4096);
				enum rc rc = reduce_copy(kinds[k / 2], k % 2, texts[i], len, &out);
				CASE(texts[i], rc == (len == whole ? RC_OK : RC_MALFORMED));
			}
		}
	}
}

static void kinds_of_which_nothing_can_be_left_out(void **state)
{
	AUTO(buf_done) struct buf out = BUF_INIT(64);
	(void)state;
	assert_int_equal(reduce(API_SECRET, false, "{}", 2, &out), RC_TOOBIG);
}

/* prefix, n times what, suffix. */
static void put_many(struct buf *b, const char *prefix, const char *what, uint32_t n,
		     const char *suffix)
{
	buf_puts(b, prefix);
	for (uint32_t i = 0; i < n; i++)
		buf_puts(b, what);
	buf_puts(b, suffix);
}

static void what_is_kept_is_bounded_too(void **state)
{
	AUTO(buf_done) struct buf in = BUF_INIT(1 << 20), out = BUF_INIT(1 << 20);
	AUTO(buf_done) struct buf small = BUF_INIT(16);
	(void)state;
	put_many(&in, "{\"metadata\":{\"finalizers\":[", "1,", REDUCED_VALUES_MAX, "1]}}");
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &out), RC_OK);
	assert_string_equal(buf_str(&out), "{\"metadata\":{\"finalizers\":null}}");
	buf_reset(&in);
	buf_reset(&out);
	put_many(&in, "{\"status\":", "[", REDUCED_DEPTH_MAX + 1, "");
	put_many(&in, "", "]", REDUCED_DEPTH_MAX + 1, "}");
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &out), RC_OK);
	assert_string_equal(buf_str(&out), "{\"status\":null}");
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &small), RC_OK);
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &small), RC_TOOBIG);
}

/* A million levels, and as many values as an object may have bytes. */
static void as_much_as_there_may_be(void **state)
{
	enum { N = 1000000 };
	AUTO(buf_done) struct buf in = BUF_INIT(4 * N), out = BUF_INIT(4096);
	struct err e;
	(void)state;
	put_many(&in, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":{\"x\":", "[", N, "");
	put_many(&in, "", "]", N, "}},\"status\":{\"attempts\":3}}");
	assert_null(js_load(in.data, in.len, &e));
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &out), RC_OK);
	AUTO(js_freep) json_t *o = js_load(buf_str(&out), out.len, &e);
	assert_int_equal(js_int(json_object_get(o, "status"), "attempts", 0), 3);
	buf_reset(&in);
	buf_reset(&out);
	put_many(&in, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":[", "0,", N, "0]}}");
	assert_null(js_load(in.data, in.len, &e));
	assert_int_equal(reduce(API_JOB, false, in.data, in.len, &out), RC_OK);
	assert_string_equal(buf_str(&out),
			    "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":null}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left),
		cmocka_unit_test(nuls),
		cmocka_unit_test(texts_that_end_early),
		cmocka_unit_test(kinds_of_which_nothing_can_be_left_out),
		cmocka_unit_test(what_is_kept_is_bounded_too),
		cmocka_unit_test(as_much_as_there_may_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
