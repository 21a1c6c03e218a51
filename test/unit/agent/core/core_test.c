/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent does of its orders. */
#include "test/unit/agent/core/world.h"

#include <string.h>

/* ---- launches ---- */

static void waits_for_the_pods_to_be_known(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	template(w);
	orders(w, 5, &o, 1);
	tick(w, 100000);
	assert_null(strstr(buf_str(&w->did), "create"));
	buf_reset(&w->did);
	synced(w);
	expect(w, "create:p ");
	tick(w, 200000); /* it is out: not again */
	orders(w, 5, &o, 1);
	expect(w, "");
}

static void pod_that_is_there_is_adopted(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	pod(w, &p);
	template(w);
	orders(w, 5, &o, 1);
	synced(w);
	expect(w, "report drop:ns/h report ");
	expect_told(w, "p/u1:Running ");
}

/* It was told when nobody had ordered it, and counted for nothing. */
static void pod_that_is_there_is_told_again(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
	expect_told(w, "");
	orders(w, 5, &o, 1);
	expect_told(w, "p/u1:Running ");
	orders(w, 5, &o, 1);
	expect_told(w, "");
}

static void waits_for_the_template(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 5, &o, 1);
	tick(w, 100000);
	expect(w, "");
	template(w);
	expect(w, "create:p ");
}

static void created_once(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report ");
	expect_told(w, "p/u1:Pending ");
	pod(w, &p); /* the watch shows the same */
	expect(w, "");
	orders(w, 5, &o, 1);
	expect(w, "drop:ns/h "); /* nobody needs its text any more */
	p = member_pod("p", "u1", POD_SUCCEEDED);
	pod(w, &p);
	expect_told(w, "p/u1:Succeeded ");
	gone(w, "ns", "p", "u1");
	template(w);
	orders(w, 5, &o, 1);
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_told(w, "");
	expect_snapshot(w, "p/u1:Succeeded "); /* how it ended outlives the pod, while ordered */
	orders(w, 5, NULL, 0);
	expect_snapshot(w, "");
}

static void watch_overtakes_the_answer(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	pod(w, &p);
	gone(w, "ns", "p", "u1");
	created(w, "p", RC_OK, &p, 0); /* late: the pod is gone by now */
	expect_told(w, "p/u1:Gone ");
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_snapshot(w, "p/u1:Gone ");
}

static void answer_without_a_pod_behind_it(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Pending ");
	buf_reset(&w->did);
	synced(w); /* this list may have begun before the create: it is read */
	expect_told(w, "");
	expect(w, "read:p ");
	was_read(w, RC_SERVER, NULL);
	expect(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "read:p ");
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "p/u1:Gone ");
}

/* One list was enough to lose sight of a pod for ever: there may never be a second one. */
static void r004_doubted_pod_is_there(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Pending ");
	buf_reset(&w->did);
	synced(w);
	expect(w, "read:p ");
	was_read(w, RC_OK, &p);
	expect_told(w, "");
	assert_int_equal(agent_core_deadline(w->c), INT64_MAX);
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
}

static void withdrawn_while_it_is_out(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	orders(w, 5, NULL, 0);
	buf_reset(&w->did);
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report "); /* and the coordinator deletes it */
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
}

/* Its pod is known to the coordinator and not to us: only a live read tells that it is gone. */
static void ordered_with_a_uid(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.pod_uid = "u7";
	template(w);
	orders(w, 5, &o, 1);
	expect_snapshot(w, ""); /* not known yet whether it is there */
	synced(w);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_snapshot(w, "");
	expect(w, "drop:ns/h read:p ");
	was_read(w, RC_TIMEOUT, NULL);
	tick(w, agent_core_deadline(w->c));
	expect(w, "read:p ");
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "p/u7:Gone ");
	expect_snapshot(w, "p/u7:Gone ");
}

/* A create whose answer is not known: a leader that says Hello to us must hear of it. */
static void r003_under_way_at_hello(void **state)
{
	struct world *w = *state;
	launching(w);
	expect_snapshot(w, "p/: ");
	created(w, "p", RC_TIMEOUT, NULL, 0);
	expect_snapshot(w, "p/: ");
	expect_told(w, ""); /* no news to who ordered it */
}

/* Seed 6254: an agent that no leader has answered for a while creates nothing: another leader may
 * have given the member to another node. */
static void r006_an_order_is_a_lease(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	w->unheard = 10001;
	orders(w, 5, &o, 1);
	expect(w, "");
	assert_int_equal(agent_core_deadline(w->c), w->now + 1000);
	w->unheard = 10000;
	tick(w, w->now);
	expect(w, "create:p ");
}

/* A leader that knows nothing of the pod's end orders the same attempt again. */
static void r005_ordered_again_after_its_end(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_PENDING);
	ready(w);
	template(w);
	orders(w, 5, NULL, 0);
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
	orders(w, 6, &o, 1);
	expect_told(w, "p/u1:Gone ");
}

/* The coordinator created it, and its order came before our watch showed the pod. */
static void r001_ordered_before_the_watch_shows(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u7", POD_PENDING);
	o.pod_uid = "u7";
	o.launch = false;
	ready(w);
	orders(w, 5, &o, 1);
	expect(w, "read:p ");
	expect_told(w, "");
	was_read(w, RC_OK, &p);
	expect_told(w, "p/u7:Pending ");
	gone(w, "ns", "p", "u7");
	expect_told(w, "p/u7:Gone ");
}

static void not_to_be_launched_here(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.launch = false;
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "drop:ns/h ");
	struct pod p = member_pod("p", "u1", POD_PENDING);
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
}

static void agents_that_may_not_launch(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	orders(w, 5, &o, 1); /* the coordinator was told otherwise, or it would not ask */
	tick(w, 100000);
	expect(w, "report ");
	expect_told(w, "p/:Denied ");
	struct pod p = member_pod("p", "u1", POD_RUNNING); /* it does it by itself */
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
}

static void older_epochs_are_refused(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1), p = order_of("q", 2);
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
	orders(w, 4, &p, 1);
	expect(w, "");
	orders(w, 6, &p, 1);
	expect(w, "create:q ");
}

static void creates_are_capped(void **state)
{
	struct world *w = *state;
	static struct order v[40];
	static char names[40][8];
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(7);
		buf_printf(&b, "p%u", i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		v[i] = order_of(names[i], 1);
	}
	ready(w);
	template(w);
	orders(w, 5, v, ARRAY_LEN(v));
	uint32_t n = 0;
	for (const char *s = buf_str(&w->did); (s = strstr(s, "create")); s++)
		n++;
	assert_int_equal(n, 32);
	buf_reset(&w->did);
	created(w, "p0", RC_FORBIDDEN, NULL, 0);
	expect(w, "create:p32 report ");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(waits_for_the_pods_to_be_known),
		T(pod_that_is_there_is_adopted),
		T(pod_that_is_there_is_told_again),
		T(waits_for_the_template),
		T(created_once),
		T(watch_overtakes_the_answer),
		T(answer_without_a_pod_behind_it),
		T(r004_doubted_pod_is_there),
		T(withdrawn_while_it_is_out),
		T(ordered_with_a_uid),
		T(r003_under_way_at_hello),
		T(r006_an_order_is_a_lease),
		T(r005_ordered_again_after_its_end),
		T(r001_ordered_before_the_watch_shows),
		T(not_to_be_launched_here),
		cmocka_unit_test_setup_teardown(agents_that_may_not_launch, setup_no_launch,
						teardown),
		T(older_epochs_are_refused),
		T(creates_are_capped),
	};
	return cmocka_run_group_tests_name("agent_core", tests, NULL, NULL);
}
