/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "serve/metrics.h"

struct fixture {
	struct metrics *m;
	struct buf out;
};

static int setup(void **state)
{
	struct fixture *f = mem_zalloc(1, sizeof *f);
	f->m = metrics_new(METRIC_OF_COORDINATOR);
	f->out = (struct buf)BUF_INIT(1 << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	metrics_free(f->m);
	buf_done(&f->out);
	mem_freep(&f);
	return 0;
}

static const char *render(struct fixture *f, enum metrics_format format)
{
	buf_reset(&f->out);
	metrics_render(f->m, format, &f->out);
	assert_int_equal(buf_rc(&f->out), RC_OK);
	return buf_str(&f->out);
}

static void has(struct fixture *f, const char *line)
{
	if (!strstr(buf_str(&f->out), line))
		fail_msg("no \"%s\" in:\n%s", line, buf_str(&f->out));
}

static void has_not(struct fixture *f, const char *line)
{
	if (strstr(buf_str(&f->out), line))
		fail_msg("\"%s\" in:\n%s", line, buf_str(&f->out));
}

static void test_openmetrics(void **state)
{
	struct fixture *f = *state;
	metrics_set(f->m, METRIC_JOBS, "Running", NULL, 3);
	metrics_add(f->m, METRIC_REST_REQUESTS, "200", "GET", 2);
	metrics_add(f->m, METRIC_REST_REQUESTS, "200", "GET", 1);
	metrics_add(f->m, METRIC_REST_REQUESTS, "409", "PATCH", 1);
	const char *text = render(f, METRICS_OPENMETRICS);
	has(f, "# TYPE muster_jobs gauge\nmuster_jobs{state=\"Running\"} 3\n");
	has(f, "# TYPE rest_client_requests counter\n"
	       "rest_client_requests_total{code=\"200\",method=\"GET\"} 3\n"
	       "rest_client_requests_total{code=\"409\",method=\"PATCH\"} 1\n");
	has(f, "\nmuster_placements_total 0\n");
	assert_string_equal(text + strlen(text) - 6, "# EOF\n");
}

static void test_prometheus(void **state)
{
	struct fixture *f = *state;
	metrics_add(f->m, METRIC_REST_REQUESTS, "200", "GET", 1.5);
	render(f, METRICS_PROMETHEUS);
	has(f, "# TYPE rest_client_requests_total counter\n"
	       "rest_client_requests_total{code=\"200\",method=\"GET\"} 1.5\n");
	has_not(f, "# EOF");
}

static void test_only_own_program(void **state)
{
	struct fixture *f = *state;
	render(f, METRICS_OPENMETRICS);
	has_not(f, "muster_agent_connected");
	has(f, "muster_sessions 0\n");
	metrics_free(f->m);
	f->m = metrics_new(METRIC_OF_AGENT);
	render(f, METRICS_OPENMETRICS);
	has(f, "muster_agent_connected 0\n");
	has_not(f, "muster_sessions");
}

static void test_histogram(void **state)
{
	struct fixture *f = *state;
	metrics_observe(f->m, METRIC_TURN_DURATION, NULL, NULL, 0.001);
	metrics_observe(f->m, METRIC_TURN_DURATION, NULL, NULL, 0.3);
	metrics_observe(f->m, METRIC_TURN_DURATION, NULL, NULL, 100);
	render(f, METRICS_OPENMETRICS);
	has(f, "muster_turn_duration_seconds_bucket{le=\"0.001\"} 1\n");
	has(f, "muster_turn_duration_seconds_bucket{le=\"0.25\"} 1\n");
	has(f, "muster_turn_duration_seconds_bucket{le=\"0.5\"} 2\n");
	has(f, "muster_turn_duration_seconds_bucket{le=\"60.0\"} 2\n");
	has(f, "muster_turn_duration_seconds_bucket{le=\"+Inf\"} 3\n");
	has(f, "muster_turn_duration_seconds_sum 100.301\n");
	has(f, "muster_turn_duration_seconds_count 3\n");
}

static void test_escapes(void **state)
{
	struct fixture *f = *state;
	metrics_set(f->m, METRIC_JOBS, "a\"b\\c\nd\xff", NULL, 1);
	render(f, METRICS_OPENMETRICS);
	has(f, "muster_jobs{state=\"a\\\"b\\\\c\\nd?\"} 1\n");
}

static void test_bounds(void **state)
{
	struct fixture *f = *state;
	AUTO(buf_done) struct buf label = BUF_INIT(256);
	for (int i = 0; i < METRIC_SERIES_MAX + 5; i++) {
		buf_reset(&label);
		buf_printf(&label, "s%d", i);
		metrics_set(f->m, METRIC_JOBS, buf_str(&label), NULL, i);
	}
	buf_reset(&label);
	for (int i = 0; i <= METRIC_LABEL_MAX; i++)
		buf_putc(&label, 'x');
	metrics_set(f->m, METRIC_NODES, buf_str(&label), NULL, 1);
	render(f, METRICS_OPENMETRICS);
	has(f, "muster_jobs{state=\"s63\"} 63\n");
	has_not(f, "state=\"s64\"");
	has_not(f, "xxx");
	has(f, "muster_metrics_dropped_total 6\n");
}

static void test_counters_never_fall(void **state)
{
	struct fixture *f = *state;
	metrics_set(f->m, METRIC_PLACEMENTS, NULL, NULL, 5);
	metrics_set(f->m, METRIC_PLACEMENTS, NULL, NULL, 2);
	metrics_set(f->m, METRIC_MEMBERS_LIVE, NULL, NULL, 5);
	metrics_set(f->m, METRIC_MEMBERS_LIVE, NULL, NULL, 2);
	render(f, METRICS_OPENMETRICS);
	has(f, "muster_placements_total 5\n");
	has(f, "muster_members_live 2\n");
}

static void test_clear(void **state)
{
	struct fixture *f = *state;
	metrics_set(f->m, METRIC_JOBS, "Running", NULL, 3);
	metrics_clear(f->m, METRIC_JOBS);
	metrics_set(f->m, METRIC_JOBS, "Failed", NULL, 1);
	render(f, METRICS_OPENMETRICS);
	has_not(f, "Running");
	has(f, "muster_jobs{state=\"Failed\"} 1\n");
}

static void test_process(void **state)
{
	struct fixture *f = *state;
	metrics_process(f->m);
	render(f, METRICS_OPENMETRICS);
	has_not(f, "process_open_fds 0\n");
	has_not(f, "process_resident_memory_bytes 0\n");
	has_not(f, "process_start_time_seconds 0\n");
}

/* What the formats demand of the table itself. */
static void test_table(void **state)
{
	(void)state;
	for (int id = 0; id < METRIC_N; id++) {
		const struct metric_rule *r = metric_rule((enum metric)id);
		size_t len = strlen(r->name);
		bool total = len > 6 && !strcmp(r->name + len - 6, "_total");
		if (total != (r->type == METRIC_COUNTER))
			fail_msg("%s: _total is for counters", r->name);
		if (strspn(r->name, "abcdefghijklmnopqrstuvwxyz_") != len)
			fail_msg("%s: letters", r->name);
		if (!*r->help || strpbrk(r->help, "\"\n\\|"))
			fail_msg("%s: help", r->name);
		if (r->label_b && !r->label_a)
			fail_msg("%s: labels", r->name);
		for (int other = 0; other < id; other++)
			assert_string_not_equal(r->name, metric_rule((enum metric)other)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_openmetrics, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prometheus, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_own_program, setup, teardown),
		cmocka_unit_test_setup_teardown(test_histogram, setup, teardown),
		cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counters_never_fall, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clear, setup, teardown),
		cmocka_unit_test_setup_teardown(test_process, setup, teardown),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
