/* SPDX-License-Identifier: Apache-2.0 */
/* When creates begin, in the core as a whole: with their tickets
 * (docs/design/0012-paced-launches.md). */
#include "coordinator/core/state/tickets.h"
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static struct wjob *job_of(struct world *w, uint32_t window, uint32_t nodes, bool agents)
{
	w->cfg.creates_initial = window;
	w->cfg.agent_launch = agents;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", nodes);
	w_job(w, j);
	return j;
}

/* The ticket of a member's order; 0: it has none, or may not begin. */
static uint32_t ticket(struct world *w, struct wjob *j, uint32_t index)
{
	const struct order *o = w_order(w, j, index, NULL);
	assert_true(!o || !o->by_agent || o->launch == (o->ticket != 0));
	return o ? o->ticket : 0;
}

static const char *node_of(struct world *w, struct wjob *j, uint32_t index)
{
	const char *node = NULL;
	assert_non_null(w_order(w, j, index, &node));
	return node;
}

/* The create of a member's ticket has ended without a pod. */
static void fails(struct world *w, struct wjob *j, uint32_t index, bool busy, uint32_t retry_after)
{
	struct member m = w_member(w, j, node_of(w, j, index), index, 1, MEMBER_NONE);
	m.pod_uid = "";
	m.ticket = ticket(w, j, index);
	m.busy = busy;
	m.retry_after_ms = retry_after;
	w_report(w, &m);
}

static void orders_come_with_tickets(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 2, 4, true);
	assert_int_equal(w_orders(w, j), 2);
	uint32_t first = ticket(w, j, 0);
	assert_true(first && ticket(w, j, 1) && ticket(w, j, 1) != first);
	w_tell(w, j, node_of(w, j, 0), 0, 1, MEMBER_PENDING);
	assert_int_equal(ticket(w, j, 0), 0);
	assert_true(ticket(w, j, 2));
	w_tell(w, j, node_of(w, j, 1), 1, 1, MEMBER_PENDING);
	assert_true(ticket(w, j, 3));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.creates_out, 2);
	assert_int_equal(st.creates_waiting, 0);
}

static void a_refused_create_waits(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 4, 2, true);
	uint32_t first = ticket(w, j, 0);
	w_wait(w, 10);
	fails(w, j, 0, true, 3000);
	assert_int_equal(ticket(w, j, 0), 0); /* the order stays, and may not begin */
	assert_int_equal(w_orders(w, j), 2);
	w_wait(w, 2999);
	assert_int_equal(ticket(w, j, 0), 0);
	w_wait(w, 1000);
	assert_true(ticket(w, j, 0) > first);
	/* What says nothing about the server is tried again soon. */
	first = ticket(w, j, 0);
	fails(w, j, 0, false, 0);
	assert_int_equal(ticket(w, j, 0), 0);
	w_wait(w, 1000);
	assert_true(ticket(w, j, 0) > first);
	/* An agent may say anything: so long nobody waits. */
	fails(w, j, 0, true, UINT32_MAX);
	w_wait(w, 40000);
	assert_true(ticket(w, j, 0));
}

/* A word about an older ticket, or about none, changes nothing. */
static void of_another_ticket(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 4, 1, true);
	uint32_t first = ticket(w, j, 0);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_NONE);
	m.pod_uid = "";
	m.ticket = first + 1;
	w_report(w, &m);
	assert_int_equal(ticket(w, j, 0), first);
	m.ticket = 0;
	w_report(w, &m);
	assert_int_equal(ticket(w, j, 0), first);
	m.ticket = first;
	w_report(w, &m);
	w_report(w, &m);
	assert_int_equal(ticket(w, j, 0), 0);
	m.ticket = 0; /* it is under way, says one that knows of no tickets */
	w_report(w, &m);
	assert_true(ticket(w, j, 0));
}

static void an_agent_is_not_heard(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 1, 2, true);
	struct core_stats st;
	const char *node = node_of(w, j, 0);
	assert_int_equal(w_orders(w, j), 1);
	w_hangup(w, node);
	core_stats(w->core, &st);
	assert_int_equal(st.creates_out, 1); /* the other member's */
	assert_true(ticket(w, j, 1));
	w_tell(w, j, node_of(w, j, 1), 1, 1, MEMBER_PENDING);
	w_hello(w, node);
	assert_true(ticket(w, j, 0));
	/* It does not answer: the ticket is not held for ever. */
	uint32_t first = ticket(w, j, 0);
	w_wait(w, TICKET_MS - 100);
	assert_int_equal(ticket(w, j, 0), first);
	w_wait(w, 200);
	assert_true(ticket(w, j, 0) > first);
}

static void lost_and_found(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 8, 1, true);
	w_find(w, "n1")->not_ready = true;
	w_tell_node(w, w_find(w, "n1"));
	w_mute(w, "n1", true);
	w_wait(w, TICKET_MS + 1000);
	assert_true(w_told(w, "member lost"));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.creates_out, 0);
	w_find(w, "n1")->not_ready = false;
	w_tell_node(w, w_find(w, "n1"));
	w_mute(w, "n1", false);
	w_wait(w, 3000);
	assert_true(w_told(w, "member found"));
	assert_true(ticket(w, j, 0));
}

/* Nobody was told to create its pod: nothing can come. */
static void stopped_before_its_ticket(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 1, 2, true);
	struct core_stats st;
	j->job.spec.suspend = true;
	w_job(w, j);
	w_wait(w, 10);
	core_stats(w->core, &st);
	assert_int_equal(st.attempts_open, 1);
	w_wait(w, 16000);
	core_stats(w->core, &st);
	assert_int_equal(st.attempts_open, 0);
	assert_int_equal(st.creates_out, 0);
}

/* The time of a stop goes on when the agent hangs up, and nobody's ticket is lost. */
static void hangs_up_while_it_stops(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 4, 1, true);
	struct core_stats st;
	j->job.spec.suspend = true;
	w_job(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_NONE);
	m.pod_uid = "";
	w_report(w, &m); /* a create is under way: it is stopped all the same */
	w_hangup(w, "n1");
	core_stats(w->core, &st);
	assert_int_equal(st.creates_out, 0);
	w_wait(w, 16000);
	core_stats(w->core, &st);
	assert_int_equal(st.attempts_open, 0);
}

/* A new session changes nothing for an order that waits for its time. */
static void a_new_session_while_it_waits(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 4, 1, true);
	fails(w, j, 0, true, 5000);
	w_hello(w, "n1");
	assert_int_equal(ticket(w, j, 0), 0);
	w_wait(w, 7000);
	uint32_t first = ticket(w, j, 0);
	assert_true(first);
	w_hello(w, "n1"); /* it is held */
	assert_true(ticket(w, j, 0) >= first);
}

/* The previous leader gave the ticket: it counts, and if it has come back meanwhile there is
 * another. */
static void a_new_leader_counts(void **state)
{
	for (uint32_t ended = 0; ended < 2; ended++) {
		struct world *w = w_of(state);
		struct core_stats st;
		struct wjob *j = job_of(w, 4, 2, true);
		const char *node = node_of(w, j, 0);
		w_wait(w, 2000);
		w_restart(w);
		w_sync(w);
		struct member m = w_member(w, j, node, 0, 1, MEMBER_NONE);
		m.pod_uid = "";
		m.ticket = ended ? 77 : 0;
		w_hello_with(w, node, &m, 1);
		core_stats(w->core, &st);
		assert_int_equal(st.creates_out, !ended);
		assert_int_equal(ticket(w, j, 0) != 0, !ended);
		w_wait(w, 1000);
		assert_true(ticket(w, j, 0));
		w_teardown(state);
		w_setup(state);
	}
}

static void counts_creates(void *self, const struct core_action *a)
{
	*(uint32_t *)self += a->type == ACT_POD_CREATE;
}

static void the_coordinator_needs_tickets_too(void **state)
{
	struct world *w = w_of(state);
	uint32_t creates = 0;
	w->on_action = counts_creates;
	w->self = &creates;
	struct wjob *j = job_of(w, 4, 6, false);
	assert_int_equal(creates, 4);
	struct member m = w_member(w, j, node_of(w, j, 0), 0, 1, MEMBER_NONE);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_THROTTLED, "too many requests");
	ev.pod.busy = true;
	ev.pod.retry_after_ms = 20000;
	w_wait(w, 10);
	w_step(w, &ev);
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.creates_window, 4); /* its least */
	assert_int_equal(st.creates_out, 3);
	assert_int_equal(creates, 4);
	assert_int_equal(st.creates_refused, 1);
	w_wait(w, 19000);
	assert_int_equal(creates, 4); /* all wait */
	w_wait(w, 7000);
	assert_int_equal(creates, 5);
	w_hangup(w, node_of(w, j, 1)); /* no agent has to do with it */
	core_stats(w->core, &st);
	assert_int_equal(st.creates_out, 4);
}

/* The create of a member that is stopped meanwhile goes on failing: its job says nothing of that.
 */
static void fails_while_it_stops(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = job_of(w, 4, 1, false);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_NONE);
	struct core_event ev = w_pod_done(POD_OP_CREATE, &m, RC_SERVER, "webhook is dead");
	w_step(w, &ev);
	w_wait(w, 1500);
	j->job.spec.suspend = true;
	w_job(w, j);
	w_step(w, &ev);
	w_wait(w, 16000);
	assert_null(strstr(w_status(w, j).message, "webhook"));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.attempts_open, 0);
	assert_int_equal(st.creates_out, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, w_setup, w_teardown)
		T(orders_come_with_tickets), T(a_refused_create_waits),
		T(of_another_ticket),        T(an_agent_is_not_heard),
		T(lost_and_found),           T(stopped_before_its_ticket),
		T(hangs_up_while_it_stops),  T(a_new_session_while_it_waits),
		T(a_new_leader_counts),      T(the_coordinator_needs_tickets_too),
		T(fails_while_it_stops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
