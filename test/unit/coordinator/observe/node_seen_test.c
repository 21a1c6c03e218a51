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

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_node_comes_changes_and_goes),
		T(a_compute_node_of_the_leader_before),
		T(what_another_owner_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
