/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/writeq.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "test/unit/sync/fake_api.h"

struct world {
	struct fake_api api;
	struct writeq *q;
	bool nothing;          /* render has nothing to write */
	const char *rv;        /* what render knows */
	struct buf done;       /* "key:RC " or "key:RC@rv " with the object */
	uint64_t mark_in_done; /* marks this key from inside of done */
};

static bool render(void *self, uint64_t key, struct api_request *req)
{
	struct world *w = self;
	*req = (struct api_request){.verb = API_PATCH_STATUS,
				    .kind = API_COMPUTE_NODE,
				    .name = key == 1 ? "one" : "other",
				    .rv = w->rv};
	return !w->nothing;
}

static void done(void *self, uint64_t key, const struct api_result *res,
		 const struct api_object *obj)
{
	struct world *w = self;
	buf_printf(&w->done, "%u:%s", (unsigned)key, rc_name(res->rc));
	if (obj)
		buf_printf(&w->done, "@%s", obj->meta->rv);
	buf_puts(&w->done, " ");
	if (w->mark_in_done)
		writeq_mark(w->q, w->mark_in_done, false, false, 0, 1000);
	w->mark_in_done = 0;
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct writeq_config cfg = {.inflight_max = 2,
				    .interval_ms = 1000,
				    .backoff_base_ms = 200,
				    .backoff_cap_ms = 5000,
				    .self = w,
				    .render = render,
				    .done = done};
	struct api api = fake_api(&w->api);
	w->rv = "7";
	w->done = BUF_INIT(10000);
	w->q = writeq_new(&cfg, &api, NULL, 1);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	writeq_free(w->q);
	int left = fake_live(&w->api) != 0;
	buf_done(&w->done);
	free(w);
	return left;
}

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->done), text);
	buf_reset(&w->done);
}

static void stored(struct fake_op *op, const char *rv)
{
	struct compute_node n = {.meta = {.name = op->name, .rv = rv}};
	fake_object(op, WATCH_ADDED,
		    &(struct api_object){
			    .kind = API_COMPUTE_NODE, .meta = &n.meta, .compute_node = &n});
	fake_done(op, &(struct api_result){.rc = RC_OK, .http = 200, .rv = rv});
}

static void writes_and_tells_once(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	assert_int_equal(w->api.n, 0); /* goes out with the tick */
	assert_int_equal(writeq_depth(w->q), 1);
	writeq_tick(w->q, 1000);
	assert_int_equal(w->api.n, 1);
	assert_string_equal(fake_last(&w->api)->rv, "7");
	stored(fake_last(&w->api), "8");
	expect(w, "1:OK@8 ");
	assert_int_equal(writeq_depth(w->q), 0);
	writeq_tick(w->q, 5000);
	assert_int_equal(w->api.n, 1);
	assert_int_equal(writeq_deadline(w->q), INT64_MAX); /* the clean slot is gone */
}

static void one_patch_in_an_interval(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	for (int i = 0; i < 5; i++)
		writeq_mark(w->q, 1, false, false, 0, 1100); /* while it flies */
	writeq_tick(w->q, 1200);
	assert_int_equal(w->api.n, 1);
	stored(fake_last(&w->api), "8");
	writeq_mark(w->q, 1, false, false, 0, 1300);
	assert_int_equal(writeq_deadline(w->q), 2000);
	writeq_tick(w->q, 1999);
	assert_int_equal(w->api.n, 1);
	writeq_tick(w->q, 2000);
	assert_int_equal(w->api.n, 2);
	writeq_now(w->q, 2100);
	stored(fake_last(&w->api), "9");
	expect(w, "1:OK@8 1:OK@9 ");
	writeq_mark(w->q, 1, true, false, 0, 2200); /* a state change is not held back */
	writeq_tick(w->q, 2200);
	assert_int_equal(w->api.n, 3);
}

/* As when two leaders write back and forth: at most a few at once, then one an interval. */
static void changes_without_end_are_paced(void **state)
{
	struct world *w = *state;
	int64_t now = 1000;
	uint32_t at_once = 0;
	for (; now < 11000; now += 10) {
		writeq_mark(w->q, 1, true, false, 0, now);
		writeq_tick(w->q, now);
		if (fake_live(&w->api))
			stored(fake_last(&w->api), "8");
		if (now == 1050)
			at_once = w->api.n;
	}
	assert_int_equal(at_once, 5);
	assert_in_range(w->api.n, 13, 15);
	for (writeq_tick(w->q, now); fake_live(&w->api); writeq_tick(w->q, now))
		stored(fake_last(&w->api), "8");
	assert_true(writeq_deadline(w->q) < INT64_MAX); /* its pace is remembered … */
	writeq_tick(w->q, now + 6000);
	while (fake_live(&w->api))
		stored(fake_last(&w->api), "8");
	writeq_tick(w->q, now + 20000);
	assert_int_equal(writeq_deadline(w->q), INT64_MAX); /* … for a while */
}

static void not_before(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 9000, 1000);
	writeq_mark(w->q, 1, false, false, 7000, 1000); /* the earliest counts */
	writeq_mark(w->q, 1, false, false, 8000, 1000);
	assert_int_equal(writeq_deadline(w->q), 7000);
	writeq_mark(w->q, 1, true, false, 0, 1000);
	writeq_tick(w->q, 1000);
	assert_int_equal(w->api.n, 1);
}

static void conflict_waits_for_a_newer_version(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	fake_end(fake_last(&w->api), RC_CONFLICT);
	expect(w, "1:CONFLICT ");
	writeq_tick(w->q, 1500);
	assert_int_equal(w->api.n, 1);
	w->rv = "12";
	writeq_seen(w->q, 1, 1600);
	writeq_tick(w->q, 1600);
	assert_int_equal(w->api.n, 2);
	assert_string_equal(fake_last(&w->api)->rv, "12");
}

static void conflict_without_news_tries_again(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	fake_end(fake_last(&w->api), RC_CONFLICT);
	assert_int_equal(writeq_deadline(w->q), 2000);
	writeq_tick(w->q, 2000);
	assert_int_equal(w->api.n, 2);
}

static void conflict_with_the_news_before_it(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	writeq_seen(w->q, 1, 1050); /* the event overtook the 409 */
	writeq_now(w->q, 1100);
	fake_end(fake_last(&w->api), RC_CONFLICT);
	writeq_tick(w->q, 1100);
	assert_int_equal(w->api.n, 2);
}

static void errors_back_off(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, true, false, 0, 1000);
	writeq_tick(w->q, 1000);
	fake_end(fake_last(&w->api), RC_SERVER);
	assert_in_range(writeq_deadline(w->q), 1100, 1200);
	writeq_tick(w->q, 1200);
	fake_done(fake_last(&w->api),
		  &(struct api_result){.rc = RC_THROTTLED, .retry_after_ms = 3000});
	assert_in_range(writeq_deadline(w->q), 4200, 4950); /* never earlier, and a bit later */
	writeq_mark(w->q, 2, true, false, 0,
		    1300); /* the server asked for quiet: others wait too */
	writeq_tick(w->q, 1300);
	assert_int_equal(w->api.n, 2);
	writeq_tick(w->q, 4199);
	assert_int_equal(w->api.n, 2);
	writeq_tick(w->q, writeq_deadline(w->q));
	assert_int_equal(w->api.n, 4);
}

static void refused_waits_for_its_next_mark(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	fake_end(fake_last(&w->api), RC_INVALID);
	assert_int_equal(writeq_depth(w->q), 0);
	writeq_tick(w->q, 60000);
	assert_int_equal(w->api.n, 1);
	writeq_mark(w->q, 1, false, false, 0, 61000);
	writeq_tick(w->q, 61000);
	assert_int_equal(w->api.n, 2);
}

static void not_found_is_forgotten(void **state)
{
	struct world *w = *state;
	w->mark_in_done = 1;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	fake_end(fake_last(&w->api), RC_NOTFOUND);
	expect(w, "1:NOTFOUND ");
	assert_int_equal(writeq_depth(w->q), 0);
	assert_int_equal(writeq_deadline(w->q), INT64_MAX);
}

static void flights_are_capped(void **state)
{
	struct world *w = *state;
	for (uint64_t k = 1; k <= 3; k++)
		writeq_mark(w->q, k, true, false, 0, 1000);
	writeq_tick(w->q, 1000);
	assert_int_equal(w->api.n, 2);
	assert_int_equal(writeq_deadline(w->q), INT64_MAX); /* a completion wakes us */
	assert_int_equal(writeq_depth(w->q), 3);
	stored(fake_at(&w->api, 0), "8");
	assert_true(writeq_deadline(w->q) <= 1000);
	writeq_tick(w->q, 1001);
	assert_int_equal(w->api.n, 3);
}

/* Where many wait they go as they came; what is ahead of them passes those of the last 10 s. */
static void who_waits_for_others_to_land(void **state)
{
	struct world *w = *state;
	for (uint64_t k = 1; k <= 6; k++) {
		writeq_mark(w->q, k, true, k == 5, 0, 1000 + (int64_t)k);
		writeq_tick(w->q, 1000 + (int64_t)k);
	}
	for (uint32_t i = 0; i < 8; i++) {
		if (i == 2) { /* too late to pass who has waited for so long */
			writeq_mark(w->q, 7, true, false, 0, 10000);
			writeq_mark(w->q, 8, true, true, 0, 12000);
		}
		stored(fake_at(&w->api, i), "8");
		writeq_tick(w->q, i < 2 ? 1100 : 12000);
	}
	expect(w, "1:OK@8 2:OK@8 5:OK@8 3:OK@8 4:OK@8 6:OK@8 8:OK@8 7:OK@8 ");
}

static void nothing_to_write(void **state)
{
	struct world *w = *state;
	w->nothing = true;
	writeq_mark(w->q, 1, true, false, 0, 1000);
	writeq_tick(w->q, 1000);
	assert_int_equal(w->api.n, 0);
	assert_int_equal(writeq_depth(w->q), 0);
}

static void cleared_when_leadership_is_lost(void **state)
{
	struct world *w = *state;
	writeq_mark(w->q, 1, true, false, 0, 1000);
	writeq_mark(w->q, 2, false, false, 5000, 1000);
	writeq_tick(w->q, 1000);
	writeq_clear(w->q);
	assert_true(fake_last(&w->api)->canceled);
	writeq_tick(w->q, 90000);
	assert_int_equal(w->api.n, 1);
	expect(w, "");
}

static void mark_from_inside_of_done(void **state)
{
	struct world *w = *state;
	w->mark_in_done = 1;
	writeq_mark(w->q, 1, false, false, 0, 1000);
	writeq_tick(w->q, 1000);
	stored(fake_last(&w->api), "8");
	assert_int_equal(writeq_depth(w->q), 1);
	writeq_tick(w->q, 2000);
	assert_int_equal(w->api.n, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(writes_and_tells_once),
		T(one_patch_in_an_interval),
		T(changes_without_end_are_paced),
		T(not_before),
		T(conflict_waits_for_a_newer_version),
		T(conflict_without_news_tries_again),
		T(conflict_with_the_news_before_it),
		T(errors_back_off),
		T(refused_waits_for_its_next_mark),
		T(not_found_is_forgotten),
		T(flights_are_capped),
		T(who_waits_for_others_to_land),
		T(who_waits_for_others_to_land),
		T(nothing_to_write),
		T(cleared_when_leadership_is_lost),
		T(mark_from_inside_of_done),
	};
	return cmocka_run_group_tests_name("writeq", tests, NULL, NULL);
}
