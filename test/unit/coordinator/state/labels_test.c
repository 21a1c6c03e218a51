/* SPDX-License-Identifier: Apache-2.0 */
/* Labels alone: the Node's overlaid by the ComputeNode's, and the sets over nodes. */
#include "coordinator/core/state/labels.h"

#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

static const char *with(struct core *c, const char *key, const char *val)
{
	const struct labelkey *k = labelkey_find(c, intern_find(c->strs, key));
	const struct labelval *v = k && val ? labelval_find(k, intern_find(c->strs, val)) : NULL;
	if (!k || (val && !v))
		return "none";
	return tables_names(c, val ? &v->nodes : &k->nodes);
}

static void overlay(struct core *c, struct node_record *n, const struct kvs *own)
{
	labels_node_out(c, n);
	labels_set(c, &n->compute.labels, own);
	labels_node_in(c, n);
}

static void a_compute_nodes_labels_lie_over_the_nodes(void **state)
{
	static const struct kv node[] = {{"zone", "a"}, {"kubernetes.io/hostname", "n1"}};
	static const struct kv own[] = {{"zone", "b"}, {"kubernetes.io/hostname", "other"}};
	static const struct kvs node_labels = {node, 2}, own_labels = {own, 2}, none;
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 1, 1);
	tables_select(c, n, &node_labels, NULL, 0);
	assert_string_equal(with(c, "zone", "a"), "n1");
	overlay(c, n, &own_labels);
	assert_string_equal(with(c, "zone", "a"), "none");
	assert_string_equal(with(c, "zone", "b"), "n1");
	/* Kubernetes' own labels are the Node's alone. */
	assert_string_equal(with(c, "kubernetes.io/hostname", "n1"), "n1");
	assert_string_equal(with(c, "kubernetes.io/hostname", "other"), "none");
	overlay(c, n, &none);
	assert_string_equal(with(c, "zone", "a"), "n1");
}

static void a_set_lives_while_a_node_is_in_it(void **state)
{
	static const struct kv a[] = {{"zone", "a"}}, b[] = {{"zone", "b"}};
	static const struct kvs in_a = {a, 1}, in_b = {b, 1};
	static const struct taint taint = {"team", "x", EFFECT_NO_SCHEDULE};
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 1, 1), *n2 = tables_node(c, "n2", 1, 1);
	uint64_t version = c->labels.version;
	tables_select(c, n1, &in_a, &taint, 1);
	tables_select(c, n2, &in_b, &taint, 1);
	assert_true(c->labels.version > version);
	assert_string_equal(with(c, "zone", NULL), "n1 n2");
	assert_int_equal(HASH_COUNT(c->labels.taints), 1);
	assert_string_equal(tables_names(c, &c->labels.taints->nodes), "n1 n2");
	node_free(c, n1);
	assert_string_equal(with(c, "zone", "a"), "none");
	assert_string_equal(with(c, "zone", NULL), "n2");
	node_free(c, n2);
	assert_null(c->labels.keys);
	assert_null(c->labels.taints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_compute_nodes_labels_lie_over_the_nodes),
		T(a_set_lives_while_a_node_is_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
