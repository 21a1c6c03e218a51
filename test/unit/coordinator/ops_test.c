/* SPDX-License-Identifier: Apache-2.0 */
/* The shell's operations alone: order, bounds, pages, what cannot be sent, and their one end. */
#include "coordinator/ops.h"

#include "base/buf.h"
#include "test/lib/check.h"
#include "test/unit/sync/fake_api.h"

struct world {
	struct fake_api api;
	struct template_store templates;
	struct ops ops;
	struct buf told; /* "+NAME " an object, "NAME:RC " an end */
};

static struct world *w;

static void on_object(void *self, struct op *op, const struct api_object *obj)
{
	struct world *at = self;
	(void)op;
	buf_printf(&at->told, "+%s ", obj->meta->name);
}

static void on_end(void *self, struct op *op, const struct api_result *res)
{
	struct world *at = self;
	buf_printf(&at->told, "%s:%s ", op->name, rc_name(res->rc));
}

static int make(void **state)
{
	(void)state;
	w = calloc(1, sizeof *w);
	w->told = BUF_INIT(4096);
	w->ops = (struct ops){.api = fake_api(&w->api),
			      .templates = &w->templates,
			      .sink = {.self = w, .on_object = on_object, .on_end = on_end}};
	ops_init(&w->ops);
	ops_now(&w->ops, 1000);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	ops_cancel(&w->ops);
	template_store_done(&w->templates);
	buf_done(&w->told);
	free(w);
	return 0;
}

static void get(const char *name)
{
	op_queue(op_new(&w->ops, OP_JOB_GET, "ns", name, NULL));
}

static void create(const char *name, const char *hash)
{
	struct op *op = op_new(&w->ops, OP_POD_CREATE, "ns", name, NULL);
	op->pod.template_hash = hash;
	op_queue(op);
}

static void a_create_carries_the_text_of_its_hash(void **state)
{
	(void)state;
	template_store_keep(&w->templates, "other/h", "of another namespace");
	template_store_keep(&w->templates, "ns/h", "text");
	create("p", "h");
	assert_string_equal(fake_last(&w->api)->token, "text");
	assert_int_equal(w->ops.pod_creates, 1);
	fake_end(fake_last(&w->api), RC_EXISTS);
	assert_string_equal(buf_str(&w->told), "p:EXISTS ");
}

/* The caller is in the middle of the core's actions: the end comes with the next turn. */
static void what_cannot_be_sent_ends_with_the_turn(void **state)
{
	(void)state;
	create("p", "unknown");
	assert_int_equal(w->api.n, 0);
	assert_string_equal(buf_str(&w->told), "");
	assert_int_equal(ops_deadline(&w->ops), 1000);
	ops_turn(&w->ops);
	assert_string_equal(buf_str(&w->told), "p:STALE ");
	assert_int_equal(ops_deadline(&w->ops), INT64_MAX);
	assert_int_equal(w->ops.pod_creates, 0);
}

static void so_many_are_in_flight_and_the_rest_waits_in_order(void **state)
{
	(void)state;
	for (int i = 0; i < OPS_INFLIGHT_INITIAL; i++)
		get("a");
	get("b");
	get("c");
	assert_int_equal(w->api.n, OPS_INFLIGHT_INITIAL);
	fake_end(fake_at(&w->api, 5), RC_OK);
	assert_int_equal(w->api.n, OPS_INFLIGHT_INITIAL + 1);
	assert_string_equal(fake_last(&w->api)->name, "b");
	fake_end(fake_at(&w->api, 0), RC_NOTFOUND);
	assert_string_equal(fake_last(&w->api)->name, "c");
	assert_string_equal(buf_str(&w->told), "a:OK a:NOTFOUND ");
}

static void a_list_ends_once_after_its_last_page(void **state)
{
	(void)state;
	op_queue(op_new(&w->ops, OP_LIST_NODE, NULL, "n1", NULL));
	assert_string_equal(fake_last(&w->api)->field_selector, "spec.nodeName=n1");
	assert_int_equal(fake_last(&w->api)->limit, PODS_PAGE);
	fake_node(fake_last(&w->api), WATCH_ADDED, "x", "u", "1");
	fake_listed(fake_last(&w->api), "1", "more");
	assert_string_equal(buf_str(&w->told), "+x ");
	assert_string_equal(fake_last(&w->api)->cont, "more");
	fake_listed(fake_last(&w->api), "1", "");
	assert_string_equal(buf_str(&w->told), "+x n1:OK ");
}

static void a_lookup_is_a_get_of_its_kind(void **state)
{
	static const enum api_kind kinds[] = {API_RUNTIME_CLASS, API_CLAIM, API_VOLUME,
					      API_STORAGE_CLASS, API_CSI_DRIVER};
	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		struct op *op = op_new(&w->ops, OP_LOOKUP, "ns", "x", NULL);
		op->needed = (enum needed_kind)i;
		op_queue(op);
		assert_int_equal(fake_last(&w->api)->kind, kinds[i]);
		assert_int_equal(fake_last(&w->api)->verb, API_GET);
	}
}

static void a_choice_is_a_patch_of_the_claim_or_of_a_volume(void **state)
{
	(void)state;
	for (int volume = 0; volume < 2; volume++) {
		struct op *op = op_new(&w->ops, OP_CHOOSE, "ns", "claim", "uid");
		op->text[0] = mem_strdup("n1");
		op->text[1] = mem_strdup(volume ? "v" : "");
		op->text[2] = mem_strdup("7");
		op_queue(op);
		assert_int_equal(fake_last(&w->api)->verb, API_PATCH);
		assert_int_equal(fake_last(&w->api)->kind, volume ? API_VOLUME : API_CLAIM);
		assert_string_equal(fake_last(&w->api)->name, volume ? "v" : "claim");
		assert_string_equal(fake_last(&w->api)->rv, "7");
	}
	static const enum needed_kind lists[] = {NEEDED_POOL, NEEDED_CSI_NODES, NEEDED_CAPACITY};
	static const enum api_kind kinds[] = {API_VOLUME, API_CSI_NODE, API_CSI_CAPACITY};
	for (int i = 0; i < 3; i++) {
		struct op *list = op_new(&w->ops, OP_LOOKUP, NULL, "fast", NULL);
		list->needed = lists[i];
		op_queue(list);
		assert_int_equal(fake_last(&w->api)->verb, API_LIST);
		assert_int_equal(fake_last(&w->api)->kind, kinds[i]);
	}
}

/* 503 without Retry-After too; what began before the window shrank says nothing again. */
static void a_server_with_too_much_to_do(void **state)
{
	const struct api_result busy = {.rc = RC_SERVER, .http = 503};
	(void)state;
	for (int i = 0; i < 2 * OPS_INFLIGHT_INITIAL; i++)
		get("a");
	ops_now(&w->ops, 1010);
	fake_done(fake_at(&w->api, 0), &busy);
	fake_done(fake_at(&w->api, 1), &busy);
	assert_int_equal(w->ops.pace.window, OPS_INFLIGHT_INITIAL / 2);
	assert_int_equal(fake_live(&w->api), OPS_INFLIGHT_INITIAL - 2);
	fake_end(fake_at(&w->api, 2), RC_TIMEOUT);
	fake_end(fake_at(&w->api, 3), RC_UNREACHABLE);
	assert_int_equal(fake_live(&w->api), OPS_INFLIGHT_INITIAL - 4);
	/* A create has a ticket and does not wait here. */
	template_store_keep(&w->templates, "ns/h", "text");
	create("p", "h");
	assert_string_equal(fake_last(&w->api)->token, "text");
	fake_done(fake_last(&w->api), &busy);
	assert_int_equal(w->ops.pace.window, OPS_INFLIGHT_INITIAL / 2);
}

/* Nothing is sent before the time that the server named, and then all goes on. */
/* A server that is busy has refused what its status says all the same; so often that it is no use,
 * the Event is given up. */
static void an_event_is_tried_again(void **state)
{
	static const struct api_result busy = {
		.rc = RC_THROTTLED, .http = 429, .reason = "", .message = "", .rv = "", .cont = ""};
	(void)state;
	w->ops.nwaiting_notes = 1;
	struct op *op = op_new(&w->ops, OP_NOTE, "ns", "a", "u");
	op->text[0] = mem_strdup("Reason");
	op->text[1] = mem_strdup("words");
	op_queue(op);
	for (uint32_t i = 1; i < NOTE_TRIES_MAX; i++) {
		fake_done(fake_last(&w->api), &busy);
		assert_string_equal(buf_str(&w->told), "");
		while (w->api.n == i) {
			assert_int_equal(w->ops.nwaiting_notes, 1);
			ops_now(&w->ops, ops_deadline(&w->ops));
			ops_turn(&w->ops);
		}
		assert_int_equal(w->api.n, i + 1);
		assert_int_equal(w->ops.nwaiting_notes, 0);
	}
	fake_done(fake_last(&w->api), &busy);
	assert_string_equal(buf_str(&w->told), "a:THROTTLED ");
}

static void a_pause_ends(void **state)
{
	const struct api_result busy = {.rc = RC_THROTTLED, .http = 429, .retry_after_ms = 2000};
	int64_t now_ms = 1000;
	(void)state;
	while (w->ops.pace.window > w->ops.pace.cfg.least) {
		get("a");
		ops_now(&w->ops, now_ms += 10);
		fake_done(fake_last(&w->api), &busy);
		ops_now(&w->ops, now_ms += 10);
	}
	get("a");
	for (int i = 0; i < 5; i++)
		get("b");
	ops_now(&w->ops, now_ms += 10);
	fake_done(fake_last(&w->api), &busy);
	uint32_t sent = w->api.n;
	assert_in_range(ops_deadline(&w->ops), now_ms + 2000, now_ms + 2500);
	ops_now(&w->ops, now_ms + 1999);
	ops_turn(&w->ops);
	assert_int_equal(w->api.n, sent);
	ops_now(&w->ops, ops_deadline(&w->ops));
	ops_turn(&w->ops);
	assert_int_equal(w->api.n, sent + 1);
}

static void who_cancels_hears_nothing(void **state)
{
	(void)state;
	for (int i = 0; i <= OPS_INFLIGHT_INITIAL; i++)
		get("a");
	create("p", "unknown");
	ops_cancel(&w->ops);
	assert_int_equal(fake_live(&w->api), 0);
	ops_turn(&w->ops);
	assert_string_equal(buf_str(&w->told), "");
	get("b");
	assert_int_equal(fake_live(&w->api), 1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, make, clear)
	const struct CMUnitTest tests[] = {
		T(a_create_carries_the_text_of_its_hash),
		T(what_cannot_be_sent_ends_with_the_turn),
		T(so_many_are_in_flight_and_the_rest_waits_in_order),
		T(a_list_ends_once_after_its_last_page),
		T(a_lookup_is_a_get_of_its_kind),
		T(a_choice_is_a_patch_of_the_claim_or_of_a_volume),
		T(a_server_with_too_much_to_do),
		T(an_event_is_tried_again),
		T(a_pause_ends),
		T(who_cancels_hears_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
