/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in words: each node is counted once, by the first thing that keeps it away. */
#include "coordinator/core/place/explain.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/waiting.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

static const struct kv zone_a[] = {{"zone", "a"}};
static const struct kvs in_a = {zone_a, 1};

static void lost(struct core *c, struct node_record *n)
{
	(void)c;
	n->verdict.loss = NODE_DOUBTFUL;
}

static void without_agent(struct core *c, struct node_record *n)
{
	(void)c;
	n->agent.capacity_known = false;
}

static void cordoned(struct core *c, struct node_record *n)
{
	(void)c;
	n->compute.cordoned = true;
}

static void elsewhere(struct core *c, struct node_record *n)
{
	static const struct kvs none;
	tables_select(c, n, &none, NULL, 0);
}

static void tainted(struct core *c, struct node_record *n)
{
	static const struct taint t = {"team", "x", EFFECT_NO_SCHEDULE};
	tables_select(c, n, &in_a, &t, 1);
}

static void full(struct core *c, struct node_record *n)
{
	tables_fill(c, n, 4000);
}

/* However empty it is. */
static void small(struct core *c, struct node_record *n)
{
	static const struct res half = {"cpu", 500};
	const struct reslist l = {&half, 1};
	res_row_set(c, n, ROW_SPEC, &l);
	assert_true(res_caps(c, n));
}

static void small_and_away(struct core *c, struct node_record *n)
{
	small(c, n);
	cordoned(c, node_find(c, "n2"));
}

static void kept(struct core *c, struct node_record *n)
{
	c->reservation.holds = true;
	bitset_set(&c->reservation.nodes, n->idx);
}

#define AWAY "; add nodes, or change what keeps these away"
#define SMALL "; add nodes that have more, or lower the requests"

static void what_keeps_a_node_away(void **state)
{
	static const struct {
		void (*happens)(struct core *, struct node_record *);
		const char *words, *step;
	} cases[] = {
		{lost, "1 fits; 1 is not ready", AWAY},
		{without_agent, "1 fits; 1 has no agent", AWAY},
		{cordoned, "1 fits; 1 is cordoned", AWAY},
		{elsewhere, "1 fits; 1 does not match nodeSelector", AWAY},
		{tainted, "1 fits; 1 has a taint that is not tolerated", AWAY},
		{full, "1 fits; 1 lacks cpu", ""},
		{small, "1 fits; 1 lacks cpu", SMALL},
		{small_and_away, "0 fit; 1 lacks cpu, 1 is cordoned",
		 SMALL ", or change what keeps the others away"},
		{kept, "1 fits; 1 is reserved for a job ahead", ""},
	};
	static const struct res asks = {"cpu", 1000};
	const struct job_spec spec = {.requests = {&asks, 1}, .node_selector = in_a};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf want = BUF_INIT(256);
		void *world = NULL;
		placing_setup(&world);
		struct core *c = world;
		struct node_record *bad = tables_node(c, "n1", 4000, MEMORY);
		tables_select(c, bad, &in_a, NULL, 0);
		tables_select(c, tables_node(c, "n2", 4000, MEMORY), &in_a, NULL, 0);
		struct job_record *j = tables_job(c, "a", 2);
		tables_request(c, j, &spec);
		cases[i].happens(c, bad);
		queue_put(c, j, 2);
		j->place.stage = QUEUE_BLOCKED;
		waiting_soon(c, j);
		explain_due(c);
		buf_printf(&want, "needs 2 nodes: %s%s", cases[i].words, cases[i].step);
		CASE_STR(cases[i].words, j->told.message, buf_str(&want));
		CASE(cases[i].words, j->told.reason == R_Unschedulable);
		CASE(cases[i].words, j->told.conditions[JC_SCHEDULED].status == COND_FALSE);
		placing_teardown(&world);
	}
	(void)state;
}

/* Refused for what the pod is: somebody has to change something. */
static void a_kubelet_that_refuses_such_pods(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	refusals_forbid(c, j, tables_node(c, "n1", 4000, MEMORY));
	mem_strset(&j->told.forbidden, "SysctlForbidden: x");
	mem_strset(&j->told.last_refusal, "OutOfcpu: y");
	queue_put(c, j, 2);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message,
			    "needs 2 nodes: 0 fit; 1 refuses pods like these (SysctlForbidden: x); "
			    "add nodes, or change what keeps these away");
}

/* An Event the first time; then the message alone, once in message_refresh_ms. */
static void said_once_and_again(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	assert_int_equal(explain_deadline(c), INT64_MAX);
	queue_put(c, j, 1);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	assert_true(explain_deadline(c) <= c->now_ms);
	explain_due(c);
	assert_string_equal(j->told.message, "needs 1 node: 0 fit; there are no nodes: add some");
	assert_string_equal(tables_did(c), "WARNING a Unschedulable: needs 1 node: 0 fit; there "
					   "are no nodes: add some\n");
	assert_int_equal(explain_deadline(c), c->now_ms + c->cfg.message_refresh_ms);
	tables_fill(c, tables_node(c, "n1", 1000, MEMORY), 500);
	c->now_ms += c->cfg.message_refresh_ms;
	explain_due(c);
	assert_string_equal(j->told.message, "needs 1 node: 0 fit; 1 lacks cpu");
	assert_string_equal(tables_did(c), "");
}

static void more_than_there_are(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	tables_node(c, "n1", 4000, MEMORY);
	queue_put(c, j, 3);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message, "needs 3 nodes: 1 fits; add nodes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keeps_a_node_away),
		cmocka_unit_test_setup_teardown(a_kubelet_that_refuses_such_pods, placing_setup,
						placing_teardown),
		cmocka_unit_test_setup_teardown(said_once_and_again, placing_setup,
						placing_teardown),
		cmocka_unit_test_setup_teardown(more_than_there_are, placing_setup,
						placing_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
