/* SPDX-License-Identifier: Apache-2.0 */
/* When the Service of a job is asked for, and what an answer makes of it. */
#include "coordinator/core/life/job_dns.h"

#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

static struct job_record *running(struct core *c)
{
	struct job_record *j = tables_job(c, "a", 2);
	j->spec.names = true;
	j->life.start_ms = 5000;
	return j;
}

static void asked_for_once(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	job_dns_check(c, j);
	assert_string_equal(tables_did(c), "SERVICE a\n");
	job_dns_check(c, j);
	assert_string_equal(tables_did(c), "");
	job_dns_made(c, j);
	job_dns_check(c, j);
	assert_string_equal(tables_did(c), "");
}

static void not_for_whom(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	j->spec.names = false;
	job_dns_check(c, j);
	j->spec.names = true;
	j->life.start_ms = 0; /* it waits */
	job_dns_check(c, j);
	assert_string_equal(tables_did(c), "");
}

static void later_and_later(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	int64_t waited = 0;
	for (int i = 0; i < 12; i++) {
		job_dns_check(c, j);
		assert_string_equal(tables_did(c), "SERVICE a\n");
		job_dns_later(c, j);
		job_dns_check(c, j);
		assert_string_equal(tables_did(c), "");
		assert_true(j->dns.again_ms - c->now_ms >= waited);
		waited = j->dns.again_ms - c->now_ms;
		assert_in_range(waited, 1000, 300000);
		c->now_ms = j->dns.again_ms;
	}
	assert_int_equal(waited, 300000);
}

static void a_refusal_is_told_once(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = running(c);
	job_dns_refused(c, j, "exceeded quota");
	assert_string_equal(tables_did(c),
			    "WARNING a ServiceFailed: the Service a cannot be made, so members "
			    "have no names in DNS: exceeded quota; remove the cause, or set "
			    "enableDNSHostnames to false\n");
	job_dns_refused(c, j, "exceeded quota");
	assert_string_equal(tables_did(c), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(asked_for_once),
		T(not_for_whom),
		T(later_and_later),
		T(a_refusal_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
