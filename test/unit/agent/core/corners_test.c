/* SPDX-License-Identifier: Apache-2.0 */
/* What happens seldom to an agent's orders: names that others have, answers that come when nobody
 * waits for them or that show something else, more to tell than fits one report. */
#include "test/unit/agent/core/world.h"

#include <string.h>

#include "model/msgsize.h"

static struct kv index1[] = {{LABEL_INDEX, "1"}, {LABEL_ATTEMPT, "1"}, {LABEL_TEMPLATE, "h"}};
static struct kv attempt2[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "2"}, {LABEL_TEMPLATE, "h"}};

static void again(void **state)
{
	teardown(state);
	setup(state);
}

/* ---- names ---- */

/* Here already, and of a job of ours, but not what is ordered. */
static void name_held_by_another_member(void **state)
{
	struct pod cases[3];
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		cases[i] = member_pod("p", "u1", POD_RUNNING);
	cases[0].meta.owner_uid = "K";
	cases[1].meta.labels = (struct kvs){index1, ARRAY_LEN(index1)};
	cases[2].meta.labels = (struct kvs){attempt2, ARRAY_LEN(attempt2)};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w = *state;
		struct order o = order_of("p", 1);
		print_message("case %zu\n", i);
		ready(w);
		template(w);
		pod(w, &cases[i]);
		expect_told(w, "p/u1:Running ");
		buf_reset(&w->did);
		orders(w, 5, &o, 1);
		expect(w, "report ");
		expect_told(w, "p/:Held ");
		expect_snapshot(w, "p/u1:Running p/:Held ");
		again(state);
	}
}

/* The end of the pod before is still to be told; its name is free. */
static void name_of_one_that_ended(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	struct order o = order_of("p", 2);
	struct agent_core_stats stats;
	ready(w);
	template(w);
	pod(w, &p);
	gone(w, "ns", "p", "u1");
	agent_core_stats(w->c, &stats);
	assert_int_equal(stats.pods, 0);
	assert_int_equal(stats.members, 0);
	buf_reset(&w->did);
	orders(w, 5, &o, 1);
	expect(w, "create:p report ");
	expect_told(w, "p/u1:Gone ");
	p = member_pod("p", "u2", POD_PENDING);
	p.meta.labels = (struct kvs){attempt2, ARRAY_LEN(attempt2)};
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u2:Pending ");
	expect_snapshot(w, "p/u2:Pending ");
}

/* Deleted by hand and its name given to something else, which goes as well. A leader that orders it
 * on hears each time why it does not run. */
static void name_taken_for_a_while(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING), x = foreign_pod("p", NULL, 0);
	struct order o = order_of("p", 1);
	x.meta.ns = "ns";
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Running ");
	pod(w, &x);
	expect_told(w, "p/u1:Gone +cap");
	expect_told(w, "");
	orders(w, 5, &o, 1);
	expect_told(w, "p/:Held ");
	gone(w, "ns", "p", "p");
	expect_told(w, "p/u1:Gone +cap");
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
}

/* The pod that is doubted ends, and before that is told the next attempt has its name: of this one
 * nothing is in doubt. */
static void doubts_end_with_the_pod(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING), q = member_pod("q", "u3", POD_PENDING);
	struct order v[] = {order_of("p", 1), order_of("q", 1)};
	ready(w);
	template(w);
	orders(w, 5, v, 2);
	created(w, "p", RC_OK, &p, 0);
	created(w, "q", RC_OK, &q, 0);
	buf_reset(&w->did);
	synced(w);
	expect(w, "read:p read:q ");
	gone(w, "ns", "p", "u1");
	was_read(w, RC_NOTFOUND, NULL);
	orders(w, 5, v + 1, 1);
	v[0].attempt = 2;
	template(w);
	orders(w, 5, v, 2);
	buf_reset(&w->did);
	p = member_pod("p", "u2", POD_PENDING);
	p.meta.labels = (struct kvs){attempt2, ARRAY_LEN(attempt2)};
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report ");
	expect_snapshot(w, "p/u2:Pending q/u3:Pending ");
}

/* ---- answers ---- */

/* A webhook of the cluster has taken away by what a member is known. */
static void made_otherwise_than_ordered(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	p.meta.labels.n = 0;
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report ");
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(n, 1);
	assert_int_equal(v[0].phase, MEMBER_HELD);
	assert_string_equal(v[0].message, "the pod that was created is not as ordered");
	pod(w, &p);
	expect_told(w, "+cap"); /* it takes room; the rest was said */
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_snapshot(w, "p/:Held ");
}

/* Nothing was made or read that could be spoken of: it is tried again. */
static void answer_that_shows_nothing(void **state)
{
	struct world *w = *state;
	launching(w);
	created(w, "p", RC_OK, NULL, 0);
	expect_told(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "create:p ");
}

/* Ordered with the UID of a pod that the coordinator made; what is read under its name is not it.
 */
static void what_is_read_is_not_it(void **state)
{
	struct pod other = member_pod("p", "u8", POD_PENDING),
		   away = member_pod("p", "u7", POD_PENDING);
	away.node = "n2";
	const struct pod *const cases[] = {NULL, &other, &away};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w = *state;
		struct order o = order_of("p", 1);
		print_message("case %zu\n", i);
		o.pod_uid = "u7";
		ready(w);
		orders(w, 5, &o, 1);
		expect(w, "read:p ");
		was_read(w, RC_OK, cases[i]);
		expect(w, "report ");
		expect_told(w, "p/u7:Gone ");
		again(state);
	}
}

static void withdrawn_while_it_is_read(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u7", POD_PENDING);
	o.pod_uid = "u7";
	ready(w);
	orders(w, 5, &o, 1);
	expect(w, "read:p ");
	orders(w, 5, NULL, 0);
	was_read(w, RC_OK, &p);
	expect(w, "");
	expect_snapshot(w, "");
	pod(w, &p); /* the watch shows it: told, and the coordinator deletes it */
	expect_told(w, "p/u7:Pending ");
}

/* Each at its own time, and the clock is set for the first of them. */
static void several_are_tried_again(void **state)
{
	struct world *w = *state;
	struct order v[] = {order_of("p", 1), order_of("q", 1)};
	int64_t t = w->now;
	ready(w);
	template(w);
	orders(w, 5, v, 2);
	expect(w, "create:p create:q ");
	created(w, "p", RC_THROTTLED, NULL, 5000);
	created(w, "q", RC_THROTTLED, NULL, 9000);
	int64_t due = agent_core_deadline(w->c); /* never earlier, and a bit later */
	assert_in_range(due, t + 5000, t + 6250);
	tick(w, due);
	expect(w, "create:p ");
	created(w, "p", RC_THROTTLED, NULL, 20000);
	due = agent_core_deadline(w->c);
	assert_in_range(due, t + 9000, t + 11250);
	expect(w, "report "); /* its words: it fails for long */
	tick(w, due);
	expect(w, "create:q ");
	assert_in_range(agent_core_deadline(w->c), t + 25000, t + 31250);
}

/* A template is kept until the last order that needs its text is carried out or withdrawn. */
static void templates_are_kept_while_needed(void **state)
{
	struct world *w = *state;
	struct order v[] = {order_of("p", 1), order_of("q", 1), order_of("r", 1)};
	struct pod p = member_pod("p", "u1", POD_PENDING);
	v[1].template_hash = "i";
	v[2].template_hash = "j";
	ready(w);
	template(w);
	orders(w, 5, v, 3);
	step(w, (struct agent_event){.type = AEV_TEMPLATE, .template_name = "i"});
	step(w, (struct agent_event){.type = AEV_TEMPLATE, .template_name = "j"});
	expect(w, "create:p create:q create:r ");
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report ");
	orders(w, 5, v, 3);
	expect(w, "drop:ns/h ");
	orders(w, 5, v, 3);
	expect(w, "");
}

/* Another namespace's text is another text, whatever the hash. */
static void a_template_is_of_its_namespace(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 5, &o, 1);
	step(w, (struct agent_event){.type = AEV_TEMPLATE, .template_name = "other/h"});
	expect(w, "");
	template(w);
	expect(w, "create:p ");
	orders(w, 5, &o, 1);
	expect(w, "drop:other/h ");
}

/* ---- reports ---- */

/* 64 members that say much are more than a frame takes. */
static void pages_fit_a_frame(void **state)
{
	struct world *w = *state;
	static char message[513], names[32][80];
	struct res asks[32];
	struct capacity cap;
	const struct member *v;
	uint32_t n, total = 0, pages = 0;
	bool has;
	memset(message, 'm', sizeof message - 1);
	for (size_t i = 0; i < ARRAY_LEN(asks); i++) {
		memset(names[i], 'a' + (int)i % 26, sizeof names[i] - 1);
		asks[i] = (struct res){names[i], 1000};
	}
	ready(w);
	for (uint32_t i = 0; i < 64; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(20);
		buf_printf(&b, "p%u", i);
		struct pod p = member_pod(buf_str(&b), "u", POD_PENDING);
		p.waiting_reason = "ErrImagePull";
		p.waiting_message = message;
		p.requests = (struct reslist){asks, ARRAY_LEN(asks)};
		pod(w, &p);
	}
	while (changes(w, 64, &cap, &has, &v, &n)) {
		size_t bytes = 0;
		for (uint32_t i = 0; i < n; i++)
			bytes += msgsize_member(&v[i]);
		assert_true(n > 0 && bytes < FRAME_AGENT_MAX);
		total += n;
		pages++;
	}
	assert_int_equal(total, 64);
	assert_true(pages > 1);
}

/* What is said of orders comes in pages like what is said of pods. */
static void refusals_come_in_pages(void **state)
{
	struct world *w = *state;
	struct order v[] = {order_of("p", 1), order_of("q", 1), order_of("r", 1)};
	struct capacity cap;
	const struct member *m;
	uint32_t n;
	bool has;
	ready(w);
	template(w);
	orders(w, 5, v, 3);
	created(w, "p", RC_FORBIDDEN, NULL, 0);
	created(w, "q", RC_FORBIDDEN, NULL, 0);
	created(w, "r", RC_FORBIDDEN, NULL, 0);
	assert_true(changes(w, 2, &cap, &has, &m, &n));
	assert_int_equal(n, 2);
	assert_true(changes(w, 2, &cap, &has, &m, &n));
	assert_int_equal(n, 1);
	assert_string_equal(m[0].pod, "r");
	assert_int_equal(m[0].phase, MEMBER_DENIED);
	assert_false(changes(w, 2, &cap, &has, &m, &n));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(name_held_by_another_member),    T(name_of_one_that_ended),
		T(name_taken_for_a_while),         T(doubts_end_with_the_pod),
		T(made_otherwise_than_ordered),    T(answer_that_shows_nothing),
		T(what_is_read_is_not_it),         T(withdrawn_while_it_is_read),
		T(several_are_tried_again),        T(templates_are_kept_while_needed),
		T(a_template_is_of_its_namespace), T(pages_fit_a_frame),
		T(refusals_come_in_pages),
	};
	return cmocka_run_group_tests_name("agent_corners", tests, NULL, NULL);
}
