/* SPDX-License-Identifier: Apache-2.0 */
/* The loop's waiting: deadlines, descriptors, wake-ups; and clients that have nothing to talk to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "net/http.h"
#include "net/loop.h"
#include "os/clock.h"

static struct loop *loop;

static int make(void **state)
{
	struct err e;
	(void)state;
	return loop_new(&loop, &e) == RC_OK ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	loop = loop_free(loop);
	return 0;
}

static void deadlines_end_the_wait(void **state)
{
	int64_t began = clock_mono_ms();
	(void)state;
	loop_wait(loop, began + 30);
	assert_true(clock_mono_ms() >= began + 30);
	assert_true(loop_now_ms(loop) >= began + 30);
	assert_true(loop_wall_ms(loop) > INT64_C(1600000000000));
	loop_wait(loop, began); /* it has passed: no wait */
	loop_wait(loop, INT64_MIN);
}

/* Time stands still between two waits: all of a turn sees one time. */
static void a_turn_has_one_time(void **state)
{
	(void)state;
	loop_wait(loop, 0);
	int64_t now = loop_now_ms(loop);
	for (int64_t until = clock_mono_ms() + 5; clock_mono_ms() < until;)
		loop_run(loop);
	assert_int_equal(loop_now_ms(loop), now);
}

static void *wake(void *l)
{
	loop_wake(l);
	return NULL;
}

static void foreign_threads_wake_it(void **state)
{
	pthread_t thread;
	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, wake, loop), 0);
	loop_wait(loop, INT64_MAX);
	assert_int_equal(pthread_join(thread, NULL), 0);
	/* Many wakes are one, and one from before is not forgotten. */
	for (int i = 0; i < 1000; i++)
		loop_wake(loop);
	loop_wait(loop, INT64_MAX);
	int64_t began = clock_mono_ms();
	loop_wait(loop, began + 20);
	assert_true(clock_mono_ms() >= began + 20);
}

static void read_one(void *self)
{
	char c;
	int *fds = self;
	assert_int_equal(read(fds[0], &c, 1), 1);
	fds[2]++;
}

static void descriptors_are_watched(void **state)
{
	int a[3] = {0}, b[3] = {0};
	(void)state;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	loop_watch(loop, a[0], a, read_one);
	loop_watch(loop, b[0], b, read_one);
	assert_int_equal(write(b[1], "xy", 2), 2);
	for (int i = 0; i < 2; i++) {
		loop_wait(loop, INT64_MAX);
		loop_run(loop);
	}
	assert_int_equal(a[2], 0);
	assert_int_equal(b[2], 2);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}

/* ---- requests to nobody ---- */

struct seen {
	int done;
	struct http_result res;
	char message[256];
	struct http_request *cancel;
};

static bool on_data(void *self, int status, const char *data, size_t len)
{
	(void)self;
	(void)status;
	(void)data;
	(void)len;
	fail_msg("nobody answers");
	return false;
}

static void on_done(void *self, const struct http_result *res)
{
	struct seen *s = self;
	s->done++;
	s->res = *res;
	memcpy(s->message, res->message, strnlen(res->message, sizeof s->message - 1));
	if (s->cancel)
		http_cancel(s->cancel, false);
}

static struct http_client *client(const char *url)
{
	struct err e;
	struct http_client *c = NULL;
	struct http_config cfg = {.url = url, .inflight_max = 4};
	assert_int_equal(http_client_new(loop, &cfg, &c, &e), RC_OK);
	return c;
}

static struct http_request *ask(struct http_client *c, const char *path, struct seen *s)
{
	struct http_want want = {.method = "GET",
				 .path = path,
				 .deadline_ms = 3000,
				 .self = s,
				 .on_data = on_data,
				 .on_done = on_done};
	return http_start(c, &want);
}

static void turn_until(const int *done)
{
	for (int i = 0; i < 100 && !*done; i++) {
		loop_wait(loop, clock_mono_ms() + 100);
		loop_run(loop);
	}
}

static void refused_connections_are_unreachable(void **state)
{
	struct http_client *c = client("https://127.0.0.1:1");
	struct seen s = {0};
	(void)state;
	ask(c, "/", &s);
	assert_int_equal(s.done, 0);
	turn_until(&s.done);
	assert_int_equal(s.done, 1);
	assert_int_equal(s.res.rc, RC_UNREACHABLE);
	assert_int_equal(s.res.status, 0);
	assert_true(strlen(s.message) > 0);
	assert_int_equal(http_inflight(c), 0);
	http_client_free(c);
}

static void what_has_no_path_is_not_sent(void **state)
{
	struct http_client *c = client("https://127.0.0.1:1");
	struct seen a = {0}, b = {0}, other = {0};
	(void)state;
	ask(c, NULL, &a);
	a.cancel = ask(c, NULL, &b); /* the first's end cancels the second */
	ask(c, NULL, &other);
	turn_until(&other.done);
	assert_int_equal(a.done, 1);
	assert_int_equal(a.res.rc, RC_CANCELED);
	assert_int_equal(b.done, 0);
	assert_int_equal(other.done, 1);
	http_client_free(c);
}

static void the_canceled_stay_silent(void **state)
{
	struct http_client *c = client("https://127.0.0.1:1");
	struct seen before = {0}, after = {0}, other = {0}, last = {0};
	(void)state;
	http_cancel(ask(c, "/", &before), false);
	struct http_request *r = ask(c, "/", &after);
	loop_wait(loop, clock_mono_ms());
	http_cancel(r, true);
	ask(c, "/", &other);
	turn_until(&other.done);
	assert_int_equal(before.done + after.done, 0);
	assert_int_equal(other.done, 1);
	ask(c, "/", &last);
	loop_wait(loop, clock_mono_ms());
	http_client_free(c); /* with one under way */
	assert_int_equal(last.done, 0);
}

static void only_https_is_spoken(void **state)
{
	static const char *const urls[] = {"http://h", "h", "", "ftp://h", "HTTPS://h"};
	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct err e;
		struct http_client *c = NULL;
		struct http_config cfg = {.url = urls[i], .inflight_max = 1};
		assert_int_equal(http_client_new(loop, &cfg, &c, &e), RC_CONFIG);
		assert_null(c);
		assert_non_null(strstr(e.msg, "https://"));
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(deadlines_end_the_wait),
		CASE(a_turn_has_one_time),
		CASE(foreign_threads_wake_it),
		CASE(descriptors_are_watched),
		CASE(refused_connections_are_unreachable),
		CASE(what_has_no_path_is_not_sent),
		CASE(the_canceled_stay_silent),
		CASE(only_https_is_spoken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
