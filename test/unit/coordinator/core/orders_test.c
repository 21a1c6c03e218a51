/* SPDX-License-Identifier: Apache-2.0 */
/* A node's orders while a step could not settle all that changed: what is not decided is not
 * shown. */
#include "test/lib/check.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

enum { STEPS_MOST = 9, TEMPLATE_FROM = 14 /* leading zeros */ };

static struct wjob *asking(struct world *w, const char *name, int64_t milli)
{
	struct wjob *j = w_new_job(w, name, 1);
	j->requests[0] = (struct res){"cpu", milli};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	if (*name != 'a')
		j->job.spec.template_hash = "00000000000000bb";
	return j;
}

/* A step settles one job and one node. n1 has 4 CPU, and a member of job a, whose pod was seen or
 * not. */
static struct wjob *slow_world(struct world *w, bool seen)
{
	w->cfg.step_jobs = 1;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, 1);
	struct wjob *a = asking(w, "a", 1000);
	w_job(w, a);
	w_wait(w, 100);
	if (seen)
		w_all(w, a, MEMBER_PENDING);
	w_wait(w, 2000);
	return a;
}

/* "JOB/INDEX/ATTEMPT/TEMPLATE=POD-UID " of each order of n1; the revision. */
static uint64_t shown(struct world *w, struct buf *ret)
{
	const struct order *v;
	uint64_t revision;
	uint32_t n;
	buf_reset(ret);
	core_orders(w->core, "n1", &v, &n, &revision);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(ret, "%s/%u/%u/%s=%s ", v[i].job_name, v[i].index, v[i].attempt,
			   v[i].template_hash + TEMPLATE_FROM, v[i].pod_uid);
	return revision;
}

/* Steps until nothing is left to the next. */
static void settle(struct world *w)
{
	struct core_event tick = {.type = CEV_TICK};
	for (uint32_t i = 0; i < STEPS_MOST && core_deadline(w->core) <= w->now_ms; i++)
		w_step(w, &tick);
	assert_true(core_deadline(w->core) > w->now_ms);
}

static void undecided_orders_are_not_shown(void **state)
{
	static const struct {
		const char *name;
		bool seen;               /* a's pod, before */
		int64_t cpu;             /* that a member of job b asks for, which comes then */
		enum member_phase phase; /* that is told of a at last */
		const char *orders;
		bool another;
	} cases[] = {
		/* its agent has told of it: no news for the agent */
		{"a pod is seen", false, 5000, MEMBER_PENDING, "a/0/1/aa=pod-a-0.1 ", false},
		{"it is seen when another was placed", false, 1000, MEMBER_PENDING,
		 "a/0/1/aa=pod-a-0.1 b/0/1/bb= ", true},
		{"a member has ended", true, 5000, MEMBER_SUCCEEDED, "", true},
		{"it has ended when another was placed", true, 1000, MEMBER_SUCCEEDED,
		 "b/0/1/bb= ", true},
		{"a pod is gone", true, 5000, MEMBER_GONE, "a/0/2/aa= ", true},
		{"it is gone when another was placed", true, 1000, MEMBER_GONE,
		 "b/0/1/bb= a/0/2/aa= ", true},
		{"the set is what it was", true, 5000, MEMBER_RUNNING, "a/0/1/aa=pod-a-0.1 ",
		 false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf orders = BUF_INIT(1024);
		void *world = NULL;
		w_setup(&world);
		struct world *w = world;
		struct wjob *a = slow_world(w, cases[i].seen);
		uint64_t before = shown(w, &orders);
		CASE(cases[i].name, before > 1);
		w->more_news = w->no_writes = true;
		w_job(w, asking(w, "b", cases[i].cpu)); /* the next step has it to settle */
		w_clear(w);
		w_tell(w, a, "n1", 0, 1, cases[i].phase);
		CASE(cases[i].name, shown(w, &orders) == 0);
		CASE_STR(cases[i].name, buf_str(&orders), "");
		settle(w);
		CASE(cases[i].name, w_has(w, "orders n1\n"));
		uint64_t after = shown(w, &orders);
		CASE_STR(cases[i].name, buf_str(&orders), cases[i].orders);
		CASE(cases[i].name, cases[i].another ? after > before : after == before);
		w_teardown(&world);
	}
	(void)state;
}

/* ---- what a set names may be freed, though the set is the same in the end ---- */

static void a_pod_uid_changes_and_changes_back(void **state)
{
	struct world *w = w_of(state);
	AUTO(buf_done) struct buf orders = BUF_INIT(1024);
	struct wjob *a = slow_world(w, true);
	uint64_t before = shown(w, &orders);
	struct member m[] = {w_member(w, a, "n1", 0, 1, MEMBER_PENDING),
			     w_member(w, a, "n1", 0, 1, MEMBER_PENDING)};
	m[0].pod_uid = "another";
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = "n1",
					  .session = w_find(w, "n1")->session,
					  .members = m,
					  .nmembers = ARRAY_LEN(m)}};
	w_step(w, &ev);
	settle(w);
	assert_true(shown(w, &orders) == before);
	assert_string_equal(buf_str(&orders), "a/0/1/aa=pod-a-0.1 ");
}

static void a_pod_is_gone_and_read_again(void **state)
{
	struct world *w = w_of(state);
	AUTO(buf_done) struct buf orders = BUF_INIT(1024);
	struct wjob *a = slow_world(w, true);
	uint64_t before = shown(w, &orders);
	struct member m = w_member(w, a, "n1", 0, 1, MEMBER_PENDING);
	w->more_news = w->no_writes = true;
	w_job(w, asking(w, "b", 5000));
	w_tell(w, a, "n1", 0, 1, MEMBER_GONE);
	w_pods(w, NULL, &m, 1, true);
	settle(w);
	/* Its agent has told that the pod is gone: that it is there is news. */
	assert_true(shown(w, &orders) > before);
	assert_string_equal(buf_str(&orders), "a/0/1/aa=pod-a-0.1 ");
}

static void a_template_changes_and_changes_back(void **state)
{
	struct world *w = w_of(state);
	AUTO(buf_done) struct buf orders = BUF_INIT(1024);
	struct wjob *a = slow_world(w, false);
	w->more_news = w->no_writes = true;
	w_job(w, asking(w, "b", 5000));
	a->job.spec.template_hash = "00000000000000aa-2"; /* the same run */
	w_job(w, a);
	w_job(w, asking(w, "c", 5000)); /* a is settled, and n1 is not */
	a->job.spec.template_hash = "00000000000000aa";
	w_job(w, a);
	settle(w);
	assert_true(shown(w, &orders) > 1);
	assert_string_equal(buf_str(&orders), "a/0/1/aa= ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undecided_orders_are_not_shown),
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
		T(a_pod_uid_changes_and_changes_back),
		T(a_pod_is_gone_and_read_again),
		T(a_template_changes_and_changes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
