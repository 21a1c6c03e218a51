/* SPDX-License-Identifier: Apache-2.0 */
/* Where members go, and why they wait. */
#include "test/unit/coordinator/core/world.h"

#include <stdio.h>
#include <string.h>

/* Six nodes; n2 zone=b, n3 tainted, n4 cordoned, n5 without an agent, n6 not ready. */
static void six(struct world *w)
{
	char name[8];
	for (uint32_t i = 1; i <= 6; i++) {
		w_text(name, sizeof name, "n%u", i);
		struct wnode *n = w_node(w, name);
		n->labels[n->nlabels++] = (struct kv){"zone", i == 2 ? "b" : "a"};
		n->labels[n->nlabels++] = (struct kv){"rank", i == 1 ? "3" : "5"};
		if (i == 3)
			n->taints[n->ntaints++] =
				(struct taint){"dedicated", "x", EFFECT_NO_SCHEDULE};
		n->cordoned = i == 4;
		n->not_ready = i == 6;
		w_tell_node(w, n);
	}
	w_sync(w);
	for (uint32_t i = 1; i <= 6; i++) {
		w_text(name, sizeof name, "n%u", i);
		if (i != 5)
			w_hello(w, name);
	}
}

static const char *where(struct world *w, struct wjob *j, uint32_t index)
{
	const char *node = "";
	w_order(w, j, index, &node);
	return node;
}

static void select_zone(struct wjob *j, const char *zone)
{
	j->selector[0] = (struct kv){"zone", zone};
	j->job.spec.node_selector = (struct kvs){j->selector, 1};
}

static void request(struct wjob *j, const char *name, int64_t milli)
{
	uint32_t n = j->job.spec.requests.n;
	j->requests[n] = (struct res){name, milli};
	j->job.spec.requests = (struct reslist){j->requests, n + 1};
}

static void node_selector(void **state)
{
	struct world *w = w_of(state);
	six(w);
	struct wjob *j = w_new_job(w, "a", 1);
	select_zone(j, "b");
	w_job(w, j);
	assert_string_equal(where(w, j, 0), "n2");
}

static void taints_and_tolerations(void **state)
{
	static const struct toleration tol = {.key = "dedicated", .value = "x"};
	struct world *w = w_of(state);
	six(w);
	struct wjob *j = w_new_job(w, "a", 2), *k = w_new_job(w, "b", 3);
	w_job(w, j);
	assert_string_equal(where(w, j, 0), "n1");
	assert_string_equal(where(w, j, 1), "n2");
	k->job.spec.tolerations = &tol;
	k->job.spec.ntolerations = 1;
	w_job(w, k);
	assert_string_equal(where(w, k, 0), "n3");
	assert_int_equal(w_orders(w, k), 3);
}

static void affinity(void **state)
{
	static const struct {
		const char *name, *key;
		enum sel_op op;
		const char *value;
		const char *want[2];
	} cases[] = {
		{"in", "zone", SEL_IN, "b", {"n2", ""}},
		{"not in", "zone", SEL_NOT_IN, "b", {"n1", ""}},
		{"not in, absent", "nothing", SEL_NOT_IN, "b", {"n1", "n2"}},
		{"exists", "rank", SEL_EXISTS, NULL, {"n1", "n2"}},
		{"does not exist", "rank", SEL_DOES_NOT_EXIST, NULL, {"", ""}},
		{"gt", "rank", SEL_GT, "4", {"n2", ""}},
		{"lt", "rank", SEL_LT, "4", {"n1", ""}},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w;
		w_setup((void **)&w);
		six(w);
		struct wjob *j = w_new_job(w, "a", 2);
		const char *values[] = {cases[i].value};
		struct sel_expr e = {cases[i].key, cases[i].op, {values, cases[i].value ? 1 : 0}};
		struct sel_term t = {&e, 1};
		j->job.spec.min_parallelism = 1;
		j->job.spec.terms = &t;
		j->job.spec.nterms = 1;
		w_job(w, j);
		for (uint32_t k = 0; k < 2; k++) {
			if (strcmp(where(w, j, k), cases[i].want[k]))
				fail_msg("%s: member %u on '%s', wanted '%s'", cases[i].name, k,
					 where(w, j, k), cases[i].want[k]);
		}
		w_teardown((void **)&w);
	}
}

static void computenode_labels_overlay(void **state)
{
	struct world *w = w_of(state);
	six(w);
	struct kv own[] = {{"zone", "c"}, {"kubernetes.io/hostname", "stolen"}};
	struct compute_node cn = {
		.meta = {.name = "n1", .uid = "c1", .rv = "5", .labels = {own, 2}}};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
	struct wjob *j = w_new_job(w, "a", 1), *k = w_new_job(w, "b", 1);
	select_zone(j, "c");
	w_job(w, j);
	assert_string_equal(where(w, j, 0), "n1");
	k->selector[0] = (struct kv){"kubernetes.io/hostname", "stolen"};
	k->job.spec.node_selector = (struct kvs){k->selector, 1};
	w_job(w, k);
	assert_string_equal(where(w, k, 0), "");
}

static void says_why_in_numbers(void **state)
{
	struct world *w = w_of(state);
	six(w);
	struct wjob *j = w_new_job(w, "a", 4);
	request(j, "memory", INT64_C(1) * GI * 1000);
	w_job(w, j);
	w_wait(w, 1500);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_PENDING);
	assert_string_equal(s.message,
			    "needs 4 nodes: 2 fit; 1 has a taint that is not tolerated, "
			    "1 is cordoned, 1 is not ready, 1 has no agent; add nodes, or change "
			    "what keeps these away");
	assert_string_equal(w_cond(&s, "Scheduled"), "False Unschedulable");
	assert_int_equal(s.start_ms, 0);
	assert_int_equal(w_orders(w, j), 0);
	struct wjob *k = w_new_job(w, "b", 1);
	request(k, "memory", INT64_C(9) * GI * 1000);
	request(k, "example.com/gpu", 1000);
	w_job(w, k);
	w_wait(w, 1500);
	assert_string_equal(
		w_status(w, k).message,
		"needs 1 node: 0 fit; 2 lack memory, 1 has a taint that is not tolerated, "
		"1 is cordoned, 1 is not ready, 1 has no agent; add nodes that have more, or lower "
		"the requests, or change what keeps the others away");
	struct wjob *l = w_new_job(w, "c", 2);
	select_zone(l, "b");
	w_job(w, l);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, l).message,
			    "needs 2 nodes: 1 fits; 2 do not match nodeSelector, 1 is cordoned, "
			    "1 is not ready, 1 has no agent; add nodes, or change what keeps "
			    "these away");
}

static void no_nodes_at_all(void **state)
{
	struct world *w = w_of(state);
	w_sync(w);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, j).message, "needs 1 node: 0 fit; there are no "
						    "nodes: add some");
}

static void message_is_refreshed_once_a_minute(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message, "needs 3 nodes: 2 fit; add nodes");
	w_find(w, "n2")->cordoned = true;
	w_tell_node(w, w_find(w, "n2"));
	w_wait(w, 50000);
	assert_string_equal(w_status(w, j).message, "needs 3 nodes: 2 fit; add nodes");
	w_wait(w, 12000);
	assert_string_equal(w_status(w, j).message, "needs 3 nodes: 1 fits; 1 is "
						    "cordoned; add nodes, or change what keeps "
						    "these away");
	assert_int_equal(j->writes, 2);
}

static void gang_is_all_or_nothing(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 4);
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	w_tell_node(w, w_node(w, "n4"));
	w_hello(w, "n4");
	assert_int_equal(w_orders(w, j), 4);
}

static void two_gangs_do_not_hold_parts(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 4);
	struct wjob *a = w_new_job(w, "a", 3), *b = w_new_job(w, "b", 3);
	request(a, "cpu", 3000);
	request(b, "cpu", 3000);
	w_job(w, a);
	w_job(w, b);
	assert_int_equal(w_orders(w, a), 3);
	assert_int_equal(w_orders(w, b), 0);
	w_all(w, a, MEMBER_RUNNING);
	w_all(w, a, MEMBER_SUCCEEDED);
	assert_int_equal(w_orders(w, b), 3);
}

static void elastic_start_grows(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 4);
	j->job.spec.min_parallelism = 2;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 2);
	w_wait(w, 1500);
	struct job_status s = w_status(w, j);
	assert_string_equal(w_cond(&s, "Scheduled"), "True Placed");
	assert_string_equal(s.message, "needs 2 more nodes: 0 fit; 2 run a member already; add "
				       "nodes, or wait until a member of the job has ended");
	w_tell_node(w, w_node(w, "n3"));
	w_hello(w, "n3");
	assert_int_equal(w_orders(w, j), 3);
}

static void room_counts_everything(void **state)
{
	struct world *w = w_of(state);
	struct wnode *n = w_node(w, "n1");
	n->foreign[0] = (struct res){"cpu", 2500};
	n->nforeign = 1;
	w_tell_node(w, n);
	w_sync(w);
	w_hello(w, "n1");
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1), *c = w_new_job(w, "c", 1);
	request(a, "cpu", 1000);
	request(b, "cpu", 1000);
	request(c, "cpu", 500);
	w_job(w, a);
	w_job(w, b);
	w_job(w, c);
	assert_int_equal(w_orders(w, a), 1);
	assert_int_equal(w_orders(w, b), 0); /* 4 - 2.5 - 1 */
	assert_int_equal(w_orders(w, c), 1);
}

static void spec_resources_cap_the_room(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct res r = {"cpu", 1000};
	struct compute_node cn = {.meta = {.name = "n1", .uid = "c1", .rv = "5"},
				  .resources = {&r, 1}};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	request(a, "cpu", 800);
	request(b, "cpu", 800);
	w_job(w, a);
	w_job(w, b);
	assert_int_equal(w_orders(w, a), 1);
	assert_int_equal(w_orders(w, b), 0);
}

static void pod_count_is_a_limit(void **state)
{
	struct world *w = w_of(state);
	struct wnode *n = w_node(w, "n1");
	n->alloc[2].milli = 2000;
	w_tell_node(w, n);
	w_sync(w);
	w_hello(w, "n1");
	struct wjob *j[3];
	for (uint32_t i = 0; i < 3; i++) {
		j[i] = w_new_job(w, i == 0 ? "a" : i == 1 ? "b" : "c", 1);
		w_job(w, j[i]);
	}
	assert_int_equal(w_orders(w, j[1]), 1);
	assert_int_equal(w_orders(w, j[2]), 0);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, j[2]).message,
			    "needs 1 node: 0 fit; 1 lacks pods; jobs of its priority may pass "
			    "it until 2025-06-15T15:16:40Z");
}

static void spread_or_pack(void **state)
{
	for (int spread = 0; spread < 2; spread++) {
		struct world *w;
		w_setup((void **)&w);
		w->cfg.spread = spread;
		core_free(w->core);
		w->core = core_new(&w->cfg, &w->log);
		w_lead(w);
		w_nodes(w, 2);
		struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
		w_job(w, a);
		w_job(w, b);
		assert_string_equal(where(w, a, 0), "n1");
		assert_string_equal(where(w, b, 0), spread ? "n2" : "n1");
		w_teardown((void **)&w);
	}
	(void)state;
}

/* Neither job's own doing: what one job was refused for, the other does not try there either. */
static void a_refusal_corrects_the_room(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	struct wjob *tiny = w_new_job(w, "tiny", 2);
	request(a, "memory", INT64_C(4) * GI * 1000);
	request(b, "memory", INT64_C(5) * GI * 1000);
	request(tiny, "memory", INT64_C(1) * GI * 1000);
	w_job(w, a);
	assert_string_equal(where(w, a, 0), "n1");
	struct member m = w_member(w, a, "n1", 0, 1, MEMBER_REFUSED);
	m.reason = "OutOfmemory";
	w_report(w, &m);
	assert_string_equal(where(w, a, 0), "n2");
	/* The other node has no room for it beside a; n1 has none since the kubelet said so. */
	w_job(w, b);
	assert_int_equal(w_orders(w, b), 0);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, b).message,
			    "needs 1 node: 0 fit; 2 lack memory; jobs of its priority may pass "
			    "it until 2025-06-15T15:16:40Z");
	w_job(w, tiny); /* less than what was refused */
	assert_int_equal(w_orders(w, tiny), 2);
	assert_int_equal(w_status(w, a).failed, 0);
	/* The node tells anew what it has. */
	w_tell_node(w, w_find(w, "n1"));
	assert_string_equal(where(w, b, 0), "n1");
}

static void a_refusal_for_room_is_forgotten(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	w_job(w, a);
	struct member m = w_member(w, a, "n1", 0, 1, MEMBER_REFUSED);
	m.reason = "OutOfpods";
	w_report(w, &m);
	w_job_gone(w, a);
	w_job(w, b);
	assert_int_equal(w_orders(w, b), 0);
	w_wait(w, w->cfg.retry_cap_ms + 1000);
	assert_int_equal(w_orders(w, b), 1);
}

/* PreferNoSchedule: taken last, however empty; and not at all worse if it is tolerated. */
static void tainted_softly_is_taken_last(void **state)
{
	static const struct toleration tol = {.key = "costly", .exists = true};
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wnode *n1 = w_find(w, "n1"), *n2 = w_find(w, "n2");
	n1->taints[n1->ntaints++] = (struct taint){"costly", "", EFFECT_PREFER_NO_SCHEDULE};
	n1->taints[n1->ntaints++] = (struct taint){"old", "", EFFECT_PREFER_NO_SCHEDULE};
	n2->taints[n2->ntaints++] = (struct taint){"costly", "", EFFECT_PREFER_NO_SCHEDULE};
	w_tell_node(w, n1);
	w_tell_node(w, n2);
	struct wjob *fill = w_new_job(w, "fill", 1), *three = w_new_job(w, "three", 3);
	struct wjob *fond = w_new_job(w, "fond", 2);
	request(fill, "cpu", 2000);
	w_job(w, fill);
	assert_string_equal(where(w, fill, 0), "n3");
	w_job(w, three);
	assert_string_equal(where(w, three, 0), "n3");
	assert_string_equal(where(w, three, 1), "n2");
	assert_string_equal(where(w, three, 2), "n1");
	fond->job.spec.tolerations = &tol;
	fond->job.spec.ntolerations = 1;
	w_job(w, fond);
	assert_string_equal(where(w, fond, 0), "n2"); /* as good as n3 now, and emptier */
	assert_string_equal(where(w, fond, 1), "n3");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(node_selector),
		T(taints_and_tolerations),
		cmocka_unit_test(affinity),
		T(computenode_labels_overlay),
		T(says_why_in_numbers),
		T(no_nodes_at_all),
		T(message_is_refreshed_once_a_minute),
		T(gang_is_all_or_nothing),
		T(two_gangs_do_not_hold_parts),
		T(elastic_start_grows),
		T(room_counts_everything),
		T(spec_resources_cap_the_room),
		T(pod_count_is_a_limit),
		cmocka_unit_test(spread_or_pack),
		T(a_refusal_corrects_the_room),
		T(a_refusal_for_room_is_forgotten),
		T(tainted_softly_is_taken_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
