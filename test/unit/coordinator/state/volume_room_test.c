/* SPDX-License-Identifier: Apache-2.0 */
/* How many volumes of a driver a node can have attached, and who goes there then. */
#include "coordinator/core/state/volume_room.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/limits.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/volumes.h"
#include "test/unit/coordinator/state/tables.h"

static const char *const names[] = {"ns/a", "ns/b"};

static void answer(struct core *c, enum needed_kind kind, const char *ns, const char *name,
		   const struct needed *obj)
{
	(void)lookup_answer(c, lookup_find(c, kind, ns, name), obj, "");
}

/* The claim is bound to a volume of its name. */
static void bound(struct core *c, const char *claim, const char *driver)
{
	struct needed o = {.bound = true, .volume = claim};
	struct needed volume = {.modes = MODE_RWX, .driver = driver, .handle = claim};
	answer(c, NEEDED_CLAIM, "ns", claim, &o);
	answer(c, NEEDED_VOLUME, NULL, claim, &volume);
}

static struct request *asks(struct core *c, uint32_t nclaims)
{
	const struct job_spec spec = {.claims = {names, nclaims}};
	struct request *r = request_get(c, &spec);
	bound(c, "a", "disk");
	if (nclaims > 1)
		bound(c, "b", "disk");
	return r;
}

static void limit(struct core *c, const char *node, const char *driver, uint32_t most)
{
	const struct volume_limit v[] = {{"other", 0}, {driver, most}};
	const struct needed csi = {.meta.name = node, .limits = v, .nlimits = 2};
	limits_add(c, lookup_find(c, NEEDED_CSI_NODES, NULL, "disk"), &csi);
}

/* The list is over. */
static void listed(struct core *c, bool complete)
{
	static const struct needed list;
	struct lookup *l = lookup_find(c, NEEDED_CSI_NODES, NULL, "disk");
	limits_end(l, complete);
	(void)lookup_answer(c, l, complete ? &list : NULL, complete ? "" : "timeout");
}

static void in_use(struct core *c, struct node_record *n, const char *a, const char *b)
{
	const char *v[] = {a, b};
	const struct strs l = {v, b ? 2 : a ? 1 : 0};
	volumes_kubelet_set(c, n, &l);
}

static const char *room_for(struct core *c, const struct request *r)
{
	AUTO(bitset_done) struct bitset nodes = {0};
	for (uint32_t i = 0; i < c->nodes.n; i++) /* who explains looks at all, the gone too */
		bitset_set(&nodes, i);
	volume_room_leave(c, r, &nodes);
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		if (!c->nodes.at[i])
			bitset_clear(&nodes, i);
	}
	return tables_names(c, &nodes);
}

static void three_nodes(struct core *c, struct node_record *ret[3])
{
	static const char *const n[] = {"n1", "n2", "n3"};
	for (size_t i = 0; i < ARRAY_LEN(n); i++)
		ret[i] = tables_node(c, n[i], 4000, INT64_C(8000) * GI);
}

static void what_a_node_has(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct request *one = asks(c, 1), *two = asks(c, 2);
	assert_true(!volume_room_limited(one));
	assert_string_equal(room_for(c, one), "n1 n2 n3"); /* not known yet */
	limit(c, "n1", "disk", 1);
	limit(c, "n2", "disk", 2);
	limit(c, "nobody", "disk", 2);
	limit(c, "n3", "another", 0);
	listed(c, true);
	assert_true(volume_room_limited(one));
	assert_string_equal(room_for(c, one), "n1 n2 n3");
	assert_string_equal(room_for(c, two), "n2 n3");
	in_use(c, n[1], "disk^x", "else^y"); /* of another driver */
	assert_string_equal(room_for(c, one), "n1 n2 n3");
	assert_string_equal(room_for(c, two), "n3");
	in_use(c, n[1], "disk^x", "disk^a"); /* what is there already counts once */
	assert_string_equal(room_for(c, one), "n1 n2 n3");
	assert_string_equal(room_for(c, two), "n3");
	bitset_zero(&c->queue.grown_whole);
	in_use(c, n[1], "disk^a", NULL);
	assert_string_equal(tables_names(c, &c->queue.grown_whole), "n2"); /* room for one more */
	assert_string_equal(room_for(c, two), "n2 n3");
	/* A list that fails changes nothing, the next one everything. */
	limit(c, "n1", "disk", 7);
	listed(c, false);
	assert_string_equal(room_for(c, two), "n2 n3");
	listed(c, true);
	assert_true(!volume_room_limited(two));
	assert_string_equal(room_for(c, two), "n1 n2 n3");
	request_put(c, one);
	request_put(c, two);
	assert_null(c->lookups.all);
	in_use(c, n[1], NULL, NULL);
}

/* A volume counts for the limit of its own driver alone. */
static void volumes_of_two_drivers(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	const struct job_spec spec = {.claims = {names, 2}};
	struct request *r = request_get(c, &spec);
	bound(c, "a", "disk");
	bound(c, "b", "else");
	limit(c, "n1", "disk", 1);
	limit(c, "n2", "disk", 0);
	listed(c, true);
	assert_string_equal(room_for(c, r), "n1 n3");
	bound(c, "b", "disk");
	assert_string_equal(room_for(c, r), "n3");
	request_put(c, r);
}

/* Members count before their kubelet says what they use. */
static void what_members_have(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = {.claims = {names, 1}};
	struct job_record *j = tables_job(c, "a", 2);
	tables_request(c, j, &spec);
	bound(c, "a", "disk");
	limit(c, "n1", "disk", 1);
	listed(c, true);
	const struct job_spec other = {.claims = {names + 1, 1}};
	struct request *r = request_get(c, &other);
	bound(c, "b", "disk");
	struct attempt *a = tables_attempt(c, j, 0, n[0]);
	assert_string_equal(room_for(c, r), "n2 n3");
	assert_string_equal(room_for(c, j->spec.request), "n1 n2 n3");
	in_use(c, n[0], "disk^a", NULL);
	assert_string_equal(room_for(c, r), "n2 n3");
	in_use(c, n[0], NULL, NULL);
	attempt_set_state(c, a, ATTEMPT_ENDED);
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	request_put(c, r);
}

/* A claim that waits for its first consumer: its volume will be one of the class's driver. */
static void what_is_to_be_made(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	const struct job_spec spec = {.claims = {names, 1}};
	struct request *r = request_get(c, &spec);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = "disk"};
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	answer(c, NEEDED_CLAIM, "ns", "a", &claim);
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	answer(c, NEEDED_STORAGE_CLASS, NULL, "fast", &class);
	limit(c, "n1", "disk", 0);
	limit(c, "n2", "disk", 1);
	listed(c, true);
	assert_string_equal(room_for(c, r), "n2 n3");
	claim.selected_node = "n1"; /* whose provisioner has it in hand */
	answer(c, NEEDED_CLAIM, "ns", "a", &claim);
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	class.provisioner = NO_PROVISIONER;
	answer(c, NEEDED_STORAGE_CLASS, NULL, "fast", &class);
	assert_null(lookup_find(c, NEEDED_CSI_NODES, NULL, "disk"));
	request_put(c, r);
}

/* The index of a node that is gone is that of another one, which has no limit yet. */
static void a_node_goes(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct request *r = asks(c, 1);
	limit(c, "n2", "disk", 0);
	listed(c, true);
	assert_string_equal(room_for(c, r), "n1 n3");
	node_free(c, n[1]);
	assert_string_equal(room_for(c, r), "n1 n3");
	tables_node(c, "n4", 4000, INT64_C(8000) * GI);
	assert_string_equal(room_for(c, r), "n1 n4 n3");
	request_put(c, r);
}

/* Of a Node that came after the list was asked for nothing is known, for a minute at most. */
static void a_node_comes(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct request *r = asks(c, 1);
	limit(c, "n1", "disk", 1);
	listed(c, true);
	node_free(c, n[1]);
	c->now_ms += 5000;
	n[2]->kube.came_ms = c->lookups.node_came_ms = c->now_ms;
	assert_string_equal(room_for(c, r), "n1");
	c->now_ms += 59999;
	assert_string_equal(room_for(c, r), "n1");
	c->now_ms++;
	assert_string_equal(room_for(c, r), "n1 n3");
	request_put(c, r);
}

/* A volume that two members have counts once; one that has ended counts nothing, and one of another
 * driver nothing here. */
static void what_members_share(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[3];
	three_nodes(c, n);
	struct job_spec spec = {.claims = {names, 1}};
	struct job_record *j = tables_job(c, "a", 2), *k = tables_job(c, "b", 2);
	tables_request(c, j, &spec);
	tables_request(c, k, &spec);
	bound(c, "a", "disk");
	limit(c, "n1", "disk", 2);
	listed(c, true);
	const struct job_spec other = {.claims = {names + 1, 1}};
	struct request *r = request_get(c, &other);
	bound(c, "b", "disk");
	attempt_set_state(c, tables_attempt(c, j, 0, n[0]), ATTEMPT_ENDED);
	(void)tables_attempt(c, j, 1, n[0]);
	(void)tables_attempt(c, k, 0, n[0]);
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	limit(c, "n1", "disk", 1);
	listed(c, true);
	assert_string_equal(room_for(c, r), "n2 n3");
	bound(c, "a", "else");
	struct job_record *m = tables_job(c, "c", 1);
	tables_request(c, m, &spec);
	(void)tables_attempt(c, m, 0, n[1]);
	limit(c, "n2", "disk", 1);
	listed(c, true);
	assert_string_equal(room_for(c, r), "n1 n2 n3");
	request_put(c, r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(what_a_node_has),    T(volumes_of_two_drivers),
		T(what_members_have),  T(what_is_to_be_made),
		T(a_node_goes),        T(a_node_comes),
		T(what_members_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
