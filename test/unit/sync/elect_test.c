/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/elect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "test/lib/check.h"
#include "test/unit/sync/fake_api.h"

enum { WALL = 1000000 };

struct world {
	struct fake_api api;
	struct elect *e;
	struct buf told;
};

static void on_gained(void *self, uint64_t epoch)
{
	struct world *w = self;
	buf_printf(&w->told, "gained:%u ", (unsigned)epoch);
}

static void on_lost(void *self)
{
	struct world *w = self;
	buf_puts(&w->told, "lost ");
}

static void on_leader(void *self, const char *identity, const char *address)
{
	struct world *w = self;
	buf_printf(&w->told, "leader:%s@%s ", identity, address);
}

static int setup_named(void **state, const char *identity, const char *predecessors)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct elect_config cfg = {.ns = "muster",
				   .name = "lease",
				   .identity = identity,
				   .predecessors = predecessors,
				   .address = "10.0.0.1:7117",
				   .lease_duration_ms = 15000,
				   .renew_deadline_ms = 10000,
				   .retry_period_ms = 2000,
				   .self = w,
				   .on_gained = on_gained,
				   .on_lost = on_lost,
				   .on_leader = on_leader};
	struct api api = fake_api(&w->api);
	w->told = BUF_INIT(10000);
	w->e = elect_new(&cfg, &api, NULL, 1);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return setup_named(state, "me", "");
}

static int teardown(void **state)
{
	struct world *w = *state;
	elect_free(w->e);
	int left = fake_live(&w->api) != 0;
	buf_done(&w->told);
	free(w);
	return left;
}

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->told), text);
	buf_reset(&w->told);
}

static void tick(struct world *w, int64_t now)
{
	elect_tick(w->e, now, WALL + now);
}

/* The operation gives a lease of that holder. */
static void give(struct fake_op *op, const char *holder, const char *rv, int64_t renew_ms)
{
	struct lease l = {.meta = {.name = "lease", .rv = rv},
			  .holder = holder,
			  .address = holder[0] ? "10.9.9.9:7117" : "",
			  .duration_s = 15,
			  .acquire_ms = 5,
			  .renew_ms = renew_ms};
	fake_object(op, WATCH_ADDED,
		    &(struct api_object){.kind = API_LEASE, .meta = &l.meta, .lease = &l});
	fake_done(op, &(struct api_result){.rc = RC_OK, .http = 200, .rv = rv});
}

/* The write is stored as it was sent. */
static void store(struct fake_op *op, const char *rv)
{
	struct lease l = {.meta = {.name = "lease", .rv = rv},
			  .holder = op->holder,
			  .address = op->address,
			  .duration_s = op->duration_s,
			  .acquire_ms = op->acquire_ms,
			  .renew_ms = op->renew_ms,
			  .transitions = op->transitions};
	fake_object(op, WATCH_ADDED,
		    &(struct api_object){.kind = API_LEASE, .meta = &l.meta, .lease = &l});
	fake_done(op, &(struct api_result){.rc = RC_OK, .http = 200, .rv = rv});
}

/* Leads since 1000 by the write that made rv 41. */
static void leading(struct world *w)
{
	elect_start(w->e, 1000, WALL + 1000);
	give(fake_last(&w->api), "", "40", 1);
	store(fake_last(&w->api), "41");
	assert_true(elect_leading(w->e));
	expect(w, "leader:me@10.0.0.1:7117 gained:41 ");
}

static void creates_a_missing_lease(void **state)
{
	struct world *w = *state;
	elect_start(w->e, 1000, WALL + 1000);
	assert_int_equal(fake_last(&w->api)->verb, API_GET);
	fake_end(fake_last(&w->api), RC_NOTFOUND);
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb, API_CREATE);
	assert_string_equal(op->holder, "me");
	assert_string_equal(op->address, "10.0.0.1:7117");
	assert_int_equal(op->duration_s, 15);
	store(op, "77");
	expect(w, "leader:me@10.0.0.1:7117 gained:77 ");
	assert_true(elect_leading(w->e));
}

static void lost_the_race_to_create(void **state)
{
	struct world *w = *state;
	elect_start(w->e, 1000, WALL + 1000);
	fake_end(fake_last(&w->api), RC_NOTFOUND);
	fake_end(fake_last(&w->api), RC_EXISTS);
	assert_int_equal(fake_last(&w->api)->verb, API_GET);
	give(fake_last(&w->api), "other", "50", 1);
	expect(w, "leader:other@10.9.9.9:7117 ");
	assert_false(elect_leading(w->e));
	assert_string_equal(elect_leader_address(w->e), "10.9.9.9:7117");
}

static void takes_only_what_stood_still(void **state)
{
	struct world *w = *state;
	int64_t now = 1000, renew = 1;
	elect_start(w->e, now, WALL + now);
	give(fake_last(&w->api), "other", "50", renew);
	/* While it is renewed, however old its times look by our wall clock, it is not taken. */
	for (int i = 0; i < 20; i++) {
		now = elect_deadline(w->e);
		tick(w, now);
		assert_int_equal(fake_last(&w->api)->verb, API_GET);
		give(fake_last(&w->api), "other", "51", ++renew);
	}
	int64_t still_since = now;
	while (fake_last(&w->api)->verb == API_GET) {
		assert_true(now < still_since + 15000 + 2000);
		now = elect_deadline(w->e);
		tick(w, now);
		give(fake_last(&w->api), "other", "51", renew);
	}
	assert_true(now >= still_since + 15000);
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb, API_PATCH);
	assert_string_equal(op->rv, "51");
	assert_int_equal(op->transitions, 1);
	fake_end(op, RC_CONFLICT); /* another candidate was faster */
	assert_int_equal(fake_last(&w->api)->verb, API_GET);
	give(fake_last(&w->api), "third", "52", 9);
	assert_false(elect_leading(w->e));
}

static void renews(void **state)
{
	struct world *w = *state;
	leading(w);
	assert_int_equal(elect_deadline(w->e), 3000);
	tick(w, 3000);
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb, API_PATCH);
	assert_string_equal(op->rv, "41");
	assert_int_equal(op->renew_ms, WALL + 3000);
	assert_int_equal(op->acquire_ms, WALL + 1000);
	assert_true(op->deadline_ms > 0 && op->deadline_ms <= 5000);
	store(op, "42");
	expect(w, ""); /* the epoch is that of the winning write */
	tick(w, 5000);
	assert_string_equal(fake_last(&w->api)->rv, "42");
}

static void edited_by_somebody_else(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	fake_end(fake_last(&w->api), RC_CONFLICT);
	assert_int_equal(fake_last(&w->api)->verb, API_GET);
	give(fake_last(&w->api), "me", "60", WALL + 1000);
	assert_int_equal(fake_last(&w->api)->verb, API_PATCH);
	assert_string_equal(fake_last(&w->api)->rv, "60");
	store(fake_last(&w->api), "61");
	assert_true(elect_leading(w->e));
}

/* The process of an earlier start of the same container has ended: nobody waits for its Lease. */
static void takes_what_a_predecessor_left(void **state)
{
	static const struct {
		const char *holder;
		bool at_once;
	} cases[] = {
		{"pod_uid_first", true},
		{"pod_other_first", false}, /* a pod of the same name */
		{"pod_uid", false},
		{"another", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world;
		setup_named(&world, "pod_uid_second", "pod_uid_");
		struct world *w = world;
		elect_start(w->e, 1000, WALL + 1000);
		give(fake_last(&w->api), cases[i].holder, "7", WALL);
		CASE(cases[i].holder, (fake_last(&w->api)->verb == API_PATCH) == cases[i].at_once);
		if (fake_last(&w->api)->live) {
			assert_string_equal(fake_last(&w->api)->rv, "7");
			fake_end(fake_last(&w->api), RC_CONFLICT);
			fake_end(fake_last(&w->api), RC_UNREACHABLE);
		}
		assert_int_equal(teardown(&world), 0);
	}
	(void)state;
}

static void steps_down_before_others_may_take_over(void **state)
{
	struct world *w = *state;
	leading(w);
	int64_t now = 1000;
	while (elect_leading(w->e)) {
		now = elect_deadline(w->e);
		assert_true(now <= 11000);
		tick(w, now);
		if (fake_last(&w->api)->live)
			fake_end(fake_last(&w->api), RC_UNREACHABLE);
	}
	assert_int_equal(now, 11000); /* sent at 1000, renew deadline 10 s, lease 15 s */
	expect(w, "lost ");
}

static void steps_down_with_a_renewal_out(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	struct fake_op *op = fake_last(&w->api);
	tick(w, 10999);
	assert_true(elect_leading(w->e));
	tick(w, 11000);
	assert_false(elect_leading(w->e));
	assert_true(op->canceled); /* its late success must not count */
	expect(w, "lost ");
}

static void a_renewal_counts_from_when_it_was_sent(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	elect_now(w->e, 7000, WALL + 7000);
	store(fake_last(&w->api), "42"); /* others may have seen it since 3000 */
	tick(w, elect_deadline(w->e));
	tick(w, 12999);
	assert_true(elect_leading(w->e));
	tick(w, 13000);
	assert_false(elect_leading(w->e));
}

static void a_process_that_stood_still_does_not_lead(void **state)
{
	struct world *w = *state;
	leading(w);
	elect_now(w->e, 60000, WALL + 60000);
	assert_false(elect_leading(w->e));
	expect(w, "lost ");
}

/* Its monotonic clock stood still with it; its wall clock was set right. */
static void a_machine_that_slept_does_not_lead(void **state)
{
	struct world *w = *state;
	leading(w);
	elect_now(w->e, 1500, WALL + 60000);
	assert_false(elect_leading(w->e));
	expect(w, "lost ");
	elect_tick(w->e, 1500, WALL + 60000); /* it looks at once: perhaps only its clock was set */
	give(fake_last(&w->api), "me", "41", WALL + 1000);
	assert_int_equal(fake_last(&w->api)->verb, API_PATCH);
	store(fake_last(&w->api), "43");
	assert_true(elect_leading(w->e));
	assert_non_null(strstr(buf_str(&w->told), "gained:43 "));
}

static void a_wall_clock_that_is_set_a_little_costs_nothing(void **state)
{
	static const int64_t set_ms[] = {9000, -9000};
	struct world *w = *state;
	leading(w);
	for (size_t i = 0; i < ARRAY_LEN(set_ms); i++) {
		elect_now(w->e, 1500, WALL + 1000 + set_ms[i]);
		assert_true(elect_leading(w->e));
	}
	expect(w, "");
}

/* Who slept meanwhile cannot tell for how long. */
static void a_wall_clock_that_is_set_far_back_says_nothing(void **state)
{
	struct world *w = *state;
	leading(w);
	elect_now(w->e, 1500, WALL - 3600000);
	assert_false(elect_leading(w->e));
	elect_tick(w->e, 1500, WALL - 3600000);
	give(fake_last(&w->api), "me", "41", WALL + 1000);
	store(fake_last(&w->api), "43");
	assert_true(elect_leading(w->e));
	elect_now(w->e, 2000, WALL - 3599500);
	assert_true(elect_leading(w->e));
}

/* It read that it has won when another one may have won since. */
static void a_win_that_is_read_late_is_none(void **state)
{
	static const int64_t now_ms[] = {61000, 1000}, wall_ms[] = {WALL + 61000, WALL + 61000};
	struct world *w = *state;
	for (size_t i = 0; i < ARRAY_LEN(now_ms); i++) {
		teardown(state);
		setup(state);
		w = *state;
		elect_start(w->e, 1000, WALL + 1000);
		give(fake_last(&w->api), "", "40", 1);
		elect_now(w->e, now_ms[i], wall_ms[i]);
		store(fake_last(&w->api), "41");
		assert_false(elect_leading(w->e));
		elect_tick(w->e, now_ms[i], wall_ms[i]);
		give(fake_last(&w->api), "other", "70", 9);
		assert_false(elect_leading(w->e));
	}
}

static void lost_to_another(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	fake_end(fake_last(&w->api), RC_CONFLICT);
	give(fake_last(&w->api), "other", "70", 9);
	expect(w, "leader:other@10.9.9.9:7117 lost ");
	assert_false(elect_leading(w->e));
}

static void answer_of_the_winning_write_got_lost(void **state)
{
	struct world *w = *state;
	elect_start(w->e, 1000, WALL + 1000);
	give(fake_last(&w->api), "", "40", 1);
	fake_end(fake_last(&w->api), RC_TIMEOUT);
	assert_false(elect_leading(w->e));
	tick(w, elect_deadline(w->e));
	give(fake_last(&w->api), "me", "41", WALL + 1000);
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb,
			 API_PATCH); /* written again: the epoch is of a write we know of */
	assert_int_equal(op->transitions, 0);
	store(op, "42");
	assert_true(elect_leading(w->e));
	assert_non_null(strstr(buf_str(&w->told), "gained:42"));
}

static void deleted_while_leading(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	fake_end(fake_last(&w->api), RC_NOTFOUND);
	fake_end(fake_last(&w->api), RC_NOTFOUND); /* the read */
	assert_int_equal(fake_last(&w->api)->verb, API_CREATE);
	store(fake_last(&w->api), "90");
	assert_true(elect_leading(w->e));
	expect(w, "");
}

static void releases(void **state)
{
	struct world *w = *state;
	leading(w);
	elect_release(w->e, 2000, WALL + 2000);
	expect(w, "lost ");
	assert_false(elect_leading(w->e));
	assert_false(elect_idle(w->e));
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb, API_PATCH);
	assert_string_equal(op->holder, "");
	assert_string_equal(op->rv, "41");
	store(op, "43");
	assert_true(elect_idle(w->e));
	assert_int_equal(elect_deadline(w->e), INT64_MAX); /* never stands again */
}

static void releases_with_a_renewal_out(void **state)
{
	struct world *w = *state;
	leading(w);
	tick(w, 3000);
	elect_release(w->e, 3100, WALL + 3100);
	assert_int_equal(fake_last(&w->api)->verb, API_GET); /* its fate is unknown */
	give(fake_last(&w->api), "me", "42", WALL + 3000);
	assert_string_equal(fake_last(&w->api)->holder, "");
	assert_string_equal(fake_last(&w->api)->rv, "42");
	store(fake_last(&w->api), "43");
	assert_true(elect_idle(w->e));
}

static void release_gives_up(void **state)
{
	struct world *w = *state;
	leading(w);
	elect_release(w->e, 2000, WALL + 2000);
	for (int i = 0; i < 10 && !elect_idle(w->e); i++) {
		if (fake_last(&w->api)->live)
			fake_end(fake_last(&w->api), RC_UNREACHABLE);
		if (!elect_idle(w->e))
			tick(w, elect_deadline(w->e));
	}
	assert_true(elect_idle(w->e));
}

static void an_epoch_must_be_a_number(void **state)
{
	struct world *w = *state;
	elect_start(w->e, 1000, WALL + 1000);
	give(fake_last(&w->api), "", "40", 1);
	store(fake_last(&w->api), "x1");
	assert_false(elect_leading(w->e));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(creates_a_missing_lease),
		T(lost_the_race_to_create),
		T(takes_only_what_stood_still),
		T(renews),
		T(edited_by_somebody_else),
		cmocka_unit_test(takes_what_a_predecessor_left),
		T(steps_down_before_others_may_take_over),
		T(steps_down_with_a_renewal_out),
		T(a_renewal_counts_from_when_it_was_sent),
		T(a_process_that_stood_still_does_not_lead),
		T(a_machine_that_slept_does_not_lead),
		T(a_wall_clock_that_is_set_a_little_costs_nothing),
		T(a_wall_clock_that_is_set_far_back_says_nothing),
		T(a_win_that_is_read_late_is_none),
		T(lost_to_another),
		T(answer_of_the_winning_write_got_lost),
		T(deleted_while_leading),
		T(releases),
		T(releases_with_a_renewal_out),
		T(release_gives_up),
		T(an_epoch_must_be_a_number),
	};
	return cmocka_run_group_tests_name("elect", tests, NULL, NULL);
}
