/* SPDX-License-Identifier: Apache-2.0 */
/* What comes late, twice, out of nowhere or about nobody: nothing is done for it, and nothing
 * known is lost by it. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static struct wjob *running(struct world *w, uint32_t nodes, uint32_t parallelism)
{
	w_nodes(w, nodes);
	for (uint32_t i = 0; i < nodes; i++)
		w_compute_node(w, w->nodes[i].name, false);
	struct wjob *j = w_new_job(w, "a", parallelism);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 40000);
	w_clear(w);
	return j;
}

static void ignored(struct world *w, struct core_event ev)
{
	w_step(w, &ev);
	w_did(w, "");
}

static void gone(struct world *w, enum core_event_type type, const char *ns, const char *name,
		 const char *uid)
{
	struct meta m = {.ns = ns, .name = name, .uid = uid};
	ignored(w, (struct core_event){.type = type, .gone = &m});
}

static void agent_says(struct world *w, const char *node, uint64_t session, const struct member *m)
{
	static const enum core_event_type types[] = {CEV_REPORT, CEV_HEARD, CEV_HANGUP};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		ignored(w, (struct core_event){.type = types[i],
					       .agent = {.node = node,
							 .session = session,
							 .members = m,
							 .nmembers = m != NULL}});
}

static void sessions_of_nobody(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_FAILED);
	agent_says(w, "n9", 1, &m);                            /* no such node */
	agent_says(w, "n1", w_find(w, "n1")->session + 7, &m); /* not its session */
	w_hangup(w, "n2");
	w_wait(w, 3000);
	w_clear(w);
	agent_says(w, "n2", 2, &m); /* its session is over */
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
}

static void ends_of_nothing(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	gone(w, CEV_NODE_GONE, "", "n9", "u");
	gone(w, CEV_COMPUTE_NODE_GONE, "", "n9", "u");
	gone(w, CEV_JOB_GONE, "default", "b", "u");
	gone(w, CEV_JOB_GONE, "default", "a", "another UID: the one before of this name");
	w_node_gone(w, "n2");
	w_wait(w, 2000);
	struct meta m = {.name = "n2"};
	struct core_event ev = {.type = CEV_COMPUTE_NODE_GONE, .gone = &m};
	w_step(w, &ev);
	w_wait(w, 2000);
	w_clear(w);
	gone(w, CEV_NODE_GONE, "", "n2", "u"); /* both once more */
	gone(w, CEV_COMPUTE_NODE_GONE, "", "n2", "u");
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	assert_int_equal(w_orders(w, j), 1);
}

static void answers_to_nothing(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	ignored(w, (struct core_event){.type = CEV_JOB_CHECKED,
				       .checked = {.uid = "u", .rc = RC_NOTFOUND}});
	ignored(w, (struct core_event){.type = CEV_JOB_CHECKED, /* nobody asked */
				       .checked = {.ns = "default",
						   .name = "a",
						   .uid = j->uid,
						   .rc = RC_NOTFOUND}});
	ignored(w, (struct core_event){.type = CEV_STATUS_WRITTEN, .written = {.name = "n9"}});
	ignored(w, (struct core_event){
			   .type = CEV_STATUS_WRITTEN,
			   .written = {.is_job = true, .ns = "default", .name = "b", .uid = "u"}});
	ignored(w, (struct core_event){
			   .type = CEV_STATUS_WRITTEN,
			   .written = {.is_job = true, .ns = "default", .name = "a", .uid = "u"}});
	ignored(w, (struct core_event){.type = CEV_APPLIED, .applied = {.name = "n9"}});
	ignored(w, (struct core_event){.type = CEV_APPLIED,
				       .applied = {.name = "n1", .rc = RC_CONFLICT}});
	ignored(w, (struct core_event){.type = CEV_APPLIED, /* answered already */
				       .applied = {.name = "n1", .rc = RC_OK}});
	ignored(w, (struct core_event){.type = CEV_PODS, .pods = {.node = "n9", .last = true}});
	/* An empty list that nobody waits for: it was read before the member began. */
	ignored(w, (struct core_event){.type = CEV_PODS, .pods = {.node = "n1", .last = true}});
	ignored(w, (struct core_event){.type = CEV_POD_DONE,
				       .pod = {.op = POD_OP_DELETE, .ns = "default", .pod = "x"}});
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	ignored(w, (struct core_event){.type = CEV_POD_DONE, /* a delete that we did not send */
				       .pod = {.op = POD_OP_DELETE,
					       .rc = RC_NOTFOUND,
					       .ns = "default",
					       .pod = m.pod}});
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	assert_int_equal(w_orders(w, j), 1);
}

static void members_that_cannot_be(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	char name[JOB_NAME_MAX + 2];
	struct member m = w_member(w, j, "n1", 0, 2, MEMBER_RUNNING), bad;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	bad = m;
	bad.index = COMPLETIONS_MAX;
	w_report(w, &bad);
	bad = m;
	bad.job_uid = "";
	w_report(w, &bad);
	bad = m;
	bad.job_name = name;
	w_report(w, &bad);
	bad = m;
	bad.pod = "another-name"; /* our pods' names say which attempt they are */
	w_report(w, &bad);
	w_did(w, "");
}

static void views_of_nothing(void **state)
{
	struct world *w = w_of(state);
	struct job_status s;
	struct compute_node_status n;
	struct compute_node_apply a;
	const char *rv;
	w_tell_node(w, w_node(w, "n1"));
	w_compute_node(w, "n1", false);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	/* Not everything is listed yet: whatever would be written may be wrong. */
	assert_false(take_compute_node_status(w->core, "n1", &n, &rv));
	assert_false(take_job_status(w->core, "default", "a", &s, &rv));
	w_sync(w);
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_false(take_job_status(w->core, "default", "b", &s, &rv));
	assert_false(take_compute_node_status(w->core, "n9", &n, &rv));
	w_tell_node(w, w_node(w, "n2"));
	assert_false(take_compute_node_status(w->core, "n2", &n, &rv)); /* not made yet */
	assert_false(core_compute_node_apply(w->core, "n9", &a));
	w_hello(w, "n1");
	w_node_gone(w, "n1");
	assert_false(core_compute_node_apply(w->core, "n1", &a));
	assert_null(core_free(NULL));
}

/* A job is deleted; a watch that began before tells of it once more. */
static void job_told_after_its_end(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	w_job_gone(w, j);
	w_wait(w, 1000);
	w_clear(w);
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	assert_false(w_has(w, "orders"));
	assert_false(w_has(w, "create"));
}

/* Only what we read ourselves says where a pod is: its name is its attempt, there is no other. */
static void r011_pod_on_another_node(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	struct member m = w_member(w, j, "n2", 0, 1, MEMBER_RUNNING);
	w_report(w, &m);
	assert_true(w_has(w, "list n2\n"));
	assert_false(w_has(w, "delete"));
	w_pods(w, "n2", &m, 1, true);
	w_wait(w, 35000);
	assert_int_equal(w_status(w, j).active, 1);
	assert_string_equal(w_status(w, j).active_nodes.v[0], "n2");
	m.phase = MEMBER_SUCCEEDED;
	w_report(w, &m);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
}

static void answer(struct world *w, struct wjob *j, enum rc rc, const struct member *pod)
{
	const struct member m = w_member(w, j, "n1", 0, 1, MEMBER_PENDING);
	struct core_event ev = {.type = CEV_POD_DONE,
				.pod = {.op = POD_OP_CREATE,
					.rc = rc,
					.reason = "",
					.message = "",
					.ns = "default",
					.pod = m.pod,
					.member = pod}};
	w_step(w, &ev);
}

/* We create it ourselves, and its name is taken: by the same attempt, which is adopted wherever it
 * is; by anything else, then the next number is used. */
static void name_is_taken(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.credentials = true;
	w_job(w, j);
	assert_true(w_has(w, "create a 0.1 on n1\n"));
	struct member other = w_member(w, j, "n1", 0, 3, MEMBER_PENDING);
	w_clear(w);
	answer(w, j, RC_EXISTS, &other);
	assert_false(w_has(w, "create")); /* not at once: it may go on being taken */
	w_wait(w, 15000);
	assert_true(w_has(w, "create a 0.2 on n"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

static void name_is_taken_by_itself(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.credentials = true;
	w_job(w, j);
	struct member same = w_member(w, j, "", 0, 1, MEMBER_PENDING);
	w_clear(w);
	answer(w, j, RC_EXISTS, &same);
	assert_false(w_has(w, "create"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	answer(w, j, RC_TIMEOUT, NULL); /* an answer to a try before: its pod is seen */
	assert_false(w_has(w, "create"));
	w_wait(w, 60000);
	assert_false(w_has(w, "create"));
}

/* An autoscaler's nodes: whatever comes and goes, nothing of it stays. */
static void nodes_come_and_go(void **state)
{
	struct world *w = w_of(state);
	struct core_stats before, after;
	char name[32];
	w_nodes(w, 4);
	core_stats(w->core, &before);
	for (uint32_t i = 0; i < 40; i++) {
		w_text(name, sizeof name, "x%u", i);
		struct meta m = {.name = name};
		struct node node = {.meta = {.name = name, .uid = name, .rv = "1"},
				    .ready = COND_TRUE};
		struct core_event ev = {.type = CEV_NODE, .node = &node};
		w_step(w, &ev);
		ev = (struct core_event){
			.type = CEV_HELLO,
			.agent = {
				.node = name, .session = 1000 + i, .boot_id = "b", .version = "v"}};
		w_step(w, &ev);
		ev = (struct core_event){.type = CEV_NODE_GONE, .gone = &m};
		w_step(w, &ev);
		ev = (struct core_event){.type = CEV_HANGUP,
					 .agent = {.node = name, .session = 1000 + i}};
		w_step(w, &ev);
	}
	core_stats(w->core, &after);
	for (size_t i = 0; i < ARRAY_LEN(after.nodes); i++)
		assert_int_equal(after.nodes[i], before.nodes[i]);
}

/* The agent tells of a pod that we do not know while a list is on its way that may have begun
 * before it: its absence there says nothing. */
static void told_while_the_list_was_on_its_way(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
		      young = w_member(w, j, "n1", 0, 7, MEMBER_RUNNING);
	w_hangup(w, "n1");
	w_hello(w, "n1"); /* lacks what we know: read */
	assert_true(w_has(w, "list n1\n"));
	w_report(w, &young);
	w_clear(w);
	w_pods(w, "n1", &m, 1, true);
	w_wait(w, 20000);
	assert_true(w_has(w, "list n1\n"));
	struct member both[] = {m, young};
	w_clear(w);
	w_pods(w, "n1", both, 2, true);
	/* It is there, and the index has another one that runs. */
	assert_true(w_has(w, "delete pod-a-0.7: superseded\n"));
}

/* A pod whose job is unknown is touched only when a live read says that the job is gone. */
static void unknown_job_is_asked_for(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		bool other, orphan, deleted;
	} cases[] = {
		{"no answer", RC_TIMEOUT, false, false, false},
		{"it is there", RC_OK, false, false, false},
		{"it is there, to be orphaned", RC_OK, false, true, false},
		{"another one of its name", RC_OK, true, false, true},
		{"it is gone", RC_NOTFOUND, false, false, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *own = NULL;
		assert_int_equal(w_setup(&own), 0);
		struct world *w = w_of(&own);
		w_nodes(w, 1);
		struct wjob *j = w_new_job(w, "a", 1);
		struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
		w_hangup(w, "n1");
		w_hello_with(w, "n1", &m, 1);
		w_pods(w, "n1", &m, 1, true);
		assert_true(w_has(w, "get a"));
		w_clear(w);
		struct core_event ev = {.type = CEV_JOB_CHECKED,
					.checked = {.ns = "default",
						    .name = "a",
						    .uid = j->uid,
						    .rc = cases[i].rc,
						    .live_uid = cases[i].other ? "u" : j->uid,
						    .live_orphan = cases[i].orphan}};
		w_step(w, &ev);
		w_pods(w, "n1", &m, 1, true);
		w_wait(w, 1000);
		w_pods(w, "n1", &m, 1, true);
		if (w_has(w, "delete pod-a-0.1") != cases[i].deleted)
			fail_msg("%s", cases[i].name);
		w_teardown(&own);
	}
	(void)state;
}

/* Each part of a taint counts. */
static void taints_change_in_part(void **state)
{
	struct world *w = w_of(state);
	static const struct toleration bears = {.key = "k", .value = "a", .effect = EFFECT_ANY};
	w_nodes(w, 1);
	struct wnode *n = w_find(w, "n1");
	n->taints[0] = (struct taint){"k", "b", EFFECT_NO_SCHEDULE};
	n->ntaints = 1;
	w_tell_node(w, n);
	struct wjob *j = w_new_job(w, "a", 1), *k = w_new_job(w, "b", 1);
	j->job.spec.tolerations = &bears;
	j->job.spec.ntolerations = 1;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	n->taints[0].value = "a";
	w_tell_node(w, n);
	assert_int_equal(w_orders(w, j), 1);
	w_job(w, k);
	assert_int_equal(w_orders(w, k), 0);
	n->taints[0].effect = EFFECT_PREFER_NO_SCHEDULE;
	w_tell_node(w, n);
	assert_int_equal(w_orders(w, k), 1);
	n->taints[0] = (struct taint){"l", "a", EFFECT_NO_EXECUTE};
	w_tell_node(w, n); /* who is to go goes by the API server's hand */
	assert_int_equal(w_orders(w, k) + w_orders(w, j), 2);
}

/* A pod in another namespace names the UID of a job that this leader has not seen yet. */
static void a_pod_that_names_the_uid_of_anothers_job(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	char pod[POD_NAME_BYTES];
	member_pod_name("x", j->uid, 0, 1, pod);
	m.ns = "elsewhere";
	m.job_name = "x";
	m.pod = pod;
	w_hangup(w, "n1");
	w_hello_with(w, "n1", &m, 1);
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "get x"));
	w_job(w, j);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 1);
	assert_int_equal(w_status(w, j).attempts, 1);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	w_clear(w);
	struct core_event ev = {
		.type = CEV_JOB_CHECKED,
		.checked = {.ns = "elsewhere", .name = "x", .uid = j->uid, .rc = RC_NOTFOUND}};
	w_step(w, &ev);
	w_pods(w, "n1", &m, 1, true);
	w_wait(w, 2000);
	assert_true(w_has(w, "delete pod-a-0.1: job deleted")); /* it is deleted, as of any job that
								   does not exist … */
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);    /* … and the job is left alone */
	assert_int_equal(w_orders(w, j), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(sessions_of_nobody),       T(ends_of_nothing),
		T(answers_to_nothing),       T(members_that_cannot_be),
		T(views_of_nothing),         T(job_told_after_its_end),
		T(r011_pod_on_another_node), T(name_is_taken),
		T(name_is_taken_by_itself),  T(taints_change_in_part),
		T(nodes_come_and_go),        T(told_while_the_list_was_on_its_way),
		T(unknown_job_is_asked_for), T(a_pod_that_names_the_uid_of_anothers_job),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
