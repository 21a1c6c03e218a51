/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs with other completions than parallelism: members of few indexes at a time, the lowest first.
 */
#include "base/runs.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* parallelism members at once of so many completions; a node for each of them and two more. */
static struct wjob *sweep(struct world *w, uint32_t parallelism, uint32_t completions)
{
	w_nodes(w, parallelism + 2);
	struct wjob *j = w_new_job(w, "a", parallelism);
	j->job.spec.completions = completions;
	j->job.spec.min_parallelism = 1;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_clear(w);
	return j;
}

/* The indexes that have orders: "0,3-5". */
static void assert_ordered(struct world *w, struct wjob *j, const char *expected)
{
	AUTO(runs_done) struct runs is = {0};
	AUTO(buf_done) struct buf text = BUF_INIT(1000);
	for (uint32_t i = 0; i < 50; i++) {
		if (w_order(w, j, i, NULL))
			runs_add(&is, i);
	}
	runs_format(&is, COMPLETIONS_MAX, &text);
	assert_string_equal(buf_str(&text), expected);
}

static void ends(struct world *w, struct wjob *j, uint32_t index, enum member_phase phase)
{
	const char *node = NULL;
	const struct order *o = w_order(w, j, index, &node);
	assert_non_null(o);
	w_tell(w, j, node, index, o->attempt, phase);
}

static void the_lowest_first_and_few_at_once(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 2, 5);
	assert_ordered(w, j, "0,1");
	assert_int_equal(w_order(w, j, 1, NULL)->completions, 5);
	assert_int_equal(w_order(w, j, 1, NULL)->parallelism, 2);
	ends(w, j, 1, MEMBER_SUCCEEDED);
	assert_ordered(w, j, "0,2");
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message, "1 of 5 indexes have succeeded");
	assert_string_equal(w_status(w, j).completed, "1");
	ends(w, j, 0, MEMBER_SUCCEEDED);
	assert_ordered(w, j, "2,3");
	ends(w, j, 2, MEMBER_SUCCEEDED);
	ends(w, j, 3, MEMBER_SUCCEEDED);
	assert_ordered(w, j, "4");
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_int_equal(w_status(w, j).succeeded, 5);
	assert_string_equal(w_status(w, j).completed, "0-4");
	assert_string_equal(w_status(w, j).message, "all 5 indexes have succeeded");
}

/* firstPendingIndexes of the Job controller: what waits for its next try keeps its place. */
static void a_failed_index_keeps_its_place(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 2, 5);
	ends(w, j, 0, MEMBER_FAILED);
	assert_ordered(w, j, "1");
	ends(w, j, 1, MEMBER_SUCCEEDED);
	w_wait(w, 2000); /* until the failure is stored */
	assert_ordered(w, j, "2");
	w_wait(w, 9000);
	assert_ordered(w, j, "0,2");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

static void a_member_that_stops_keeps_its_place(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 2, 5);
	j->job.spec.template_hash = "00000000000000bb";
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-0.1: template changed\n"));
	assert_ordered(w, j, "1");
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	assert_ordered(w, j, "0,1");
	assert_false(w_has(w, "delete pod-a-1.1"));
}

static void parallelism_of_a_live_job(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 4, 9);
	ends(w, j, 1, MEMBER_SUCCEEDED);
	assert_ordered(w, j, "0,2-4");
	w_all(w, j, MEMBER_RUNNING);
	j->job.spec.parallelism = 2;
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-4.1: job scaled down\n"));
	assert_true(w_has(w, "delete pod-a-3.1: job scaled down\n"));
	assert_ordered(w, j, "0,2");
	ends(w, j, 0, MEMBER_SUCCEEDED); /* those that stop hold their places */
	assert_ordered(w, j, "2");
	const char *n3 = "n4", *n4 = "n2";
	w_tell(w, j, n3, 3, 1, MEMBER_GONE);
	assert_ordered(w, j, "2");
	w_tell(w, j, n4, 4, 1, MEMBER_GONE);
	assert_ordered(w, j, "2,3");
	j->job.spec.parallelism = 9;
	w_job(w, j);
	assert_ordered(w, j, "2-7"); /* the nodes are full */
	assert_int_equal(w_status(w, j).failed, 0);
}

static void completions_of_a_live_job(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 3, 9);
	ends(w, j, 1, MEMBER_SUCCEEDED);
	ends(w, j, 3, MEMBER_SUCCEEDED);
	assert_ordered(w, j, "0,2,4");
	w_all(w, j, MEMBER_RUNNING);
	const char *node;
	w_order(w, j, 4, &node);
	j->job.spec.completions = 3;
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-4.1: job scaled down\n"));
	assert_ordered(w, j, "0,2");
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).completed, "1");
	w_tell(w, j, node, 4, 1, MEMBER_GONE);
	j->job.spec.completions = 6;
	w_job(w, j); /* 3 is remembered */
	assert_ordered(w, j, "0,2,4");
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).completed, "1,3");
	j->job.spec.completions = 0; /* as many as parallelism */
	w_job(w, j);
	assert_ordered(w, j, "0,2");
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_string_equal(w_status(w, j).message, "all 3 members have succeeded");
}

static void fewer_completions_than_parallelism(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 4, 2);
	assert_ordered(w, j, "0,1");
	assert_int_equal(w_order(w, j, 1, NULL)->parallelism, 2);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
}

static struct wjob *gang(struct world *w, uint32_t nodes)
{
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", 4);
	j->job.spec.completions = 10;
	j->job.spec.min_parallelism = 3;
	return j;
}

static void a_gang_starts_whole_whatever_succeeded_before(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = gang(w, 2);
	w_job(w, j);
	assert_ordered(w, j, "");
	w_nodes(w, 3);
	w_wait(w, 1000);
	assert_ordered(w, j, "0-2");
	w_all(w, j, MEMBER_RUNNING);
	for (uint32_t i = 0; i < 3; i++)
		ends(w, j, i, MEMBER_SUCCEEDED); /* one by one from now on */
	assert_ordered(w, j, "3-5");
	j->job.spec.suspend = true;
	w_job(w, j);
	for (uint32_t i = 3; i < 6; i++) {
		for (uint32_t n = 1; n < 4; n++) {
			char node[8];
			w_text(node, sizeof node, "n%u", n);
			w_tell(w, j, node, i, 1, MEMBER_GONE);
		}
	}
	w_wait(w, 2000);
	assert_ordered(w, j, "");
	struct wnode *n = &w->nodes[2];
	n->cordoned = true;
	w_tell_node(w, n);
	j->job.spec.suspend = false;
	w_job(w, j);
	w_wait(w, 1000);
	assert_ordered(w, j, ""); /* three again, though three have succeeded */
	n->cordoned = false;
	w_tell_node(w, n);
	w_wait(w, 1000);
	assert_ordered(w, j, "3-5");
}

/* Of 4 indexes that are left, 3 are a gang; of 2, these 2. */
static void a_gang_of_what_is_left(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = gang(w, 2);
	j->job.status = (struct job_status){.state = JOB_PENDING, .succeeded = 8, .attempts = 9};
	j->job.status.completed = "0-7";
	w_job(w, j);
	w_wait(w, 1000);
	assert_ordered(w, j, "8,9");
}

static void a_new_leader_goes_on(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = sweep(w, 2, 6);
	ends(w, j, 0, MEMBER_SUCCEEDED);
	ends(w, j, 1, MEMBER_SUCCEEDED);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	const char *n2, *n3;
	w_order(w, j, 2, &n2);
	w_order(w, j, 3, &n3);
	struct member m[] = {w_member(w, j, n2, 2, 1, MEMBER_RUNNING),
			     w_member(w, j, n3, 3, 1, MEMBER_SUCCEEDED)};
	w_restart(w);
	w_tell_all(w);
	w_pods(w, NULL, m, 2, true);
	w_sync(w);
	for (uint32_t i = 0; i < 2; i++)
		w_hello_with(w, m[i].node, &m[i], 1);
	w_wait(w, 60000);
	assert_ordered(w, j, "2,4");
	assert_string_equal(w_status(w, j).completed, "0,1,3");
}

/* Agents of the version before would refuse all orders of a node for such an index. */
static void high_indexes_go_to_agents_that_take_them(void **state)
{
	struct world *w = w_of(state);
	w->old_agents = true;
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.completions = INDEX_NARROW + 1;
	w_job(w, j);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 0);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 2 have agents of an older version, which take "
			    "no index above 9999; add nodes, or change what keeps these away");
	/* Of fewer completions, the coordinator makes the pods: those agents know no variable. */
	j->job.spec.completions = INDEX_NARROW;
	w_job(w, j);
	assert_true(w_has(w, "create a 0.1 on n1\n"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(the_lowest_first_and_few_at_once),
		T(a_failed_index_keeps_its_place),
		T(a_member_that_stops_keeps_its_place),
		T(parallelism_of_a_live_job),
		T(completions_of_a_live_job),
		T(fewer_completions_than_parallelism),
		T(a_gang_starts_whole_whatever_succeeded_before),
		T(a_gang_of_what_is_left),
		T(a_new_leader_goes_on),
		T(high_indexes_go_to_agents_that_take_them),
	};
	return cmocka_run_group_tests_name("completions", tests, NULL, NULL);
}
