/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in words: each node is counted once, by the first thing that keeps it away. */
#include "coordinator/core/place/explain.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/templates.h"
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
	static const struct res much = {"cpu", 4000};
	static const struct job_spec spec = {.requests = {&much, 1}};
	struct job_record *first = tables_job(c, "first", 1);
	tables_request(c, first, &spec);
	first->spec.priority = 1;
	bitset_set(&reservation_add(c, first)->nodes, n->idx);
}

#define AWAY "; add nodes, or change what keeps these away"
#define SMALL "; add nodes that have more, or lower the requests"

/* A pod of others has a host port that the job asks for. */
static void port_taken(struct core *c, struct node_record *n)
{
	uint64_t port = 80;
	const struct host_ports p = {&port, 1};
	ports_foreign_set(c, n, &p);
}

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
		{port_taken, "1 fits; 1 does not have host port 80/TCP free", ""},
		{kept, "1 fits; 1 is reserved for a job ahead (first)", ""},
	};
	static const struct res asks = {"cpu", 1000};
	uint64_t ports[] = {80, 90};
	const struct job_spec spec = {
		.requests = {&asks, 1}, .node_selector = in_a, .ports = {ports, 2}};
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
	text_set(&j->told.forbidden, "SysctlForbidden: x");
	text_set(&j->told.last_refusal, "OutOfcpu: y");
	queue_put(c, j, 2);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message,
			    "needs 2 nodes: 0 fit; 1 refuses pods like these (SysctlForbidden: x); "
			    "add nodes, or change what keeps these away");
}

/* The port is named where it is the same everywhere. */
static void host_ports_that_differ(void **state)
{
	static const char *const names[] = {"n1", "n2", "n3"};
	uint64_t ports[] = {80, 90};
	const struct job_spec spec = {.ports = {ports, 2}};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	tables_request(c, j, &spec);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct host_ports p = {&ports[i == 2], 1};
		ports_foreign_set(c, tables_node(c, names[i], 4000, MEMORY), &p);
	}
	queue_put(c, j, 1);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message,
			    "needs 1 node: 0 fit; 3 do not have the host ports free");
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

/* What is said of the nodes that are held for a job. n1 is free, n2 is full. */
static void what_a_job_holds(void **state)
{
	enum { NOTHING, KNOWN, LOWER, EQUAL, NOBODY, PAUSE };
	static const struct {
		int what;
		const char *words;
	} cases[] = {
		{NOTHING, ""},
		{KNOWN, "; holds 1 of 2 nodes; expected to start in 30 s"},
		{LOWER,
		 "; holds 1 of 2 nodes from jobs of lower priority until 1970-01-01T00:20:00Z"},
		{EQUAL, "; holds 1 of 2 nodes until 1970-01-01T00:20:00Z"},
		{NOBODY, "; jobs of its priority may pass it until 1970-01-01T00:26:40Z"},
		{PAUSE, "; held nodes in vain, so jobs behind it may pass until "
			"1970-01-01T00:16:41Z"},
	};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	tables_node(c, "n1", 4000, MEMORY);
	tables_fill(c, tables_node(c, "n2", 1000, MEMORY), 500);
	queue_put(c, j, 2);
	j->place.stage = QUEUE_BLOCKED;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf want = BUF_INIT(256);
		reservations_forget(c);
		if (cases[i].what == PAUSE)
			j->place.pause_ms = c->now_ms + 1;
		if (cases[i].what >= KNOWN && cases[i].what <= NOBODY) {
			struct reservation *r = reservation_add(c, j);
			r->equal = cases[i].what == EQUAL;
			r->at_ms = cases[i].what == KNOWN ? c->now_ms + 30000 : INT64_MAX;
			if (cases[i].what == LOWER || cases[i].what == EQUAL)
				r->until_ms = c->now_ms + 200000;
			bitset_set(&r->nodes, 0);
			bitset_set(&r->nodes, 1);
		}
		waiting_soon(c, j);
		explain_due(c);
		buf_printf(&want, "needs 2 nodes: 1 fits; 1 lacks cpu%s", cases[i].words);
		CASE_STR(cases[i].words, j->told.message, buf_str(&want));
	}
}

/* A node that became free after nodes were held fits too, and is none of those. */
static void what_fits_beside_what_is_held(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	struct reservation *r = reservation_add(c, j);
	tables_fill(c, tables_node(c, "n1", 1000, MEMORY), 500);
	tables_node(c, "n2", 1000, MEMORY);
	bitset_set(&r->nodes, 0);
	r->at_ms = c->now_ms + 1;
	queue_put(c, j, 2);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message,
			    "needs 2 nodes: 1 fits; 1 lacks cpu; holds 0 of 2 nodes; expected to "
			    "start in 1 s");
}

/* A job got all that it wanted in the first part of a cycle that goes on: it does not wait. */
static void a_job_that_has_what_it_wanted(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	queue_put(c, j, 1);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	queue_satisfied(c, queue_find(c, j));
	explain_due(c);
	assert_string_equal(j->told.message, "");
	assert_string_equal(tables_did(c), "");
}

/* The name of a job in another namespace is nobody's business. */
static void a_job_ahead_elsewhere(void **state)
{
	struct core *c = tables_of(state);
	static const struct res much = {"cpu", 4000};
	static const struct job_spec spec = {.requests = {&much, 1}};
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1), *first = tables_job(c, "first", 1);
	tables_request(c, first, &spec);
	templates_use(c, first->ns, first->spec.template_id, -1);
	first->ns = "other";
	templates_use(c, first->ns, first->spec.template_id, 1);
	first->spec.priority = 1;
	bitset_set(&reservation_add(c, first)->nodes, n->idx);
	queue_put(c, j, 1);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message, "needs 1 node: 0 fit; 1 is reserved for a job ahead");
}

/* One node needed, and held. */
static void one_node_is_not_plural(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct reservation *r = reservation_add(c, j);
	tables_fill(c, tables_node(c, "n1", 1000, MEMORY), 500);
	bitset_set(&r->nodes, 0);
	r->at_ms = c->now_ms + 1;
	queue_put(c, j, 1);
	j->place.stage = QUEUE_BLOCKED;
	waiting_soon(c, j);
	explain_due(c);
	assert_string_equal(j->told.message,
			    "needs 1 node: 0 fit; 1 lacks cpu; holds 0 of 1 node; expected to "
			    "start in 1 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, placing_setup, placing_teardown)
		cmocka_unit_test(what_keeps_a_node_away),
		T(host_ports_that_differ),
		T(a_kubelet_that_refuses_such_pods),
		T(said_once_and_again),
		T(more_than_there_are),
		T(what_a_job_holds),
		T(what_fits_beside_what_is_held),
		T(a_job_that_has_what_it_wanted),
		T(a_job_ahead_elsewhere),
		T(one_node_is_not_plural),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
