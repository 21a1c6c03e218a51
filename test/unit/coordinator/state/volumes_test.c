/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes in use alone: where they are, through all that changes it, and whom that keeps away. */
#include "coordinator/core/state/volumes.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

static const char *const data[] = {"ns/data"}, *const both[] = {"ns/data", "ns/more"};

static void three_nodes(struct core *c, struct node_record *ret[3])
{
	static const char *const names[] = {"n1", "n2", "n3"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ret[i] = tables_node(c, names[i], 4000, INT64_C(8000) * GI);
		ret[i]->kube.exists = true;
	}
}

/* What the kubelet of the node says is in use. */
static void in_use(struct core *c, struct node_record *n, const char *a, const char *b)
{
	const char *v[] = {a, b};
	const struct strs l = {v, b ? 2 : a ? 1 : 0};
	volumes_kubelet_set(c, n, &l);
}

static void answer(struct core *c, enum needed_kind kind, const char *ns, const char *name,
		   const struct needed *obj)
{
	(void)lookup_answer(c, lookup_find(c, kind, ns, name), obj, "");
}

/* Both claims are bound; the volume of the first has these modes. */
static void bound(struct core *c, uint32_t modes, const char *driver, const char *handle)
{
	struct needed claim = {.bound = true, .volume = "v"};
	struct needed volume = {.modes = modes, .driver = driver, .handle = handle};
	answer(c, NEEDED_CLAIM, "ns", "data", &claim);
	answer(c, NEEDED_VOLUME, NULL, "v", &volume);
	if (lookup_find(c, NEEDED_CSI_NODES, NULL, driver))
		answer(c, NEEDED_CSI_NODES, NULL, driver, &(struct needed){.volume = ""});
}

static struct request *asks(struct core *c)
{
	const struct job_spec spec = {.claims = {data, 1}};
	struct request *r = request_get(c, &spec);
	bound(c, MODE_RWO, "disk", "h");
	answer(c, NEEDED_CSI_DRIVER, NULL, "disk", NULL);
	return r;
}

/* The nodes that are left of all for the request. */
static const char *free_for(struct core *c, const struct request *r)
{
	AUTO(bitset_done) struct bitset nodes = {0};
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		if (c->nodes.at[i])
			bitset_set(&nodes, i);
	}
	objects_leave_attachable(c, r, &nodes);
	return tables_names(c, &nodes);
}

static void where_kubelets_have_it(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	in_use(c, n[0], "disk^h", "disk^other"); /* before anybody asks */
	struct request *r = asks(c);
	assert_int_equal(objects_most(r), 1);
	assert_string_equal(free_for(c, r), "n1");
	assert_string_equal(objects_claim_user(c, r, 0), "n1");
	in_use(c, n[1], "disk^h", "disk^h"); /* a pod waits there */
	assert_string_equal(free_for(c, r), "");
	bitset_zero(&c->queue.grown_whole);
	in_use(c, n[0], "disk^other", NULL);
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "n1");
	assert_string_equal(free_for(c, r), "n2");
	bitset_zero(&c->queue.grown_whole);
	in_use(c, n[0], "disk^other", NULL); /* the same again */
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "");
	in_use(c, n[0], NULL, NULL); /* nobody asks for it, but the node can attach one more */
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "n1");
	bitset_zero(&c->queue.grown_whole);
	in_use(c, n[0], "no-handle", NULL);
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "");
	in_use(c, n[1], NULL, NULL);
	assert_string_equal(free_for(c, r), "n1 n2 n3");
	request_put(c, r);
	assert_null(c->volumes.all);
	in_use(c, n[0], NULL, NULL);
}

/* A dead node blocks nothing; one that is not Ready, but whose agent answers, runs on. */
static void whose_use_counts(void **state)
{
	static const struct {
		enum loss loss;
		bool exists, counts;
	} cases[] = {{NODE_PRESENT, true, true},
		     {NODE_UNREADY, true, true},
		     {NODE_DOUBTFUL, true, false},
		     {NODE_LOST, true, false},
		     {NODE_PRESENT, false, false}};
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct request *r = asks(c);
	in_use(c, n[1], "disk^h", NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		n[1]->verdict.loss = cases[i].loss;
		n[1]->kube.exists = cases[i].exists;
		CASE_STR("left", free_for(c, r), cases[i].counts ? "n2" : "n1 n2 n3");
	}
	request_put(c, r);
	in_use(c, n[1], NULL, NULL);
}

static void where_members_have_it(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = {.claims = {both, 2}};
	struct job_record *j = tables_job(c, "a", 2);
	tables_request(c, j, &spec);
	bound(c, MODE_RWO, "disk", "h");
	answer(c, NEEDED_CSI_DRIVER, NULL, "disk", NULL);
	struct request *r = j->spec.request;
	struct attempt *a = tables_attempt(c, j, 0, n[0]);
	assert_string_equal(free_for(c, r), "n1");
	in_use(c, n[0], "disk^h", NULL);
	bitset_zero(&c->queue.grown_whole);
	attempt_set_state(c, a, ATTEMPT_ENDED); /* its kubelet has not unmounted it yet */
	assert_string_equal(free_for(c, r), "n1");
	in_use(c, n[0], NULL, NULL);
	assert_string_equal(free_for(c, r), "n1 n2 n3");
	struct attempt *b = tables_attempt(c, j, 1, n[2]);
	assert_string_equal(free_for(c, r), "n3");
	bitset_zero(&c->queue.grown_whole);
	attempt_set_state(c, b, ATTEMPT_ENDED);
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "n3");
	assert_string_equal(free_for(c, r), "n1 n2 n3");
	/* A request that comes later finds the members that are there. */
	attempt_move(c, tables_attempt(c, j, 0, n[0]), n[1]);
	volume_use_put(c, volume_use_get(c, "disk", "h"));
	assert_string_equal(free_for(c, r), "n2");
}

/* Several nodes at once may have it, or nobody attaches it. */
static void what_is_for_all(void **state)
{
	static const struct needed attachless = {.attachless = true}, attached;
	static const struct {
		const char *name;
		uint32_t modes;
		const char *driver, *handle;
		const struct needed *object;
		bool known, alone;
	} cases[] = {
		{"ReadWriteOnce", MODE_RWO, "disk", "h", NULL, true, true},
		{"a CSIDriver", MODE_RWO, "disk", "h", &attached, true, true},
		{"ReadWriteOncePod", MODE_RWOP, "disk", "h", NULL, true, true},
		{"ReadWriteMany", MODE_RWX | MODE_RWO, "disk", "h", NULL, true, false},
		{"ReadOnlyMany", MODE_ROX | MODE_RWO, "disk", "h", NULL, true, false},
		{"no mode", 0, "disk", "h", NULL, true, false},
		{"no driver", MODE_RWO, "", "", NULL, true, false},
		{"no handle", MODE_RWO, "disk", "", NULL, true, false},
		{"a driver that attaches nothing", MODE_RWO, "disk", "h", &attachless, true, false},
		{"a driver that is not known yet", MODE_RWO, "disk", "h", NULL, false, false},
	};
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	in_use(c, n[1], "disk^h", NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct job_spec spec = {.claims = {data, 1}};
		struct request *r = request_get(c, &spec);
		bound(c, cases[i].modes, cases[i].driver, cases[i].handle);
		struct lookup *l = lookup_find(c, NEEDED_CSI_DRIVER, NULL, "disk");
		if (l && cases[i].known)
			(void)lookup_answer(c, l, cases[i].object, "");
		CASE(cases[i].name, objects_known(r) == cases[i].known);
		CASE(cases[i].name, (objects_most(r) == 1) == cases[i].alone);
		CASE_STR(cases[i].name, free_for(c, r), cases[i].alone ? "n2" : "n1 n2 n3");
		request_put(c, r);
		CASE(cases[i].name, !c->volumes.all && !c->lookups.all);
	}
	in_use(c, n[1], NULL, NULL);
}

/* The index of a node that is gone is that of another one. */
static void a_node_goes(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	in_use(c, n[1], "disk^h", NULL);
	struct request *r = asks(c);
	assert_string_equal(free_for(c, r), "n2");
	node_free(c, n[1]);
	request_put(c, asks(c));
	assert_string_equal(free_for(c, r), "n1 n3");
	request_put(c, r);
	r = asks(c); /* looks at the nodes that are left */
	assert_string_equal(free_for(c, r), "n1 n3");
	request_put(c, r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(where_kubelets_have_it), T(whose_use_counts), T(where_members_have_it),
		T(what_is_for_all),        T(a_node_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
