/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/reflector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "test/unit/sync/fake_api.h"

struct world {
	struct fake_api api;
	struct reflector *r;
	struct buf seen; /* "+name" upsert, "-name/uid" gone, "S" synced */
};

static void on_upsert(void *self, const struct api_object *obj)
{
	struct world *w = self;
	buf_printf(&w->seen, "+%s ", obj->meta->name);
}

static void on_gone(void *self, const struct meta *meta)
{
	struct world *w = self;
	buf_printf(&w->seen, "-%s/%s ", meta->name, meta->uid);
}

static void on_synced(void *self)
{
	struct world *w = self;
	buf_puts(&w->seen, "S ");
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct reflector_config cfg = {.kind = API_NODE,
				       .field_selector = "metadata.name=a",
				       .page = 2,
				       .watch_silence_ms = 90000,
				       .self = w,
				       .on_upsert = on_upsert,
				       .on_gone = on_gone,
				       .on_synced = on_synced};
	struct api api = fake_api(&w->api);
	w->seen = BUF_INIT(10000);
	w->r = reflector_new(&cfg, &api, NULL, 1);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	reflector_free(w->r);
	if (fake_live(&w->api) != 0)
		return 1; /* what is under way is cancelled */
	buf_done(&w->seen);
	free(w);
	return 0;
}

static void expect(struct world *w, const char *seen)
{
	assert_string_equal(buf_str(&w->seen), seen);
	buf_reset(&w->seen);
}

/* Lists a (uid 1) and b (uid 2) at rv 10 and is watching then. */
static void started(struct world *w)
{
	reflector_start(w->r, 1000);
	fake_node(fake_last(&w->api), WATCH_ADDED, "a", "1", "5");
	fake_node(fake_last(&w->api), WATCH_ADDED, "b", "2", "6");
	fake_listed(fake_last(&w->api), "10", "");
	expect(w, "+a +b S ");
	assert_int_equal(fake_last(&w->api)->verb, API_WATCH);
}

static void pages(void **state)
{
	struct world *w = *state;
	reflector_start(w->r, 1000);
	struct fake_op *op = fake_last(&w->api);
	assert_int_equal(op->verb, API_LIST);
	assert_int_equal(op->limit, 2);
	assert_string_equal(op->cont, "");
	assert_string_equal(op->field_selector, "metadata.name=a");
	fake_node(op, WATCH_ADDED, "a", "1", "5");
	fake_listed(op, "10", "more");
	assert_false(reflector_synced(w->r));
	op = fake_last(&w->api);
	assert_int_equal(op->verb, API_LIST);
	assert_string_equal(op->cont, "more");
	fake_node(op, WATCH_ADDED, "b", "2", "6");
	fake_listed(op, "10", "");
	expect(w, "+a +b S ");
	assert_true(reflector_synced(w->r));
	op = fake_last(&w->api);
	assert_int_equal(op->verb, API_WATCH);
	assert_string_equal(op->rv, "10");
}

static void expired_continue_starts_over(void **state)
{
	struct world *w = *state;
	reflector_start(w->r, 1000);
	fake_node(fake_last(&w->api), WATCH_ADDED, "a", "1", "5");
	fake_listed(fake_last(&w->api), "10", "more");
	fake_end(fake_last(&w->api), RC_GONE);
	expect(w, "+a "); /* a failed list takes nothing away and syncs nothing */
	assert_false(reflector_synced(w->r));
	int64_t due = reflector_deadline(w->r);
	assert_in_range(due, 1400, 1800);
	reflector_tick(w->r, due - 1);
	assert_int_equal(w->api.n, 2);
	reflector_tick(w->r, due);
	assert_int_equal(fake_last(&w->api)->verb, API_LIST);
	assert_string_equal(fake_last(&w->api)->cont, "");
}

static void sweep_after_complete_list_only(void **state)
{
	struct world *w = *state;
	started(w);
	fake_end(fake_last(&w->api), RC_GONE);
	reflector_tick(w->r, reflector_deadline(w->r));
	assert_int_equal(fake_last(&w->api)->verb, API_LIST);
	fake_node(fake_last(&w->api), WATCH_ADDED, "b", "2", "20");
	fake_end(fake_last(&w->api), RC_SERVER);
	expect(w, "+b ");
	reflector_tick(w->r, reflector_deadline(w->r));
	fake_node(fake_last(&w->api), WATCH_ADDED, "b", "2", "20");
	fake_listed(fake_last(&w->api), "30", "");
	expect(w, "+b -a/1 S ");
	assert_int_equal(reflector_relists(w->r), 1);
	assert_string_equal(fake_last(&w->api)->rv, "30");
}

static void recreated_under_another_uid(void **state)
{
	struct world *w = *state;
	started(w);
	fake_node(fake_last(&w->api), WATCH_MODIFIED, "a", "9", "11");
	expect(w, "-a/1 +a ");
}

static void events_and_bookmarks_advance(void **state)
{
	struct world *w = *state;
	started(w);
	struct fake_op *op = fake_last(&w->api);
	fake_node(op, WATCH_MODIFIED, "a", "1", "11");
	fake_node(op, WATCH_DELETED, "b", "2", "12");
	fake_node(op, WATCH_DELETED, "unknown", "3", "13");
	struct meta mark = {.rv = "50"};
	fake_object(op, WATCH_BOOKMARK, &(struct api_object){.kind = API_NODE, .meta = &mark});
	expect(w, "+a -b/2 ");
	reflector_now(w->r, 60000);
	fake_end(op, RC_OK);
	reflector_tick(w->r, 60000); /* a clean end after a while: again at once */
	assert_int_equal(fake_last(&w->api)->verb, API_WATCH);
	assert_string_equal(fake_last(&w->api)->rv, "50");
}

static void watch_that_ends_at_once_is_no_loop(void **state)
{
	struct world *w = *state;
	started(w);
	fake_end(fake_last(&w->api), RC_OK);
	assert_true(reflector_deadline(w->r) >= 1400);
}

static void broken_watch_resumes_with_growing_pauses(void **state)
{
	struct world *w = *state;
	int64_t now = 1000, pause = 0;
	started(w);
	for (int i = 0; i < 10; i++) {
		fake_end(fake_last(&w->api), RC_UNREACHABLE);
		pause = reflector_deadline(w->r) - now;
		assert_true(pause >= 400 && pause <= 30000);
		now += pause;
		reflector_tick(w->r, now);
		assert_int_equal(fake_last(&w->api)->verb, API_WATCH);
		assert_string_equal(fake_last(&w->api)->rv, "10");
	}
	assert_true(pause >= 15000);
}

static void retry_after_is_honoured(void **state)
{
	struct world *w = *state;
	started(w);
	fake_done(fake_last(&w->api),
		  &(struct api_result){.rc = RC_THROTTLED, .retry_after_ms = 7000});
	assert_int_equal(reflector_deadline(w->r), 8000);
}

static void refused_watch_lists_again(void **state)
{
	struct world *w = *state;
	started(w);
	fake_end(fake_last(&w->api), RC_MALFORMED);
	reflector_tick(w->r, reflector_deadline(w->r));
	assert_int_equal(fake_last(&w->api)->verb, API_LIST);
}

static void silent_watch_is_cut(void **state)
{
	struct world *w = *state;
	started(w);
	struct fake_op *op = fake_last(&w->api);
	reflector_now(w->r, 50000);
	struct meta mark = {.rv = "50"};
	fake_object(op, WATCH_BOOKMARK, &(struct api_object){.kind = API_NODE, .meta = &mark});
	assert_int_equal(reflector_deadline(w->r), 140000);
	reflector_tick(w->r, 139999);
	assert_true(op->live);
	reflector_tick(w->r, 140000);
	assert_true(op->canceled);
	reflector_tick(w->r, reflector_deadline(w->r));
	assert_int_equal(fake_last(&w->api)->verb, API_WATCH);
	assert_string_equal(fake_last(&w->api)->rv, "50");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(pages),
		T(expired_continue_starts_over),
		T(sweep_after_complete_list_only),
		T(recreated_under_another_uid),
		T(events_and_bookmarks_advance),
		T(watch_that_ends_at_once_is_no_loop),
		T(broken_watch_resumes_with_growing_pauses),
		T(retry_after_is_honoured),
		T(refused_watch_lists_again),
		T(silent_watch_is_cut),
	};
	return cmocka_run_group_tests_name("reflector", tests, NULL, NULL);
}
