/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent makes of the answers to its creates. */
#include "test/unit/agent/core/world.h"

#include <string.h>

/* ---- answers ---- */

static void errors_that_time_heals(void **state)
{
	static const enum rc codes[] = {RC_TIMEOUT,  RC_UNREACHABLE, RC_SERVER,       RC_IO,
					RC_CONFLICT, RC_THROTTLED,   RC_UNAUTHORIZED, RC_TLS};
	struct world *w = *state;
	launching(w);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		print_message("%s\n", rc_name(codes[i]));
		created(w, "p", codes[i], NULL, 0);
		buf_reset(&w->did); /* at times "report": fails_for_long */
		int64_t due = agent_core_deadline(w->c);
		assert_true(due >= w->now + 100 && due <= w->now + 10000);
		tick(w, due - 1);
		expect(w, "");
		tick(w, due);
		expect(w, "create:p ");
	}
	created(w, "p", RC_THROTTLED, NULL, 60000);
	assert_in_range(agent_core_deadline(w->c), w->now + 60000, w->now + 75000);
}

/* What is told then: the phase of a create under way, with words; "": nothing. */
static void expect_words(struct world *w, const char *reason, const char *message)
{
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	buf_reset(&w->did);
	assert_int_equal(changes(w, 64, &cap, &has, &v, &n), *message != '\0');
	if (!*message)
		return;
	assert_int_equal(n, 1);
	assert_int_equal(v[0].phase, MEMBER_NONE);
	assert_string_equal(v[0].reason, reason);
	assert_string_equal(v[0].message, message);
}

static void fails(struct world *w, enum rc rc, const char *reason, const char *message)
{
	step(w, (struct agent_event){.type = AEV_CREATED,
				     .created = {.ns = "ns",
						 .name = "p",
						 .rc = rc,
						 .reason = reason,
						 .message = message}});
}

/* A create that fails once is nobody's business; after some seconds the words are told, once, and
 * again when they change or the session begins anew; the pod ends that. */
static void a_create_that_fails_for_long(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	fails(w, RC_SERVER, "InternalError", "webhook is dead");
	expect_words(w, "", "");
	tick(w, w->now + 1900);
	fails(w, RC_SERVER, "InternalError", "webhook is dead");
	expect_words(w, "", "");
	tick(w, w->now + 200);
	tick(w, w->now + 10000);
	fails(w, RC_SERVER, "InternalError", "webhook is dead");
	tick(w, w->now + 10000); /* the next try is out before it is told */
	expect_words(w, "InternalError", "webhook is dead");
	fails(w, RC_SERVER, "InternalError", "webhook is dead");
	expect_words(w, "", "");
	tick(w, w->now + 10000);
	fails(w, RC_SERVER, "InternalError", "webhook is slow"); /* the same reason, other words */
	expect_words(w, "InternalError", "webhook is slow");
	tick(w, w->now + 10000);
	fails(w, RC_TIMEOUT, "", "");
	expect_words(w, "TIMEOUT", "deadline exceeded");
	expect_snapshot(w, "p/: ");
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
	expect_snapshot(w, "p/u1:Pending ");
}

/* The member that is told: a create that has ended without a pod, with its ticket. */
static void expect_ticket(struct world *w, uint32_t ticket, bool busy, uint32_t retry_after_ms)
{
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(n, 1);
	assert_int_equal(v[0].phase, MEMBER_NONE);
	assert_int_equal(v[0].ticket, ticket);
	assert_int_equal(v[0].busy, busy);
	assert_int_equal(v[0].retry_after_ms, retry_after_ms);
}

/* One create for each ticket, and none before the time that the API server named. */
static void a_ticket_is_for_one_create(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.ticket = 7;
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
	step(w, (struct agent_event){.type = AEV_CREATED,
				     .created = {.ns = "ns",
						 .name = "p",
						 .rc = RC_THROTTLED,
						 .busy = true,
						 .retry_after_ms = 3000}});
	expect(w, "report ");
	expect_ticket(w, 7, true, 3000);
	tick(w, w->now + 100000);
	orders(w, 5, &o, 1); /* the same ticket again */
	expect(w, "");
	o.launch = false; /* it came back */
	o.ticket = 0;
	orders(w, 5, &o, 1);
	tick(w, w->now + 1000);
	expect(w, "drop:ns/h ");
	o.launch = true;
	o.ticket = 8;
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
	created(w, "p", RC_THROTTLED, NULL, 5000);
	expect(w, "report ");
	expect_ticket(w, 8, false, 5000);
	o.ticket = 9; /* too early */
	orders(w, 5, &o, 1);
	expect(w, "");
	assert_int_equal(agent_core_deadline(w->c), w->now + 5000);
	tick(w, w->now + 5000);
	expect(w, "create:p ");
	created(w, "p", RC_EXISTS, NULL, 0); /* and it had vanished when it was read */
	expect(w, "report ");
	expect_ticket(w, 9, false, 0);
}

/* Whether its pod exists, nobody can say: nothing is told, and the coordinator waits. */
static void withdrawn_after_it_failed(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.ticket = 7;
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
	created(w, "p", RC_TIMEOUT, NULL, 0);
	expect(w, "report ");
	expect_ticket(w, 7, false, 0);
	orders(w, 5, NULL, 0);
	expect(w, "drop:ns/h ");
	expect_snapshot(w, "");
}

static void lost_answer_is_adopted(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	launching(w);
	created(w, "p", RC_TIMEOUT, NULL, 0);
	tick(w, agent_core_deadline(w->c));
	expect(w, "create:p ");
	created(w, "p", RC_EXISTS, &p, 0);
	expect_told(w, "p/u1:Running ");
	assert_int_equal(agent_core_deadline(w->c), INT64_MAX);
}

static void lost_answer_then_the_watch(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_TIMEOUT, NULL, 0);
	pod(w, &p);
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
}

static void name_held_by_something_else(void **state)
{
	struct pod cases[4];
	static struct kv other_attempt[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "2"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		cases[i] = member_pod("p", "u1", POD_RUNNING);
	cases[0].meta.owner_uid = "other";
	cases[1].node = "n2";
	cases[2].meta.labels = (struct kvs){other_attempt, 2};
	cases[3].meta.owner_kind = "Job";
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("case %zu\n", i);
		struct world *w = *state;
		launching(w);
		created(w, "p", RC_EXISTS, &cases[i], 0);
		expect(w, "report ");
		expect_told(w, "p/:Held ");
		struct order o = order_of("p", 1);
		orders(w, 5, &o, 1);
		tick(w, 1000000);
		assert_null(strstr(buf_str(&w->did), "create"));
		expect_snapshot(w, "p/:Held ");
		teardown(state);
		setup(state);
	}
}

static void name_held_on_this_node(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = foreign_pod("p", NULL, 0);
	p.meta.ns = "ns";
	ready(w);
	pod(w, &p);
	template(w);
	buf_reset(&w->did);
	orders(w, 5, &o, 1);
	expect(w, "report ");
	expect_told(w, "p/:Held +cap");
	orders(w, 5, &o, 1); /* ordered on: said once */
	expect(w, "");
	expect_told(w, "");
	gone(w, "ns", "p", "p");
	expect_told(w, "+cap");
}

static void exists_but_is_gone_when_read(void **state)
{
	struct world *w = *state;
	launching(w);
	created(w, "p", RC_EXISTS, NULL, 0);
	expect(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "create:p ");
}

static void denied(void **state)
{
	static const enum rc codes[] = {RC_FORBIDDEN, RC_INVALID, RC_BADREQUEST,
					RC_NOTFOUND,  RC_TOOBIG,  RC_CONFIG};
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct world *w = *state;
		launching(w);
		created(w, "p", codes[i], NULL, 0);
		struct capacity cap;
		const struct member *v;
		uint32_t n;
		bool has;
		assert_true(changes(w, 64, &cap, &has, &v, &n));
		assert_int_equal(v[0].phase, MEMBER_DENIED);
		assert_string_equal(v[0].reason, "Why");
		assert_string_equal(v[0].message, "words");
		assert_string_equal(v[0].job_uid, "J");
		tick(w, 1000000);
		expect(w, "report "); /* and no other create */
		/* The coordinator makes it itself: the pod speaks from now on. */
		struct pod p = member_pod("p", "u1", POD_PENDING);
		pod(w, &p);
		expect_snapshot(w, "p/u1:Pending ");
		teardown(state);
		setup(state);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(errors_that_time_heals),       T(a_create_that_fails_for_long),
		T(a_ticket_is_for_one_create),   T(withdrawn_after_it_failed),
		T(lost_answer_is_adopted),       T(lost_answer_then_the_watch),
		T(name_held_by_something_else),  T(name_held_on_this_node),
		T(exists_but_is_gone_when_read), T(denied),
	};
	return cmocka_run_group_tests_name("agent_answers", tests, NULL, NULL);
}
