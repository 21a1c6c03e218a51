/* SPDX-License-Identifier: Apache-2.0 */
/* What is written, how often, and what becomes of it when others write too; the view of orders. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* A job of three whose members start and end at different moments. */
static void a_job_of_three_costs_few_writes(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_wait(w, 30);
	for (uint32_t i = 0; i < 3; i++) {
		w_tell(w, j, w->nodes[i].name, i, 1, MEMBER_PENDING);
		w_wait(w, 20);
	}
	for (uint32_t i = 0; i < 3; i++) {
		w_wait(w, 100);
		w_tell(w, j, w->nodes[i].name, i, 1, MEMBER_RUNNING);
	}
	w_wait(w, 5000);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.active, 3);
	for (uint32_t i = 0; i < 3; i++) {
		w_tell(w, j, w->nodes[i].name, i, 1, MEMBER_SUCCEEDED);
		w_wait(w, 100);
	}
	w_wait(w, 60000);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_in_range(w->status_writes, 1, 3);
	assert_int_equal(w->notes, 1);
}

static void starting_containers_are_no_news(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	m.reason = "ContainerCreating";
	w_report(w, &m);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message, "");
	uint32_t writes = j->writes;
	m.reason = "PodInitializing";
	w_report(w, &m);
	w_wait(w, 5000);
	assert_int_equal(j->writes, writes);
}

/* The gathered numbers of a ComputeNode go out after 30 s, if they differ still. */
static void node_numbers_are_gathered(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	w_compute_node(w, "n1", false);
	w_wait(w, 31000);
	uint32_t writes = w_find(w, "n1")->writes;
	struct wjob *j = w_new_job(w, "a", 1);
	w_clear(w);
	w_job(w, j);
	assert_true(w_has(w, "cnode-status n1 +30000\n"));
	w_all(w, j, MEMBER_RUNNING);
	w_all(w, j, MEMBER_SUCCEEDED);
	w_wait(w, 60000);
	assert_int_equal(w_find(w, "n1")->writes, writes);
	j = w_new_job(w, "b", 1);
	w_job(w, j);
	w_wait(w, 29000);
	assert_int_equal(w_find(w, "n1")->writes, writes);
	w_wait(w, 2000);
	assert_int_equal(w_find(w, "n1")->writes, writes + 1);
}

/* Somebody replaces the status by an old copy: ours comes back. */
static void a_second_writer_loses_nothing_of_ours(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_wait(w, 3000);
	uint32_t writes = j->writes;
	j->job.status.completed = "";
	j->job.status.succeeded = 0;
	j->job.status.state = JOB_PENDING;
	w_text(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	w_echo(w, j);
	w_wait(w, 3000);
	assert_int_equal(j->writes, writes + 1);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	assert_string_equal(w_status(w, j).completed, "0");
}

static void a_final_state_by_another_writer_is_final(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	j->job.status.state = JOB_FAILED;
	w_text(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	w_clear(w);
	w_echo(w, j);
	assert_true(w_has(w, "delete pod-a-0.1: job finished\n"));
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).state, JOB_FAILED);
}

static void a_refused_write_waits_for_news(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w->no_writes = true;
	w_job(w, j);
	w_wait(w, 2000);
	struct job_status s;
	const char *rv;
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.is_job = true,
					    .ns = "default",
					    .name = "a",
					    .rc = RC_INVALID,
					    .message = "no"}};
	w_step(w, &ev);
	assert_true(w_has(w, "FailedUpdateStatus"));
	w_clear(w);
	w_wait(w, 4000);
	assert_false(w_has(w, "job-status"));
	w_wait(w, 2000); /* tried again, though nothing has changed */
	assert_true(w_has(w, "job-status a"));
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	w_step(w, &ev);
	assert_false(w_has(w, "FailedUpdateStatus")); /* said once */
	w_clear(w);
	w_wait(w, 9000);
	assert_false(w_has(w, "job-status"));
	w_all(w, j, MEMBER_RUNNING); /* what is new does not wait */
	assert_true(w_has(w, "job-status a"));
}

/* A replacement waits for the status that counts the failure, but not for ever. */
static void a_replacement_does_not_wait_for_what_is_refused(void **state)
{
	static const struct {
		enum rc rc;
		int64_t ms; /* that the writes have failed by then */
		bool waits;
	} cases[] = {{RC_INVALID, 0, false},   {RC_FORBIDDEN, 0, false},
		     {RC_SERVER, 0, true},     {RC_SERVER, 30000, true},
		     {RC_SERVER, 61000, true}, {RC_CONFLICT, 61000, true}};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w;
		struct job_status s;
		const char *rv;
		print_message("case %zu\n", i);
		w_setup((void **)&w);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		j->job.spec.backoff_limit = 3;
		w_job(w, j);
		w_wait(w, 2000);
		w->no_writes = true;
		w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
		struct core_event ev = {.type = CEV_STATUS_WRITTEN,
					.written = {.is_job = true,
						    .ns = "default",
						    .name = "a",
						    .rc = cases[i].rc,
						    .message = "no"}};
		assert_true(take_job_status(w->core, "default", "a", &s, &rv));
		w_step(w, &ev);
		w_wait(w, cases[i].ms);
		if (cases[i].ms)
			w_step(w, &ev);
		w_wait(w, 20000); /* the backoff of the failure */
		assert_int_equal(w_order(w, j, 0, NULL) != NULL, !cases[i].waits);
		w_teardown((void **)&w);
	}
}

static void a_condition_keeps_the_time_of_its_change(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_wait(w, 2000);
	struct job_status s = w_status(w, j);
	assert_string_equal(w_cond(&s, "Scheduled"), "False Unschedulable");
	int64_t since = s.conds[0].since_ms;
	j->job.spec.invalid = "no";
	w_job(w, j);
	w_wait(w, 10000);
	s = w_status(w, j);
	assert_string_equal(w_cond(&s, "Scheduled"), "False InvalidPodTemplate");
	assert_true(s.conds[0].since_ms == since);
	assert_int_equal(s.conds[0].observed_generation, 2);
	j->job.spec.invalid = NULL;
	j->job.spec.parallelism = j->job.spec.min_parallelism = 1;
	w_job(w, j);
	w_wait(w, 2000);
	s = w_status(w, j);
	assert_string_equal(w_cond(&s, "Scheduled"), "True Placed");
	assert_true(s.conds[0].since_ms > since);
}

static void orders_change_only_when_they_do(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	const struct order *v;
	uint32_t n;
	uint64_t rev[4];
	core_orders(w->core, "n1", &v, &n, &rev[0]);
	assert_int_equal(n, 0);
	assert_true(rev[0] > 0);
	struct wjob *j = w_new_job(w, "a", 1);
	w_clear(w);
	w_job(w, j);
	assert_true(w_has(w, "orders n1\n"));
	assert_false(w_has(w, "orders n2\n"));
	core_orders(w->core, "n1", &v, &n, &rev[1]);
	assert_int_equal(n, 1);
	assert_true(rev[1] != rev[0]);
	w_clear(w);
	w_wait(w, 5000);
	assert_false(w_has(w, "orders"));
	/* Its UID is part of the order, but no news for the agent that has told it. */
	w_tell(w, j, "n1", 0, 1, MEMBER_PENDING);
	core_orders(w->core, "n1", &v, &n, &rev[2]);
	assert_true(rev[2] == rev[1]);
	assert_string_equal(v->pod_uid, "pod-a-0.1");
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	core_orders(w->core, "n1", &v, &n, &rev[3]);
	assert_true(rev[3] == rev[2]);
	assert_string_equal(v->job_name, "a");
	core_orders(w->core, "nowhere", &v, &n, &rev[3]);
	assert_true(rev[3] == 0 && n == 0);
}

/* What changes while the write of a change of state is out waits its second. */
static void what_follows_a_state_is_gathered(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	struct job_status s;
	const char *rv;
	w_job(w, j);
	w_wait(w, 2000);
	w->no_writes = true;
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_wait(w, 700);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv)); /* it is out */
	w_clear(w);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	assert_false(w_has(w, "job-status"));
}

/* The very first set of orders of a leader is another one than none, or an agent that connected
 * before its Node was known would wait for ever. */
static void the_first_orders_are_news(void **state)
{
	struct world *w = w_of(state);
	const struct order *v;
	uint32_t n;
	uint64_t none, first;
	w_sync(w);
	w_node(w, "n1");
	w_hello(w, "n1");
	core_orders(w->core, "n1", &v, &n, &none);
	w_tell_node(w, w_find(w, "n1"));
	w_job(w, w_new_job(w, "a", 1));
	core_orders(w->core, "n1", &v, &n, &first);
	assert_int_equal(n, 1);
	assert_true(first != none);
}

static void apply_backs_off(void **state)
{
	struct world *w = w_of(state);
	w_tell_node(w, w_node(w, "n1"));
	w_sync(w);
	struct core_event ev = {.type = CEV_APPLIED,
				.applied = {.name = "n1", .rc = RC_SERVER, .message = "later"}};
	w_step(w, &ev);
	w_clear(w);
	w_wait(w, 900);
	assert_false(w_has(w, "apply"));
	w_wait(w, 200);
	assert_true(w_has(w, "apply n1\n"));
}

/* No watch shows the ComputeNode for a minute. */
static void an_apply_that_is_not_shown_is_repeated_seldom(void **state)
{
	struct world *w = w_of(state);
	struct core_event ev = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	uint32_t n = 0;
	w_tell_node(w, w_node(w, "n1"));
	w_sync(w);
	assert_true(w_has(w, "apply n1\n"));
	w_step(w, &ev);
	for (int i = 0; i < 60; i++) {
		w_clear(w);
		w_wait(w, 1000);
		if (!w_has(w, "apply n1\n"))
			continue;
		n++;
		w_step(w, &ev);
	}
	assert_in_range(n, 4, 6);
	/* What is new does not wait as long. */
	w_clear(w);
	w_find(w, "n1")->alloc[0].milli = 8000;
	w_tell_node(w, w_find(w, "n1"));
	w_wait(w, 1000);
	assert_true(w_has(w, "apply n1\n"));
}

static void a_resized_node_is_applied_and_counted(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct core_event ev = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	w_step(w, &ev);
	w_compute_node(w, "n1", false);
	w_wait(w, 2000);
	struct wjob *j = w_new_job(w, "a", 1);
	j->requests[0] = (struct res){"cpu", 6000};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	w_clear(w);
	w_find(w, "n1")->alloc[0].milli = 8000;
	w_tell_node(w, w_find(w, "n1"));
	assert_true(w_has(w, "apply n1\n"));
	assert_int_equal(w_orders(w, j), 0); /* spec.resources still says 4 */
	w_step(w, &ev);
	w_compute_node(w, "n1", false);
	assert_int_equal(w_orders(w, j), 1);
}

static void a_users_computenode_is_not_owned(void **state)
{
	struct world *w = w_of(state);
	struct compute_node cn = {.meta = {.name = "n1", .uid = "c1", .rv = "5", .generation = 1},
				  .unschedulable = true};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
	w_tell_node(w, w_node(w, "n1"));
	w_clear(w);
	w_sync(w);
	assert_true(w_has(w, "apply n1\n"));
	struct compute_node_apply a;
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_null(a.node_uid);
	w_clear(w);
	w_node_gone(w, "n1");
	w_wait(w, 100000);
	assert_false(w_has(w, "cnode-delete"));
}

static void a_follower_does_nothing(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	struct core_event ev = {.type = CEV_UNLEAD};
	w_step(w, &ev);
	w_clear(w);
	w_echo(w, j);
	w_sync(w);
	w_wait(w, 60000);
	w_did(w, "");
	w_story(w, "");
	assert_true(core_deadline(w->core) == INT64_MAX);
}

/* Seed 12698: the Running of a job is gathered for a moment; what comes while that write is under
 * way is no second one at once. */
static void r011_one_write_at_once(void **state)
{
	struct world *w = w_of(state);
	struct job_status s;
	const char *rv;
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_PENDING);
	w_wait(w, 3000);
	w->no_writes = true;
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_wait(w, 700);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv)); /* it goes out */
	w_clear(w);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	assert_false(w_has(w, "job-status a"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(a_job_of_three_costs_few_writes),
		T(starting_containers_are_no_news),
		T(node_numbers_are_gathered),
		T(a_second_writer_loses_nothing_of_ours),
		T(a_final_state_by_another_writer_is_final),
		T(a_refused_write_waits_for_news),
		T(a_replacement_does_not_wait_for_what_is_refused),
		T(a_condition_keeps_the_time_of_its_change),
		T(orders_change_only_when_they_do),
		T(what_follows_a_state_is_gathered),
		T(the_first_orders_are_news),
		T(apply_backs_off),
		T(an_apply_that_is_not_shown_is_repeated_seldom),
		T(a_resized_node_is_applied_and_counted),
		T(a_users_computenode_is_not_owned),
		T(r011_one_write_at_once),
		T(a_follower_does_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
