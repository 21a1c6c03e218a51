/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs whose pods need other objects: what is read, when members are made, and what is told. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static const char *const claims[] = {"default/data"};
static const char *const on_n2[] = {"n2"};
static const struct sel_expr host = {"host", SEL_IN, {on_n2, 1}};
static const struct sel_term second_node = {&host, 1};

static void tell(struct world *w, enum needed_kind kind, const char *name, enum rc rc,
		 const struct needed *obj)
{
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = kind,
					      .ns = kind == NEEDED_CLAIM ? "default" : "",
					      .name = name,
					      .rc = rc,
					      .message = rc == RC_FORBIDDEN ? "no right" : "",
					      .obj = obj}};
	w_step(w, &ev);
}

static void answered(struct world *w, enum needed_kind kind, const char *name, enum rc rc,
		     const struct needed *obj)
{
	tell(w, kind, name, rc, obj);
	/* No node has a limit of volumes, of whatever driver. */
	static const struct needed no_limits;
	const char *driver = !obj                           ? NULL
			     : kind == NEEDED_STORAGE_CLASS ? obj->provisioner
			     : kind == NEEDED_VOLUME        ? obj->driver
							    : NULL;
	if (*str_or_empty(driver))
		answered(w, NEEDED_CSI_NODES, driver, RC_OK, &no_limits);
	if (!*str_or_empty(driver) || kind != NEEDED_STORAGE_CLASS ||
	    str_eq(driver, NO_PROVISIONER))
		return;
	/* There are no volumes of its classes yet, and nobody tells where some can be made. */
	answered(w, NEEDED_POOL, name, RC_OK, NULL);
	answered(w, NEEDED_CSI_DRIVER, driver, RC_NOTFOUND, NULL);
}

static void three(struct world *w)
{
	char name[8];
	for (uint32_t i = 1; i <= 3; i++) {
		w_text(name, sizeof name, "n%u", i);
		struct wnode *n = w_node(w, name);
		n->labels[n->nlabels++] = (struct kv){"host", n->name};
		w_tell_node(w, n);
	}
	w_sync(w);
	for (uint32_t i = 1; i <= 3; i++) {
		w_text(name, sizeof name, "n%u", i);
		w_hello(w, name);
	}
	w_clear(w);
}

static struct wjob *needs(struct world *w, const char *name, uint32_t parallelism)
{
	struct wjob *j = w_new_job(w, name, parallelism);
	j->job.spec.claims = (struct strs){claims, 1};
	w_job(w, j);
	return j;
}

static void a_member_goes_where_its_volume_is(void **state)
{
	struct world *w = w_of(state);
	const char *node = "";
	three(w);
	struct wjob *j = needs(w, "a", 1);
	assert_true(w_has(w, "lookup PersistentVolumeClaim default/data"));
	w_wait(w, 100);
	assert_string_equal(w_status(w, j).message, ""); /* nothing to say yet */
	answered(w, NEEDED_CLAIM, "data", RC_NOTFOUND, NULL);
	w_wait(w, 2000);
	assert_non_null(
		strstr(w_status(w, j).message, "PersistentVolumeClaim data does not exist"));
	w_clear(w);
	w_wait(w, 6000);
	assert_true(w_has(w, "lookup PersistentVolumeClaim default/data"));
	struct needed bound = {.bound = true, .volume = "v"}, volume = {.volume = ""};
	volume.where[0] = (struct sel_terms){&second_node, 1};
	w_clear(w);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	assert_true(w_has(w, "lookup PersistentVolume /v"));
	assert_int_equal(w_orders(w, j), 0);
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n2");
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume); /* nobody asked */
	answered(w, NEEDED_CLAIM, "unknown", RC_OK, &bound);
}

/* It waits without nodes that are kept for it, and says how many nodes are away. */
static void who_does_not_need_it_passes(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 2), *other = w_new_job(w, "b", 3);
	w_job(w, other);
	assert_int_equal(w_orders(w, other), 3);
	struct needed bound = {.bound = true, .volume = "v"}, volume = {.volume = ""};
	volume.where[0] = (struct sel_terms){&second_node, 1};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	w_wait(w, 2000);
	assert_string_equal(
		w_status(w, j).message,
		"needs 2 nodes: 1 fits; 2 do not have volume data; add nodes, or change "
		"what keeps these away");
}

/* Members of one job with a volume that one node at a time can have run one after another, and a
 * job that waits for it says where it is. */
static void one_node_at_a_time(void **state)
{
	static const char *const in_use[] = {"disk^h"};
	struct world *w = w_of(state);
	const char *node = "";
	three(w);
	struct wjob *j = w_new_job(w, "a", 2);
	j->job.spec.claims = (struct strs){claims, 1};
	j->job.spec.min_parallelism = 1;
	w_job(w, j);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.volume = "", .modes = MODE_RWO, .driver = "disk", .handle = "h"};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	assert_true(w_has(w, "lookup CSIDriver /disk"));
	assert_int_equal(w_orders(w, j), 0);
	answered(w, NEEDED_CSI_DRIVER, "disk", RC_NOTFOUND, NULL);
	assert_int_equal(w_orders(w, j), 1);
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n1");
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 more node: 0 fit; 1 runs a member already, 2 cannot have "
			    "volume data, which is in use on n1");
	/* Another one, which the node that has it lets in. */
	struct wjob *other = needs(w, "b", 1);
	assert_int_equal(w_orders(w, other), 1);
	/* Its kubelet says so too, and goes on saying so when the Node has changed otherwise. */
	struct wnode *n = w_node(w, "n1");
	n->in_use = (struct strs){in_use, 1};
	w_tell_node(w, n);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 1);
}

static void told_limit(struct world *w, const char *node, const struct volume_limit *limit)
{
	const struct needed csi = {.meta.name = node, .limits = limit, .nlimits = 1};
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = NEEDED_CSI_NODES,
					      .ns = "",
					      .name = "disk",
					      .message = "",
					      .obj = &csi,
					      .more = true}};
	w_step(w, &ev);
}

/* A node that can attach no more volumes, and one that cannot be asked. */
static void no_room_for_volumes(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 3);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.volume = "", .modes = MODE_RWX, .driver = "disk", .handle = "h"};
	static const struct volume_limit none = {"disk", 0};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	tell(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	assert_true(w_has(w, "lookup CSINodes /disk"));
	assert_int_equal(w_orders(w, j), 0);
	told_limit(w, "n2", &none);
	tell(w, NEEDED_CSI_NODES, "disk", RC_OK, NULL);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 3 nodes: 2 fit; 1 can attach no more volumes");
	/* Without the right to list them, nodes have no limits. */
	w_wait(w, 301000);
	tell(w, NEEDED_CSI_NODES, "disk", RC_FORBIDDEN, NULL);
	assert_int_equal(w_orders(w, j), 0); /* what was known stays until a list is complete */
}

/* A Node that comes is no place for volumes until its CSINode was read, which is done soon; while
 * that cannot be read, not for ever. */
static void a_new_node_is_asked_first(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 4);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.volume = "", .modes = MODE_RWX, .driver = "disk", .handle = "h"};
	static const struct volume_limit one = {"disk", 1};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	tell(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	told_limit(w, "n1", &one);
	w_wait(w, 10);
	struct wnode *n = w_node(w, "n4"); /* while the list is being read */
	w_tell_node(w, n);
	w_hello(w, "n4");
	tell(w, NEEDED_CSI_NODES, "disk", RC_OK, NULL);
	assert_int_equal(w_orders(w, j), 0);
	w_clear(w);
	w_wait(w, 2000);
	assert_true(w_has(w, "lookup CSINodes /disk"));
	told_limit(w, "n1", &one);
	tell(w, NEEDED_CSI_NODES, "disk", RC_OK, NULL);
	assert_int_equal(w_orders(w, j), 4);
	/* Another Node of that name. */
	struct wjob *other = needs(w, "b", 4);
	w_clear(w);
	w_wait(w, 10);
	assert_int_equal(w_orders(w, other), 4);
	w_node_gone(w, "n4");
	w_tell_node(w, n);
	w_hello(w, "n4");
	w_wait(w, 1500);
	assert_true(w_has(w, "lookup CSINodes /disk"));
	w_clear(w);
	tell(w, NEEDED_CSI_NODES, "disk", RC_TIMEOUT, NULL);
	struct wjob *last = needs(w, "c", 4);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, last), 0);
	w_wait(w, 60000);
	assert_true(w_has(w, "lookup CSINodes /disk"));
	tell(w, NEEDED_CSI_NODES, "disk", RC_TIMEOUT, NULL);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, last), 4);
}

/* Where CSIDrivers may not be read, members are placed as before. */
static void a_driver_that_may_not_be_read(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 2);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.volume = "", .modes = MODE_RWO, .driver = "disk", .handle = "h"};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	answered(w, NEEDED_CSI_DRIVER, "disk", RC_FORBIDDEN, NULL);
	assert_int_equal(w_orders(w, j), 2);
}

/* What a driver can attach, and to how many nodes, is not guessed: the job waits and says why. */
static void a_driver_that_cannot_be_read(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.volume = "", .modes = MODE_RWO, .driver = "disk", .handle = "h"};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	tell(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	tell(w, NEEDED_CSI_DRIVER, "disk", RC_TIMEOUT, NULL);
	tell(w, NEEDED_CSI_NODES, "disk", RC_TIMEOUT, NULL);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 0);
	assert_string_equal(w_status(w, j).message,
			    "CSIDriver disk cannot be read: deadline exceeded");
	w_wait(w, 10000);
	tell(w, NEEDED_CSI_DRIVER, "disk", RC_NOTFOUND, NULL);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "CSINodes with driver disk cannot be read: deadline exceeded");
	tell(w, NEEDED_CSI_NODES, "disk", RC_OK, NULL);
	assert_int_equal(w_orders(w, j), 1);
}

static void where_reading_fails(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	answered(w, NEEDED_CLAIM, "data", RC_TIMEOUT, NULL);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "PersistentVolumeClaim data cannot be read: deadline exceeded");
	w_wait(w, 6000);
	answered(w, NEEDED_CLAIM, "data", RC_FORBIDDEN, NULL);
	assert_true(w_told(w, "object not checked, reading it is forbidden"));
	assert_int_equal(w_orders(w, j), 1); /* as without the check */
}

static void a_runtime_class(void **state)
{
	struct world *w = w_of(state);
	const char *node = "";
	three(w);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.runtime_class = "box";
	w_job(w, j);
	assert_true(w_has(w, "lookup RuntimeClass /box"));
	struct needed class = {.volume = ""};
	class.where[0] = (struct sel_terms){&second_node, 1};
	answered(w, NEEDED_RUNTIME_CLASS, "box", RC_OK, &class);
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n2");
	/* Another class is another template, and moves nobody by itself. */
	w_tell(w, j, "n2", 0, 1, MEMBER_RUNNING);
	j->job.spec.runtime_class = "crate";
	w_clear(w);
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
	struct wjob *two = w_new_job(w, "b", 2);
	two->job.spec.runtime_class = "box";
	w_job(w, two);
	answered(w, NEEDED_RUNTIME_CLASS, "box", RC_OK, &class);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, two).message,
			    "needs 2 nodes: 1 fits; 2 do not match RuntimeClass box; add nodes, or "
			    "change what keeps these away");
	struct wjob *three_of = w_new_job(w, "c", 3);
	w_node_gone(w, "n3");
	three_of->job.spec.runtime_class = "box";
	w_job(w, three_of);
	w_wait(w, 2000);
	assert_non_null(strstr(w_status(w, three_of).message, "1 does not match RuntimeClass box"));
}

static void more(struct world *w, const struct needed *volume)
{
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = NEEDED_POOL,
					      .ns = "",
					      .name = "fast",
					      .rc = RC_OK,
					      .message = "",
					      .obj = volume,
					      .more = true}};
	w_step(w, &ev);
}

static void chosen(struct world *w, enum rc rc)
{
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = NEEDED_CLAIM,
					      .ns = "default",
					      .name = "data",
					      .rc = rc,
					      .message = rc == RC_OK ? "" : "no right",
					      .choice = true}};
	w_step(w, &ev);
}

/* A claim waits for its first consumer: Muster names it, another one if that comes to nothing. */
static void the_first_consumer_of_a_claim(void **state)
{
	struct world *w = w_of(state);
	const char *node = "";
	three(w);
	struct wjob *j = needs(w, "a", 1);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = "p"};
	class.where[0] = (struct sel_terms){&second_node, 1};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	assert_true(w_has(w, "choose data on n2 volume"));
	chosen(w, RC_OK);
	w_wait(w, 1500);
	assert_string_equal(w_status(w, j).message, "PersistentVolumeClaim data waits for its "
						    "volume, which p makes for node n2");
	claim.selected_node = "n2";
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	w_clear(w);
	w_wait(w, 1500);
	claim.selected_node = "";
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	w_wait(w, 6000);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	assert_true(w_has(w, "choose data on n2 volume")); /* there is no other */
	chosen(w, RC_FORBIDDEN);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "PersistentVolumeClaim data waits for its first consumer, and Muster "
			    "could not name it: no right");
	assert_int_equal(w_orders(w, j), 0);
	struct needed bound = {.bound = true, .volume = "v"}, volume = {.volume = ""};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	answered(w, NEEDED_VOLUME, "v", RC_OK, &volume);
	w_order(w, j, 0, &node);
	assert_string_not_equal(node, "");
}

static void another_node_if_there_is_one(void **state)
{
	struct world *w = w_of(state);
	three(w);
	(void)needs(w, "a", 1);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = "p"};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	assert_true(w_has(w, "choose data on n1 volume"));
	claim.selected_node = "n1";
	w_wait(w, 1500);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	w_wait(w, 5000);
	claim.selected_node = "";
	w_clear(w);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	assert_true(w_has(w, "choose data on n2 volume"));
}

/* Each node came to nothing for one of two claims: the best of them is tried again. */
static void every_node_came_to_nothing_before(void **state)
{
	static const char *const two[] = {"default/data", "default/more"};
	static const char *const nodes[] = {"n1", "n2"};
	struct world *w = w_of(state);
	three(w);
	w_node_gone(w, "n3");
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.claims = (struct strs){two, 2};
	w_job(w, j);
	struct needed both[2];
	struct needed class = {.waits = true, .provisioner = "p"};
	for (uint32_t i = 0; i < 2; i++) {
		both[i] = (struct needed){.volume = "", .storage_class = "fast"};
		both[i].selected_node = nodes[i]; /* by others */
		answered(w, NEEDED_CLAIM, i ? "more" : "data", RC_OK, &both[i]);
	}
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	assert_false(w_has(w, "choose"));
	w_wait(w, 7000);
	w_clear(w);
	for (uint32_t i = 0; i < 2; i++) {
		both[i].selected_node = ""; /* the provisioner takes it away */
		answered(w, NEEDED_CLAIM, i ? "more" : "data", RC_OK, &both[i]);
	}
	assert_true(w_has(w, "choose data on n1 volume"));
	assert_true(w_has(w, "choose more on n1 volume"));
}

static void room(struct world *w, int64_t bytes, const struct sel_term *where)
{
	const struct needed obj = {.storage_class = "fast", .bytes = bytes, .where = {{where, 1}}};
	struct core_event ev = {.type = CEV_LOOKED_UP,
				.looked_up = {.kind = NEEDED_CAPACITY,
					      .ns = "",
					      .name = "fast",
					      .obj = &obj,
					      .more = true}};
	w_step(w, &ev);
}

/* Of a class whose driver tells where it has room, and for which no volume is there. */
static void claims_of_a_driver_that_tells(struct world *w)
{
	struct needed claim = {
		.volume = "", .storage_class = "fast", .selected_node = "", .bytes = 5};
	struct needed class = {.waits = true, .provisioner = "p"}, driver = {.tells_room = true};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	tell(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	tell(w, NEEDED_CSI_NODES, "p", RC_OK, NULL);
	tell(w, NEEDED_POOL, "fast", RC_OK, NULL);
	tell(w, NEEDED_CSI_DRIVER, "p", RC_OK, &driver);
}

/* The driver tells where it has room; where the list may not be read, all nodes are as good. */
static void where_a_volume_can_be_made(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	claims_of_a_driver_that_tells(w);
	assert_true(w_has(w, "lookup CSIStorageCapacities /fast"));
	assert_false(w_has(w, "choose"));
	room(w, 4, &second_node);
	tell(w, NEEDED_CAPACITY, "fast", RC_OK, NULL);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 3 do not have volume data; add nodes, or change "
			    "what keeps these away");
	w_wait(w, 60000);
	room(w, 5, &second_node);
	tell(w, NEEDED_CAPACITY, "fast", RC_OK, NULL);
	assert_true(w_has(w, "choose data on n2 volume"));
}

/* A provisioner with a slash in its name is no CSI driver: nothing is asked of one. */
static void a_provisioner_that_is_no_driver(void **state)
{
	struct world *w = w_of(state);
	three(w);
	(void)needs(w, "a", 1);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = "example.com/p"};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	tell(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	assert_false(w_has(w, "lookup CSI"));
	tell(w, NEEDED_POOL, "fast", RC_OK, NULL);
	assert_true(w_has(w, "choose data on n1"));
}

static void capacities_that_cannot_be_listed(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	claims_of_a_driver_that_tells(w);
	tell(w, NEEDED_CAPACITY, "fast", RC_TIMEOUT, NULL);
	w_wait(w, 2000);
	assert_false(w_has(w, "choose"));
	assert_string_equal(w_status(w, j).message,
			    "CSIStorageCapacities of StorageClass fast cannot be read: deadline "
			    "exceeded");
}

/* A claim that says it is bound, and to nothing. */
static void a_claim_without_a_volume(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	struct needed bound = {.bound = true, .volume = ""};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &bound);
	assert_int_equal(w_orders(w, j), 1);
}

static void capacities_that_may_not_be_listed(void **state)
{
	struct world *w = w_of(state);
	three(w);
	(void)needs(w, "a", 1);
	claims_of_a_driver_that_tells(w);
	tell(w, NEEDED_CAPACITY, "fast", RC_FORBIDDEN, NULL);
	assert_true(w_has(w, "choose data on n1 volume"));
	assert_true(w_told(w, "object not checked, reading it is forbidden"));
}

/* Volumes that are there: one of them gets the claim. */
static void a_volume_of_the_pool(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = NO_PROVISIONER};
	struct needed volume = {.meta.name = "v", .meta.rv = "1", .storage_class = "fast"};
	volume.where[0] = (struct sel_terms){&second_node, 1};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	assert_true(w_has(w, "lookup pool /fast"));
	answered(w, NEEDED_POOL, "fast", RC_OK, NULL); /* none is there */
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "needs 1 node: 0 fit; 3 do not have volume data; add nodes, or change "
			    "what keeps these away");
	w_wait(w, 30000);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	more(w, &volume);
	answered(w, NEEDED_POOL, "fast", RC_OK, NULL);
	assert_true(w_has(w, "choose data on n2 volume v"));
	/* A list that fails. */
	w_wait(w, 31000);
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	more(w, &volume);
	answered(w, NEEDED_POOL, "fast", RC_TIMEOUT, NULL);
	w_wait(w, 2000);
}

/* volumes.bindFirstConsumer=false: nobody can say which volumes there are. */
static void volumes_that_may_not_be_listed(void **state)
{
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = needs(w, "a", 1);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = NO_PROVISIONER};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	answered(w, NEEDED_POOL, "fast", RC_FORBIDDEN, NULL);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).message,
			    "PersistentVolumeClaim data waits for its first consumer, and Muster "
			    "could not name it: no right");
	assert_int_equal(w_orders(w, j), 0);
}

/* What others can cause again and again is logged once a minute. */
static void warnings_are_few(void **state)
{
	struct world *w = w_of(state);
	three(w);
	(void)needs(w, "a", 1);
	answered(w, NEEDED_CLAIM, "data", RC_FORBIDDEN, NULL);
	assert_true(w_told(w, "object not checked, reading it is forbidden"));
	w_clear(w);
	struct wjob *b = w_new_job(w, "b", 1);
	static const char *const other[] = {"default/other"};
	b->job.spec.claims = (struct strs){other, 1};
	w_job(w, b);
	answered(w, NEEDED_CLAIM, "other", RC_FORBIDDEN, NULL);
	assert_false(w_told(w, "object not checked, reading it is forbidden"));
	chosen(w, RC_FORBIDDEN);
	assert_false(w_told(w, "claim not given its first consumer"));
	w_wait(w, 60000);
	w_clear(w);
	chosen(w, RC_FORBIDDEN);
	assert_true(w_told(w, "claim not given its first consumer"));
}

/* Two claims want two volumes of one node, and no node has two. */
static void claims_that_no_node_can_meet_together(void **state)
{
	static const char *const two[] = {"default/data", "default/more"};
	struct world *w = w_of(state);
	three(w);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.claims = (struct strs){two, 2};
	w_job(w, j);
	struct needed claim = {.volume = "", .storage_class = "fast", .selected_node = ""};
	struct needed class = {.waits = true, .provisioner = NO_PROVISIONER};
	struct needed volume = {.meta.name = "v", .meta.rv = "1", .storage_class = "fast"};
	volume.where[0] = (struct sel_terms){&second_node, 1};
	answered(w, NEEDED_CLAIM, "data", RC_OK, &claim);
	answered(w, NEEDED_CLAIM, "more", RC_OK, &claim);
	answered(w, NEEDED_STORAGE_CLASS, "fast", RC_OK, &class);
	more(w, &volume);
	answered(w, NEEDED_POOL, "fast", RC_OK, NULL);
	assert_false(w_has(w, "choose"));
	assert_int_equal(w_orders(w, j), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, w_setup, w_teardown)
		T(a_member_goes_where_its_volume_is),
		T(who_does_not_need_it_passes),
		T(one_node_at_a_time),
		T(no_room_for_volumes),
		T(a_new_node_is_asked_first),
		T(a_driver_that_may_not_be_read),
		T(a_driver_that_cannot_be_read),
		T(where_reading_fails),
		T(a_runtime_class),
		T(the_first_consumer_of_a_claim),
		T(another_node_if_there_is_one),
		T(every_node_came_to_nothing_before),
		T(where_a_volume_can_be_made),
		T(a_provisioner_that_is_no_driver),
		T(capacities_that_cannot_be_listed),
		T(a_claim_without_a_volume),
		T(capacities_that_may_not_be_listed),
		T(a_volume_of_the_pool),
		T(volumes_that_may_not_be_listed),
		T(warnings_are_few),
		T(claims_that_no_node_can_meet_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
