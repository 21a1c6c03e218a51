/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes and ComputeNodes as the watches show them: what goes into the record. */
#include "coordinator/core/observe/node_seen.h"

#include <string.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

static const struct res cpu[] = {{"cpu", 4000}}, gpu[] = {{"example.com/gpu", 2000}};

static struct node a_node(void)
{
	return (struct node){.meta = {.name = "n1", .uid = "node-1"},
			     .ready = COND_TRUE,
			     .boot_id = "boot-1",
			     .allocatable = {cpu, 1}};
}

static void a_node_comes_changes_and_goes(void **state)
{
	static const struct taint taints[] = {
		{"node.kubernetes.io/out-of-service", "", EFFECT_NO_EXECUTE}};
	struct core *c = tables_of(state);
	struct node v = a_node();
	node_seen(c, &v);
	struct node_record *n = node_find(c, "n1");
	assert_true(n->kube.exists && n->dirty && n->caps_dirty);
	assert_string_equal(n->agent.boot_id, "boot-1");
	assert_int_equal(res_row(c, n, ROW_ALLOC)[RES_CPU], 4000);
	uint64_t version = c->labels.version;
	node_seen(c, &v); /* as before: no selection is asked anew */
	assert_true(c->labels.version == version);
	v.taints = taints;
	v.ntaints = 1;
	v.unschedulable = true;
	v.allocatable = (struct reslist){gpu, 1};
	node_seen(c, &v);
	assert_true(c->labels.version > version);
	assert_true(n->kube.out_of_service && node_cordoned(n));
	assert_int_equal(res_row(c, n, ROW_ALLOC)[RES_CPU], RES_ABSENT);
	assert_int_equal(res_row(c, n, ROW_ALLOC)[res_find(c, "example.com/gpu")], 2000);
	node_deleted(c, &v.meta);
	assert_false(n->kube.exists || n->kube.out_of_service || node_cordoned(n));
	assert_int_equal(node_trouble(n), R_NodeNotFound);
	node_deleted(c, &(struct meta){.name = "unknown"});
}

/* What may mean that its kubelet was configured anew, or that somebody wants it to be tried again.
 */
static void when_a_node_has_changed(void **state)
{
	static const struct kv zone = {"zone", "a"};
	static const struct taint taint = {"team", "x", EFFECT_NO_SCHEDULE};
	struct core *c = tables_of(state);
	struct node v = a_node();
	enum { HEARTBEAT, ROOM, UID, BOOT, KUBELET, READY, SINCE, CORDON, LABEL, TAINT, N };
	node_seen(c, &v);
	const struct node_record *n = node_find(c, "n1");
	assert_true(n->kube.changed_ms == c->now_ms);
	for (int what = HEARTBEAT; what < N; what++) {
		c->now_ms += 1000;
		v.allocatable = what == ROOM ? (struct reslist){gpu, 1} : v.allocatable;
		v.meta.uid = what == UID ? "node-2" : v.meta.uid;
		v.boot_id = what == BOOT ? "boot-2" : v.boot_id;
		v.kubelet_version = what == KUBELET ? "v1.36.0" : v.kubelet_version;
		v.ready = what == READY ? COND_FALSE : v.ready;
		v.ready_since_ms += what == SINCE;
		v.unschedulable |= what == CORDON;
		v.meta.labels = what == LABEL ? (struct kvs){&zone, 1} : v.meta.labels;
		v.taints = what == TAINT ? &taint : v.taints;
		v.ntaints += what == TAINT;
		node_seen(c, &v);
		assert_true((n->kube.changed_ms == c->now_ms) == (what > ROOM));
	}
	c->now_ms += 1000;
	node_deleted(c, &v.meta);
	assert_true(n->kube.changed_ms == c->now_ms);
}

/* What the previous leader wrote is taken over, until the agent was heard. */
static void a_compute_node_of_the_leader_before(void **state)
{
	struct core *c = tables_of(state);
	struct compute_node v = {.meta = {.name = "n1", .uid = "cn-1", .rv = "7", .generation = 3},
				 .resources = {cpu, 1},
				 .unschedulable = true,
				 .owned_by_node = true,
				 .status = {.state = COMPUTE_NODE_DRAINED,
					    .since_ms = 5000,
					    .agent_version = "0.1.0",
					    .boot_id = "boot-0"}};
	compute_node_seen(c, &v);
	struct node_record *n = node_find(c, "n1");
	assert_true(n->compute.exists && n->compute.owned && n->verdict.inherited);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_DRAINED);
	assert_string_equal(n->agent.version, "0.1.0");
	assert_string_equal(n->status.rv, "7");
	assert_int_equal(res_row(c, n, ROW_SPEC)[RES_CPU], 4000);
	v.status.state = COMPUTE_NODE_RUNNING; /* somebody else writes: it is ours to say */
	compute_node_seen(c, &v);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_DRAINED);
	compute_node_deleted(c, &v.meta);
	assert_false(n->compute.exists || n->compute.cordoned);
	assert_int_equal(res_row(c, n, ROW_SPEC)[RES_CPU], RES_ABSENT);
	assert_int_equal(n->apply.deletions, 1);
}

/* A resource that another owner kept, and has taken out, is nobody's any more. */
static void what_another_owner_kept(void **state)
{
	struct core *c = tables_of(state);
	struct compute_node v = {.meta = {.name = "n1"}, .resources = {gpu, 1}};
	compute_node_seen(c, &v);
	struct node_record *n = node_find(c, "n1");
	uint32_t r = res_find(c, "example.com/gpu");
	bitset_set(&n->apply.leave_out, r);
	compute_node_seen(c, &v);
	assert_true(bitset_has(&n->apply.leave_out, r));
	v.resources = (struct reslist){cpu, 1};
	compute_node_seen(c, &v);
	assert_false(bitset_has(&n->apply.leave_out, r));
}

/* The taint that Kubernetes adds to a cordon says nothing more than the cordon. */
static void the_taint_of_a_cordon(void **state)
{
	static const struct taint taints[] = {
		{"node.kubernetes.io/unschedulable", "", EFFECT_NO_SCHEDULE},
		{"team", "x", EFFECT_NO_SCHEDULE}};
	struct core *c = tables_of(state);
	const struct node v = {.meta = {.name = "n1", .uid = "u1"},
			       .unschedulable = true,
			       .taints = taints,
			       .ntaints = 2};
	node_seen(c, &v);
	const struct node_record *n = node_find(c, "n1");
	assert_true(n->kube.cordoned);
	assert_int_equal(n->kube.ntaints, 1);
	assert_string_equal(intern_str(c->strs, n->kube.taints[0].key), "team");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_taint_of_a_cordon),   T(a_node_comes_changes_and_goes),
		T(when_a_node_has_changed), T(a_compute_node_of_the_leader_before),
		T(what_another_owner_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
