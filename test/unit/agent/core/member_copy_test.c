/* SPDX-License-Identifier: Apache-2.0 */
/* Members as the agent keeps them: a change of any part is a change, what is too long is cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "agent/core/member_copy.h"
#include "base/mem.h"

static const struct res asks[] = {{"cpu", 500}, {"memory", 1000}};
static uint64_t web[] = {80};

static struct member full(void)
{
	return (struct member){.ns = "ns",
			       .job_name = "job",
			       .job_uid = "J",
			       .pod = "p",
			       .pod_uid = "u",
			       .node = "n1",
			       .index = 3,
			       .attempt = 2,
			       .template_hash = "h",
			       .phase = MEMBER_RUNNING,
			       .ready = true,
			       .exit_code = 0,
			       .reason = "r",
			       .message = "words",
			       .started_ms = 5,
			       .ended_ms = 0,
			       .requests = {asks, 2},
			       .ports = {web, 1}};
}

static void any_change_is_a_change(void **state)
{
	static const struct res more[] = {{"cpu", 501}, {"memory", 1000}},
				other[] = {{"cpu", 500}, {"disk", 1000}};
	static uint64_t dns[] = {53};
	struct member m = full();
	struct member_copy *h = member_copy_new(&m);
	(void)state;
	assert_true(member_copy_same(h, &m));
#define CHANGE(field, value)                                                  \
	do {                                                                  \
		m = full();                                                   \
		m.field = value;                                              \
		if (member_copy_same(h, &m))                                  \
			fail_msg("another %s is taken for the same", #field); \
	} while (0)
	CHANGE(phase, MEMBER_SUCCEEDED);
	CHANGE(ready, false);
	CHANGE(deleting, true);
	CHANGE(exit_code, 1);
	CHANGE(index, 4);
	CHANGE(attempt, 3);
	CHANGE(started_ms, 6);
	CHANGE(ended_ms, 1);
	CHANGE(pod_uid, "v");
	CHANGE(job_uid, "K");
	CHANGE(job_name, "jobs");
	CHANGE(template_hash, "i");
	CHANGE(node, "n2");
	CHANGE(reason, "");
	CHANGE(proof, "x");
	CHANGE(message, "word");
	CHANGE(message, "worse");
	CHANGE(message, NULL);
	CHANGE(requests.n, 1);
	CHANGE(requests.v, more);
	CHANGE(requests.v, other);
	CHANGE(ports.n, 0);
	CHANGE(ports.v, dns);
#undef CHANGE
	m = full();
	assert_true(member_copy_same(h, &m));
	assert_null(member_copy_free(h));
	assert_null(member_copy_free(NULL));
}

/* A page of reports must fit one frame, whatever a pod asks for. */
static void resources_are_capped(void **state)
{
	struct res many[40];
	struct member m = full();
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct res){"example.com/thing", (int64_t)i};
	m.requests = (struct reslist){many, ARRAY_LEN(many)};
	struct member_copy *h = member_copy_new(&m);
	assert_int_equal(h->m.requests.n, 32);
	assert_int_equal(h->m.requests.v[31].milli, 31);
	member_copy_free(h);
}

/* Bytes that are no UTF-8 have no beginning of a character to cut before: they are cut all the
 * same. */
static void bytes_without_a_beginning(void **state)
{
	char bad[600];
	struct member m = full();
	(void)state;
	memset(bad, 0x80, sizeof bad - 1);
	bad[sizeof bad - 1] = '\0';
	m.message = bad;
	struct member_copy *h = member_copy_new(&m);
	assert_int_equal(strlen(h->m.message), 512);
	assert_true(member_copy_same(h, &m));
	member_copy_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_change_is_a_change),
		cmocka_unit_test(resources_are_capped),
		cmocka_unit_test(bytes_without_a_beginning),
	};
	return cmocka_run_group_tests_name("agent_member_copy", tests, NULL, NULL);
}
