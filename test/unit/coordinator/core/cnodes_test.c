/* SPDX-License-Identifier: Apache-2.0 */
/* ComputeNodes that are odd: without a Node, with more resources than are counted, with owners of
 * what is not applied. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* A user's ComputeNode, whose Node went while nobody led: what the previous leader wrote of it does
 * not hold, though other nodes' agents are waited for still. */
static void its_node_went_while_nobody_led(void **state)
{
	static const struct cond was = {
		.type = "Ready", .status = COND_TRUE, .reason = "NodeReady", .since_ms = 5000};
	struct world *w = w_of(state);
	struct compute_node_status s;
	const char *rv;
	struct compute_node cn = {.meta = {.name = "n1", .uid = "c1", .rv = "7", .generation = 1},
				  .status = {.state = COMPUTE_NODE_RUNNING,
					     .since_ms = 1000,
					     .conds = &was,
					     .nconds = 1}};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_tell_node(w, w_node(w, "n2"));
	w_node(w, "n1");
	w_step(w, &ev);
	/* The page after the list tells of it again, as it is. */
	cn.meta.rv = "8";
	w_step(w, &ev);
	w_sync(w);
	assert_false(w_told(w, "wait for agents ended"));
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_PENDING);
	assert_int_equal(w_find(w, "n1")->conds[0].status, COND_FALSE);
	assert_string_equal(w_find(w, "n1")->conds[0].reason, "NodeNotFound");
	assert_false(w_has(w, "cnode-delete"));
	assert_false(take_compute_node_status(w->core, "n1", &s, &rv)); /* written */
}

/* The first 256 names of a Node count; it is used for what it has of these. 64 are applied. */
static void more_resources_than_are_counted(void **state)
{
	enum { NAMES = 260 };
	static struct res v[NAMES];
	static char names[NAMES][32];
	struct world *w = w_of(state);
	struct compute_node_apply a;
	w_nodes(w, 1);
	for (uint32_t i = 0; i < NAMES; i++) {
		w_text(names[i], sizeof names[i], "example.com/%u", i);
		v[i] = (struct res){names[i], 1000};
	}
	memcpy(v, w_find(w, "n1")->alloc, 3 * sizeof *v);
	struct node node = {.meta = {.name = "n1", .uid = "uid-n1", .rv = "2"},
			    .allocatable = {v, NAMES},
			    .ready = COND_TRUE};
	struct core_event ev = {.type = CEV_NODE, .node = &node};
	w_step(w, &ev);
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_int_equal(a.resources.n, 64);
	struct wjob *some = w_new_job(w, "some", 1), *other = w_new_job(w, "other", 1);
	some->requests[0] = v[NAMES / 2];
	other->requests[0] = v[NAMES - 1];
	some->job.spec.requests = (struct reslist){some->requests, 1};
	other->job.spec.requests = (struct reslist){other->requests, 1};
	w_job(w, some);
	w_job(w, other);
	assert_int_equal(w_orders(w, some), 1);
	assert_int_equal(w_orders(w, other), 0);
	/* Somebody owns what cannot be counted: the same apply is not sent again at once. */
	const char *conflicts[] = {names[NAMES - 1]};
	ev = (struct core_event){.type = CEV_APPLIED,
				 .applied = {.name = "n1",
					     .rc = RC_CONFLICT,
					     .message = "conflict",
					     .conflicts = {conflicts, 1}}};
	w_clear(w);
	w_step(w, &ev);
	assert_false(w_has(w, "apply"));
	w_wait(w, 1100);
	assert_true(w_has(w, "apply n1\n"));
}

static struct wjob *asks(struct world *w, const char *job, const char *resource, int64_t milli)
{
	struct wjob *j = w_new_job(w, job, 1);
	j->requests[0] = (struct res){resource, milli};
	j->job.spec.requests = (struct reslist){j->requests, 1};
	w_job(w, j);
	return j;
}

static void refuse(struct world *w, struct wjob *j, const char *reason)
{
	const char *node = NULL;
	const struct order *o = w_order(w, j, 0, &node);
	struct member m = w_member(w, j, node, 0, o->attempt, MEMBER_REFUSED);
	m.reason = reason;
	w_report(w, &m);
}

/* What is asked for none of is not lacking, and no resource that nobody has named; the node is as
 * good as before for others. */
static void refused_for_what_was_not_asked(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *a = asks(w, "a", "example.com/gpu", 0), *b = asks(w, "b", "cpu", 1000);
	refuse(w, a, "OutOfexample.com/gpu");
	refuse(w, b, "OutOfexample.com/unheard-of");
	assert_int_equal(w_orders(w, a) + w_orders(w, b), 0); /* not again at once */
	assert_int_equal(w_orders(w, asks(w, "c", "example.com/gpu", 0)), 1);
	assert_int_equal(w_orders(w, asks(w, "d", "cpu", 4000)), 1);
}

/* The node's one device is not given away, whatever its kubelet says to who asked for none. */
static void refused_for_a_device_without_asking(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wnode *n = w_find(w, "n1");
	n->alloc[n->nalloc++] = (struct res){"example.com/gpu", 1000};
	w_tell_node(w, n);
	struct wjob *a = asks(w, "a", "example.com/gpu", 0), *b = asks(w, "b", "cpu", 1000);
	refuse(w, a, "OutOfexample.com/gpu");
	refuse(w, b, "OutOfexample.com/gpu");
	assert_int_equal(w_orders(w, asks(w, "c", "example.com/gpu", 1000)), 1);
}

/* A device plugin whose devices are all ill: the node names them, and has none. */
static void a_resource_of_which_there_is_none(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wnode *n = w_find(w, "n1");
	n->alloc[n->nalloc++] = (struct res){"example.com/gpu", 0};
	w_tell_node(w, n);
	struct wjob *j = asks(w, "a", "example.com/gpu", 1000);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 1 lacks example.com/gpu; add nodes that have "
			    "more, or lower the requests");
	n->alloc[n->nalloc - 1].milli = 1000;
	w_tell_node(w, n);
	assert_int_equal(w_orders(w, j), 1);
}

/* A member is one pod, whatever it asks for. */
static void pods_are_counted_not_asked_for(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	assert_int_equal(w_orders(w, asks(w, "a", "pods", 999000)), 1);
}

static void less_than_nothing_is_none(void **state)
{
	struct world *w = w_of(state);
	w_node(w, "n1")->alloc[0].milli = -1000;
	w_tell_node(w, w_find(w, "n1"));
	w_sync(w);
	w_hello(w, "n1");
	assert_int_equal(w_orders(w, asks(w, "a", "memory", 1000)), 1);
	struct wjob *j = asks(w, "b", "cpu", 1);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message, "needs 1 node: 0 fit; 1 lacks cpu; add nodes "
						    "that have more, or lower the requests");
}

/* What is left out already, or no resource of the node's, is no reason to apply again at once. */
static void a_conflict_that_says_nothing_new(void **state)
{
	static const char *const known[] = {"cpu"}, *const unknown[] = {"example.com/gpu"};
	static const struct strs conflicts[] = {{known, 1}, {known, 1}, {unknown, 1}};
	struct world *w = w_of(state);
	struct compute_node_apply a;
	w_tell_node(w, w_node(w, "n1"));
	w_sync(w);
	for (uint32_t i = 0; i < 3; i++) {
		struct core_event ev = {.type = CEV_APPLIED,
					.applied = {.name = "n1",
						    .rc = RC_CONFLICT,
						    .message = "conflict",
						    .conflicts = conflicts[i]}};
		w_clear(w);
		w_step(w, &ev);
		assert_int_equal(w_has(w, "apply n1\n"), i == 0);
		w_wait(w, 5000);
		assert_true(w_has(w, "apply n1\n"));
	}
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_int_equal(a.leave_out.n, 1);
	assert_string_equal(a.leave_out.v[0], "cpu");
}

/* Applies of n1 within some seconds, each answered as having gone well. */
static uint32_t applies_in(struct world *w, uint32_t seconds)
{
	struct core_event ok = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	uint32_t times = 0;
	for (uint32_t i = 0; i < seconds; i++) {
		w_clear(w);
		w_wait(w, 1000);
		if (!w_has(w, "apply n1\n"))
			continue;
		times++;
		w_step(w, &ok);
	}
	return times;
}

/* The watch of ComputeNodes tells nothing for a while: the same is not applied each second. */
static void applied_and_not_seen(void **state)
{
	struct core_event ok = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	struct world *w = w_of(state);
	struct wnode *n = w_node(w, "n1");
	w_tell_node(w, n);
	w_sync(w);
	assert_true(w_has(w, "apply n1\n"));
	w_step(w, &ok);
	assert_in_range(applies_in(w, 120), 4, 8);
	/* Other things to apply do not wait for that. */
	n->alloc[0].milli += 1000;
	w_tell_node(w, n);
	assert_in_range(applies_in(w, 2), 1, 2);
	assert_in_range(applies_in(w, 100), 4, 8); /* the next one is due in 20 s */
	assert_int_equal(applies_in(w, 5), 0);
	/* Nor does the object, once it is seen to be otherwise. */
	static const struct compute_node old = {
		.meta = {.name = "n1", .uid = "cuid-n1", .rv = "99", .generation = 1},
		.owned_by_node = true};
	struct core_event seen = {.type = CEV_COMPUTE_NODE, .compute_node = &old};
	w_step(w, &seen);
	assert_in_range(applies_in(w, 2), 1, 2);
}

/* The garbage collector deletes what an unseen end of its Node left behind, however often we make
 * it: that is no race to be run. A single deletion is undone at once. */
static void deleted_again_and_again(void **state)
{
	struct core_event ok = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	const struct meta gone = {.name = "n1", .uid = "cuid-n1", .rv = "98"};
	struct core_event ev = {.type = CEV_COMPUTE_NODE_GONE, .gone = &gone};
	struct world *w = w_of(state);
	uint32_t times = 0;
	w_nodes(w, 1);
	w_step(w, &ok);
	w_compute_node(w, "n1", false);
	w_clear(w);
	w_step(w, &ev);
	assert_true(w_has(w, "apply n1\n"));
	for (uint32_t i = 0; i < 600; i++) {
		if (w_has(w, "apply n1\n")) {
			times++;
			w_step(w, &ok);
			w_compute_node(w, "n1", false);
			w_step(w, &ev);
		}
		w_clear(w);
		w_wait(w, 100);
	}
	assert_in_range(times, 4, 8); /* in a minute */
	w_wait(w, 100000);
	w_step(w, &ok);
	w_compute_node(w, "n1", false);
	w_clear(w);
	w_step(w, &ev);
	assert_true(w_has(w, "apply n1\n"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(its_node_went_while_nobody_led),
		T(more_resources_than_are_counted),
		T(a_conflict_that_says_nothing_new),
		T(refused_for_what_was_not_asked),
		T(refused_for_a_device_without_asking),
		T(a_resource_of_which_there_is_none),
		T(pods_are_counted_not_asked_for),
		T(less_than_nothing_is_none),
		T(applied_and_not_seen),
		T(deleted_again_and_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
