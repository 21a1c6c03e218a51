/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's status alone: which changes want a write, how soon, and what it says. */
#include "coordinator/core/tell/node_status.h"

#include <string.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/resources.h"
#include "model/quantity.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void store(struct core *c, struct node_record *n, const char *rv)
{
	struct core_event ev = {.written = {.name = n->name, .rv = rv}};
	struct compute_node_status s;
	const char *from;
	assert_true(node_status_view(c, n->name, &s, &from));
	node_status_taken(c, n->name, &s);
	node_status_written(c, &ev);
	tables_did(c);
}

static void fails(struct core *c, struct node_record *n)
{
	(void)c;
	n->verdict.state = COMPUTE_NODE_FAILED;
}

static void falls_silent(struct core *c, struct node_record *n)
{
	node_set_silent(c, n, true);
}

static void condition(struct core *c, struct node_record *n)
{
	(void)c;
	n->verdict.conditions[NC_AGENT].status = COND_FALSE;
}

static void a_member_comes(struct core *c, struct node_record *n)
{
	tables_attempt(c, tables_job(c, "a", 1), 0, n);
}

static void another_agent(struct core *c, struct node_record *n)
{
	(void)c;
	mem_strset(&n->agent.version, "9.9.9");
}

static void is_unknown_yet(struct core *c, struct node_record *n)
{
	fails(c, n);
	n->verdict.inherited = true;
	n->agent.heard = c->gate.open = false;
}

static void is_nobodys(struct core *c, struct node_record *n)
{
	fails(c, n);
	n->compute.exists = false;
}

static void nothing(struct core *c, struct node_record *n)
{
	(void)c;
	(void)n;
}

static void which_changes_want_a_write(void **state)
{
	static const struct {
		const char *name;
		void (*happens)(struct core *, struct node_record *);
		enum mark mark;
	} cases[] = {
		{"none", nothing, MARK_NONE},
		{"another state: at once", fails, MARK_URGENT},
		{"another reason: at once", falls_silent, MARK_URGENT},
		{"another condition: at once", condition, MARK_URGENT},
		{"other numbers: now and then", a_member_comes, MARK_LATER},
		{"another agent: now and then", another_agent, MARK_LATER},
		{"none while the last state holds", is_unknown_yet, MARK_NONE},
		{"none without a ComputeNode", is_nobodys, MARK_NONE},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		node_status_check(c, n);
		store(c, n, "10");
		cases[i].happens(c, n);
		node_status_check(c, n);
		CASE(cases[i].name, n->status.mark == cases[i].mark);
		CASE(cases[i].name, c->out.n == (cases[i].mark != MARK_NONE));
		CASE(cases[i].name, cases[i].mark != MARK_LATER ||
					    c->out.v[0].object.not_before_ms ==
						    c->now_ms + c->cfg.compute_node_numbers_ms);
		tables_teardown(&world);
	}
	(void)state;
}

static void what_it_says(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct compute_node_status s;
	const char *rv;
	tables_attempt(c, tables_job(c, "a", 1), 0, n);
	n->kube.cordoned = true;
	assert_true(node_status_view(c, "n1", &s, &rv));
	node_status_taken(c, "n1", &s);
	assert_int_equal(s.members, 1);
	assert_int_equal(reslist_get(&s.capacity, "cpu"), 4000);
	assert_int_equal(reslist_get(&s.allocated, "cpu"), 1000);
	assert_int_equal(reslist_get(&s.available, "cpu"), 3000);
	assert_int_equal(reslist_get(&s.available, "pods"), 109000);
	assert_string_equal(s.reason, "Cordoned");
	assert_non_null(strstr(s.message, "; uncordon it to use it again"));
	n->kube.cordoned = false;
	n->compute.cordoned = true; /* which kubectl uncordon does not change */
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.reason, "Cordoned");
	assert_non_null(strstr(s.message, "spec.unschedulable of the ComputeNode is true"));
	node_set_silent(c, n, true); /* which counts more */
	assert_true(node_status_view(c, "n1", &s, &rv));
	node_status_taken(c, "n1", &s);
	assert_string_equal(s.reason, "AgentSilent");
	assert_int_equal(s.nconds, NC_N);
	assert_false(node_status_view(c, "n2", &s, &rv));
}

/* A ComputeNode lists 64 resources. It says when there are more, and when not all of them count. */
static void more_resources_than_are_listed(void **state)
{
	static char names[300][16];
	static struct res v[300];
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct compute_node_status s;
	const char *rv;
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(16);
		buf_printf(&b, "r%u", i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		v[i] = (struct res){names[i], 1000};
	}
	const struct reslist some = {v, 65}, all = {v, ARRAY_LEN(v)}, few = {v, 64};
	res_row_set(c, n, ROW_ALLOC, &some);
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_int_equal(s.capacity.n, 64);
	assert_string_equal(s.reason, "ResourcesNotListed");
	assert_string_equal(s.message, "the Node has 65 resources, of which 64 are listed here; "
				       "jobs can ask for the others all the same");
	res_row_set(c, n, ROW_ALLOC, &all);
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.message, "the Node has 300 resources, and jobs can get no more than "
				       "256 of them; let the Node's device plugins offer fewer "
				       "names");
	n->kube.cordoned = true; /* which counts more */
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.reason, "Cordoned");
	n->kube.cordoned = false;
	res_row_set(c, n, ROW_ALLOC, &few);
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.reason, "");
	assert_string_equal(s.message, "");
}

/* A refused status waits for its time; it is told once, in the words of the server or our own. */
static void how_a_write_ended(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *words;
		int64_t later_ms; /* it ends so again after this time */
		const char *did;
		bool held;
	} cases[] = {
		{"refused", RC_INVALID, "too long", 0,
		 "WARNING n1 FailedUpdateStatus: the status cannot be written: too long; remove "
		 "the cause, Muster tries again\n",
		 true},
		{"refused without words", RC_INVALID, "", 0,
		 "WARNING n1 FailedUpdateStatus: the status cannot be written: invalid; "
		 "remove the cause, Muster tries again\n",
		 true},
		{"it may heal: once is no news", RC_SERVER, "dead", 0, "", false},
		{"it fails for long", RC_SERVER, "dead", 10000,
		 "WARNING n1 FailedUpdateStatus: the status cannot be written: dead; remove the "
		 "cause, Muster tries again\n",
		 false},
		{"fenced: the watch will tell", RC_CONFLICT, "", 10000, "", false},
		{"it is gone", RC_NOTFOUND, "", 0, "", false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct core_event ev = {
			.written = {.name = "n1", .rc = cases[i].rc, .message = cases[i].words}};
		struct compute_node_status s;
		const char *rv;
		assert_true(node_status_view(c, "n1", &s, &rv));
		node_status_taken(c, "n1", &s);
		node_status_written(c, &ev);
		c->now_ms += cases[i].later_ms;
		if (cases[i].later_ms)
			node_status_written(c, &ev);
		CASE_STR(cases[i].name, tables_did(c), cases[i].did);
		n->status.mark = MARK_NONE;
		node_status_check(c, n);
		CASE(cases[i].name,
		     !cases[i].held == (n->status.mark != MARK_NONE) || cases[i].rc == RC_NOTFOUND);
		c->now_ms += 5000;
		node_status_check(c, n);
		CASE(cases[i].name, n->status.mark != MARK_NONE || cases[i].rc == RC_NOTFOUND);
		tables_teardown(&world);
	}
	(void)state;
}

/* While members are kept on a Node that is not Ready, its message has both times. */
static void what_it_says_of_one_that_is_not_ready(void **state)
{
	static const char kept[] =
		"the Node is not Ready since 1970-01-01T00:16:30Z, but its agent "
		"answers; its members are kept until 1970-01-01T00:17:30Z";
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct compute_node_status s;
	const char *rv;
	n->kube.ready = COND_FALSE;
	n->verdict.loss = NODE_UNREADY;
	n->verdict.kept_until_ms = 1050000;
	n->verdict.conditions[NC_READY] = (struct cond_state){
		.status = COND_FALSE, .reason = R_NodeNotReady, .since_ms = 990000};
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.reason, "NodeNotReady");
	assert_non_null(strstr(s.message, kept));
	assert_non_null(strstr(s.conds[NC_READY].message, kept));
	n->verdict.state = COMPUTE_NODE_FAILED;
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.message, reason_message(R_NodeNotReady));
	n->verdict.state = COMPUTE_NODE_RUNNING;
	n->verdict.loss = NODE_DOUBTFUL;
	assert_true(node_status_view(c, "n1", &s, &rv));
	assert_string_equal(s.message, reason_message(R_NodeNotReady));
}

/* Whether what is stored, or on its way, says that no agent was ever heard. */
static void what_is_told_of_one_without_an_agent(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct compute_node_status none = {.state = COMPUTE_NODE_PENDING},
				   was = {.state = COMPUTE_NODE_PENDING, .agent_version = "1"},
				   first = {.state = COMPUTE_NODE_NONE};
	node_status_taken(c, "n1", &was);
	assert_false(n->told_agentless);
	node_status_taken(c, "n1", &none);
	assert_true(n->told_agentless);
	node_status_taken(c, "n1", &was); /* not stored yet */
	assert_true(n->told_agentless);
	node_status_seen(n, &was, "2");
	assert_false(n->told_agentless);
	node_status_seen(n, &none, "3");
	assert_true(n->told_agentless);
	struct core_event ok = {.written = {.name = "n1", .rv = "5"}},
			  bad = {.written = {.name = "n1", .rc = RC_TIMEOUT}};
	node_status_taken(c, "n1", &none);
	node_status_written(c, &ok);
	assert_true(n->told_agentless);
	node_status_taken(c, "n1", &was);
	node_status_written(c, &bad);
	assert_true(n->told_agentless);
	node_status_taken(c, "n1", &was);
	node_status_written(c, &ok); /* the watch may show it late */
	assert_false(n->told_agentless);
	node_status_seen(n, &none, "6");
	node_status_forget(n);
	assert_false(n->told_agentless);
	node_status_seen(n, &none, "3");
	node_status_seen(n, &first, "4");
	assert_false(n->told_agentless);
}

/* Before agents had time to come, nothing new is said of a node that is not heard, but that a Node
 * that had an agent is not Ready. */
static void what_is_not_known_is_not_said(void **state)
{
	static const struct {
		const char *name;
		bool heard, open, inherited, ready, said;
	} cases[] = {
		{"heard", true, false, false, true, true},
		{"the time is over", false, true, false, true, true},
		{"known to the leader before", false, false, true, true, false},
		{"and not Ready", false, false, true, false, true},
		{"not known", false, false, false, true, false},
		{"not known, and not Ready", false, false, false, false, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		fails(c, n);
		n->agent.heard = cases[i].heard;
		c->gate.open = cases[i].open;
		n->verdict.inherited = cases[i].inherited;
		n->kube.ready = cases[i].ready ? COND_TRUE : COND_FALSE;
		node_status_check(c, n);
		CASE(cases[i].name, (n->status.mark != MARK_NONE) == cases[i].said);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(which_changes_want_a_write),
		T(what_it_says),
		T(what_it_says_of_one_that_is_not_ready),
		T(what_is_told_of_one_without_an_agent),
		cmocka_unit_test(what_is_not_known_is_not_said),
		T(more_resources_than_are_listed),
		cmocka_unit_test(how_a_write_ended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
