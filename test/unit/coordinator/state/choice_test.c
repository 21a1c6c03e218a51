/* SPDX-License-Identifier: Apache-2.0 */
/* The first consumer of claims: who may be chosen, what is written, and what becomes of it. */
#include "coordinator/core/state/choice.h"

#include <string.h>

#include "coordinator/core/state/capacity.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/pool.h"
#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

static const struct objects_for one = {1, 1, false};
static const char *const names[] = {"ns/a", "ns/b"};
static const char *const n1[] = {"n1"}, *const n2[] = {"n2"};
static const struct sel_expr hosts[] = {{"host", SEL_IN, {n1, 1}}, {"host", SEL_IN, {n2, 1}}};
static const struct sel_term on[] = {{&hosts[0], 1}, {&hosts[1], 1}};

static void two_nodes(struct core *c)
{
	static const struct kv labels[] = {{"host", "n1"}, {"host", "n2"}};
	for (uint32_t i = 0; i < 2; i++) {
		const struct kvs own = {&labels[i], 1};
		tables_select(c, tables_node(c, labels[i].val, 4000, 4000), &own, NULL, 0);
	}
}

static struct lookup *find(struct core *c, enum needed_kind kind, const char *name)
{
	return lookup_find(c, kind, kind == NEEDED_CLAIM ? "ns" : NULL, name);
}

static void class_is(struct core *c, const char *provisioner)
{
	struct needed class = {.waits = true, .provisioner = provisioner};
	lookup_answer(c, find(c, NEEDED_STORAGE_CLASS, "fast"), &class, "");
	static const struct needed no_limits;
	struct lookup *l = find(c, NEEDED_CSI_NODES, provisioner);
	if (!l)
		return;
	lookup_answer(c, l, &no_limits, "");
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, provisioner), NULL, "");
	lookup_answer(c, find(c, NEEDED_POOL, "fast"), &no_limits, ""); /* there is none */
}

static void claim_is(struct core *c, const char *name, const char *selected)
{
	struct needed claim = {.meta = {.uid = "uid", .rv = "7"},
			       .storage_class = "fast",
			       .selected_node = selected,
			       .bytes = 5,
			       .modes = MODE_RWO};
	lookup_answer(c, find(c, NEEDED_CLAIM, name), &claim, "");
}

/* A request with one claim, or two, of a StorageClass with this provisioner. */
static struct request *waiting(struct core *c, uint32_t nclaims, const char *provisioner)
{
	const struct job_spec spec = {.claims = {names, nclaims}};
	struct request *r = request_get(c, &spec);
	claim_is(c, "a", "");
	if (nclaims > 1)
		claim_is(c, "b", "");
	class_is(c, provisioner);
	(void)tables_did(c);
	return r;
}

static void listed(struct core *c, const char *name, int64_t bytes, const struct sel_term *where)
{
	struct needed v = {.meta = {.name = name, .rv = "3"},
			   .storage_class = "fast",
			   .bytes = bytes,
			   .modes = MODE_RWO | MODE_ROX,
			   .where = {{where, where ? 1 : 0}}};
	pool_add(find(c, NEEDED_POOL, "fast"), &v);
}

static void list_ends(struct core *c)
{
	static const struct needed nothing;
	pool_end(find(c, NEEDED_POOL, "fast"), true);
	lookup_answer(c, find(c, NEEDED_POOL, "fast"), &nothing, "");
}

static const char *words(const struct lookup *l, struct buf *b)
{
	buf_reset(b);
	return choice_obstacle(l, b) ? buf_str(b) : "";
}

static void a_provisioner_gets_the_node(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct lookup *l = r->claims[0];
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	assert_true(choice_open(l) && choice_due(c, l) && choice_possible(c, r, 0));
	assert_string_equal(words(l, &b), "");
	choice_make(c, r, 1);
	assert_string_equal(tables_did(c), "CHOOSE a uid on n2 7\n");
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING);
	assert_string_equal(words(l, &b), "waits for its volume, which p makes for node n2");
	assert_int_equal(heap_next(&c->timers), c->now_ms + 1000);
	claim_is(c, "a", ""); /* read before it was written */
	assert_false(choice_open(l));
	claim_is(c, "a", "n2");
	assert_false(choice_open(l));
	claim_is(c, "a", ""); /* taken away again */
	assert_true(choice_open(l) && choice_rank(r, 0) == CHOICE_UNTRIED);
	assert_int_equal(choice_rank(r, 1), CHOICE_TRIED_LAST);
	c->now_ms += 5000;
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	request_put(c, r);
}

/* Static binding comes first (FindPodVolumes of kube-scheduler), node by node. */
static void what_is_there_comes_before_what_is_made(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 2, "p");
	listed(c, "small", 4, &on[0]);
	listed(c, "fits", 5, &on[1]);
	list_ends(c);
	assert_true(choice_possible(c, r, 0) && choice_possible(c, r, 1));
	choice_make(c, r, 0);
	assert_string_equal(tables_did(c), "CHOOSE a uid on n1 7\nCHOOSE b uid on n1 7\n");
	claim_is(c, "a", "n1");
	claim_is(c, "b", "n1");
	claim_is(c, "a", "");
	claim_is(c, "b", "");
	choice_make(c, r, 1);
	assert_string_equal(tables_did(c), "CHOOSE a uid gets fits 3\nCHOOSE b uid on n2 7\n");
	request_put(c, r);
	assert_null(c->lookups.all);
}

/* allowedTopologies are for what is made. */
static void where_none_can_be_made_one_may_be_there(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct needed class = {.waits = true, .provisioner = "p", .where = {{&on[1], 1}}};
	lookup_answer(c, find(c, NEEDED_STORAGE_CLASS, "fast"), &class, "");
	assert_false(choice_possible(c, r, 0));
	assert_true(choice_possible(c, r, 1));
	listed(c, "fits", 5, &on[0]);
	list_ends(c);
	assert_true(choice_possible(c, r, 0));
	request_put(c, r);
}

/* Volumes that may not be listed, or an API server that fails, are no reason to make none. */
static void a_provisioner_needs_no_list(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	c->now_ms += 600000;
	lookup_answer(c, find(c, NEEDED_POOL, "fast"), NULL, "no right");
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	assert_string_equal(words(r->claims[0], &b), "");
	request_put(c, r);
}

static void room_is(struct core *c, int64_t bytes, const struct sel_term *where)
{
	struct needed room = {
		.storage_class = "fast", .bytes = bytes, .where = {{where, where ? 1 : 0}}};
	capacity_add(find(c, NEEDED_CAPACITY, "fast"), &room);
}

static void rooms_end(struct core *c, bool complete)
{
	static const struct needed nothing;
	capacity_end(find(c, NEEDED_CAPACITY, "fast"), complete);
	lookup_answer(c, find(c, NEEDED_CAPACITY, "fast"), &nothing, "");
}

static const char *nodes_for(struct core *c, const struct lookup *l)
{
	AUTO(bitset_done) struct bitset nodes = {0};
	bitset_copy(&nodes, &c->nodes.usable);
	choice_match(c, l, &nodes);
	return tables_names(c, &nodes);
}

/* hasEnoughCapacity of kube-scheduler. The claim asks for 5. */
static void a_driver_that_tells_of_room(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct lookup *l = r->claims[0];
	assert_string_equal(nodes_for(c, l), "n1 n2"); /* it has no CSIDriver */
	(void)tables_did(c);
	struct needed driver = {.tells_room = true};
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, "p"), &driver, "");
	assert_string_equal(tables_did(c), "LOOKUP CSIStorageCapacities fast\n");
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING); /* they are not listed yet */
	rooms_end(c, false);
	assert_string_equal(nodes_for(c, l), "n1 n2"); /* a list that failed tells nothing */
	rooms_end(c, true);
	assert_string_equal(nodes_for(c, l), "");
	assert_false(choice_possible(c, r, 0));
	room_is(c, 4, &on[0]);
	room_is(c, -1, NULL);
	room_is(c, 5, &on[1]);
	struct needed other = {.storage_class = "slow", .bytes = 9};
	capacity_add(find(c, NEEDED_CAPACITY, "fast"), &other);
	rooms_end(c, true);
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	assert_string_equal(nodes_for(c, l), "n2");
	assert_true(choice_possible(c, r, 1) && !choice_possible(c, r, 0));
	room_is(c, 5, NULL);
	rooms_end(c, true);
	assert_string_equal(nodes_for(c, l), "n1 n2");
	/* What asks for no size needs no room. */
	rooms_end(c, true);
	struct needed claim = {.storage_class = "fast", .selected_node = ""};
	lookup_answer(c, l, &claim, "");
	assert_string_equal(nodes_for(c, l), "n1 n2");
	/* It tells no more. */
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, "p"), NULL, "");
	assert_null(find(c, NEEDED_CAPACITY, "fast"));
	/* And again, before the class is read anew; all of it goes with the last job. */
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, "p"), &driver, "");
	class_is(c, "p");
	assert_null(find(c, NEEDED_CAPACITY, "fast"));
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, "p"), &driver, "");
	assert_non_null(find(c, NEEDED_CAPACITY, "fast"));
	request_put(c, r);
	assert_null(c->lookups.all);
}

static void no_more_rooms_are_kept_in_mind(void **state)
{
	enum { PLACES = 8000 };
	static struct sel_term places[PLACES];
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct needed driver = {.tells_room = true};
	lookup_answer(c, find(c, NEEDED_CSI_DRIVER, "p"), &driver, "");
	/* Nobody means so many places. */
	for (uint32_t i = 0; i < PLACES; i++)
		places[i] = on[0];
	struct needed wide = {.storage_class = "fast", .bytes = 9, .where = {{places, PLACES}}};
	capacity_add(find(c, NEEDED_CAPACITY, "fast"), &wide);
	for (uint32_t i = 0; i < CAPACITIES_MAX + 1; i++)
		room_is(c, 4, NULL);
	rooms_end(c, true);
	assert_int_equal(find(c, NEEDED_CAPACITY, "fast")->ncapacity, CAPACITIES_MAX);
	assert_string_equal(nodes_for(c, r->claims[0]), ""); /* all are too small */
	request_put(c, r);
}

/* A selector of volumes is for volumes that are there: the provisioner says what it makes of it. */
static void a_provisioner_reads_selectors_itself(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct needed claim = {.storage_class = "fast", .selects = true};
	lookup_answer(c, r->claims[0], &claim, "");
	assert_true(choice_open(r->claims[0]));
	listed(c, "fits", 5, NULL);
	list_ends(c);
	assert_string_equal(nodes_for(c, r->claims[0]), "n1 n2");
	choice_make(c, r, 0);
	assert_string_equal(tables_did(c), "CHOOSE a  on n1 \n");
	request_put(c, r);
}

/* The claim is bound before its annotation was seen, and without one: nothing came to nothing. */
static void bound_before_its_node_was_seen(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct needed bound = {.bound = true, .volume = "v", .storage_class = "fast"};
	choice_make(c, r, 0);
	lookup_answer(c, r->claims[0], &bound, "");
	assert_string_equal(r->claims[0]->selected, "");
	assert_int_equal(bitset_count(&r->claims[0]->avoided), 0);
	assert_false(choice_open(r->claims[0]));
	request_put(c, r);
}

/* A choice that is made while the claim is being read: the answer says when it is read again. */
static void chosen_while_it_is_read(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	struct lookup *l = r->claims[0];
	c->now_ms += 10000;
	struct heap_node *due = heap_pop_due(&c->timers, c->now_ms);
	while (due && due != &l->timer)
		due = heap_pop_due(&c->timers, c->now_ms);
	assert_ptr_equal(due, &l->timer);
	lookup_due(c, l);
	assert_string_equal(tables_did(c), "LOOKUP PersistentVolumeClaim a\n");
	int64_t next = heap_next(&c->timers);
	choice_make(c, r, 0);
	assert_int_equal(heap_next(&c->timers), next);
	claim_is(c, "a", "n1");
	assert_true(heap_next(&c->timers) <= c->now_ms + 1250);
	request_put(c, r);
}

/* What was written by somebody else, or is never seen, is chosen again. */
static void a_choice_that_is_never_seen(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	choice_make(c, r, 0);
	c->now_ms += 5000;
	claim_is(c, "a", "");
	assert_true(choice_due(c, r->claims[0]) && choice_rank(r, 0) == CHOICE_UNTRIED);
	request_put(c, r);
}

static void what_cannot_be_written(void **state)
{
	static const struct {
		enum rc rc;
		int64_t pause_ms;
		const char *words;
	} cases[] = {
		{RC_FORBIDDEN, 300000,
		 "waits for its first consumer, and Muster could not name it: no right"},
		{RC_INVALID, 300000,
		 "waits for its first consumer, and Muster could not name it: no right"},
		{RC_BADREQUEST, 300000,
		 "waits for its first consumer, and Muster could not name it: no right"},
		{RC_CONFLICT, 5000, ""},
	};
	struct core *c = tables_of(state);
	two_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		struct request *r = waiting(c, 1, "p");
		struct lookup *l = r->claims[0];
		choice_make(c, r, 0);
		choice_failed(c, l, cases[i].rc, "no right");
		CASE_STR(rc_name(cases[i].rc), words(l, &b), cases[i].words);
		CASE(rc_name(cases[i].rc), choice_open(l) && !choice_due(c, l));
		int64_t now_ms = c->now_ms;
		c->now_ms += cases[i].pause_ms;
		CASE(rc_name(cases[i].rc), choice_due(c, l));
		c->now_ms = now_ms;
		request_put(c, r);
		(void)tables_did(c);
	}
	/* A choice that was seen stays, whatever is said of a later one. */
	struct request *r = waiting(c, 1, "p");
	claim_is(c, "a", "n1");
	choice_failed(c, r->claims[0], RC_CONFLICT, "");
	assert_false(choice_open(r->claims[0]));
	request_put(c, r);
}

static void volumes_that_are_there(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 2, NO_PROVISIONER);
	struct lookup *l = r->claims[0];
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING); /* the volumes are not listed */
	listed(c, "big", 9, &on[1]);
	listed(c, "small", 4, &on[1]);
	listed(c, "fits", 5, &on[1]);
	listed(c, "alone", 5, &on[0]);
	list_ends(c);
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	assert_string_equal(nodes_for(c, l), "n1 n2");
	assert_false(choice_possible(c, r, 0)); /* one volume, two claims */
	assert_true(choice_possible(c, r, 1));
	choice_make(c, r, 1);
	assert_string_equal(tables_did(c), "CHOOSE a uid gets fits 3\nCHOOSE b uid gets big 3\n");
	assert_string_equal(words(l, &b), "is being bound to PersistentVolume fits");
	claim_is(c, "a", "");
	assert_false(choice_open(l));
	assert_string_equal(nodes_for(c, l), "n1"); /* what was given is not there any more */
	c->now_ms += 30000;
	claim_is(c, "a", "");
	assert_false(
		choice_open(l)); /* not bound in time, but nobody has looked whose the volume is */
	list_ends(c);
	claim_is(c, "a", "");
	assert_true(choice_open(l));
	request_put(c, r);
	assert_null(c->lookups.all);
}

static void listed_for(struct core *c, const char *name, const char *ns, const char *claim,
		       const char *uid)
{
	struct needed v = {.meta = {.name = name, .rv = "3"},
			   .storage_class = "fast",
			   .bytes = 5,
			   .taken = true,
			   .for_ns = ns,
			   .for_claim = claim,
			   .for_uid = uid};
	pool_add(find(c, NEEDED_POOL, "fast"), &v);
}

/* While the controller that binds is down, say, or by another leader: one volume is enough. */
static void a_volume_that_was_given_is_waited_for(void **state)
{
	static const struct {
		const char *name, *ns, *claim, *uid;
		bool open;
	} cases[] = {
		{"given to the claim", "ns", "a", "uid", false},
		{"given by hand, without a UID", "ns", "a", "", false},
		{"to one of that name that is gone", "ns", "a", "old", true},
		{"to another claim", "ns", "b", "uid", true},
		{"to a claim of another namespace", "other", "a", "uid", true},
		{"to nobody, but it goes", "", "", "", true},
	};
	struct core *c = tables_of(state);
	two_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		struct request *r = waiting(c, 1, NO_PROVISIONER);
		listed_for(c, "theirs", cases[i].ns, cases[i].claim, cases[i].uid);
		listed(c, "free", 5, NULL);
		list_ends(c);
		CASE(cases[i].name, choice_open(r->claims[0]) == cases[i].open);
		CASE_STR(cases[i].name, words(r->claims[0], &b),
			 cases[i].open ? "" : "is being bound to PersistentVolume theirs");
		listed_for(c, "more", "ns", "a", "uid"); /* a list that fails says nothing */
		pool_end(find(c, NEEDED_POOL, "fast"), false);
		CASE(cases[i].name, choice_open(r->claims[0]) == cases[i].open);
		request_put(c, r);
	}
}

static void no_more_volumes_are_kept_in_mind(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, NO_PROVISIONER);
	for (uint32_t i = 0; i < POOL_MAX + 1; i++)
		listed_for(c, "v", "other", "a", "");
	list_ends(c);
	assert_int_equal(find(c, NEEDED_POOL, "fast")->ngiven, POOL_MAX);
	request_put(c, r);
}

/* What cannot be listed cannot be given: the claim says so. */
static void volumes_that_may_not_be_listed(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, NO_PROVISIONER);
	lookup_answer(c, find(c, NEEDED_POOL, "fast"), NULL, "no right");
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING);
	assert_string_equal(words(r->claims[0], &b),
			    "waits for its first consumer, and Muster could "
			    "not name it: no right");
	request_put(c, r);
}

static void comes_to_nothing(struct core *c, struct request *r, uint32_t node)
{
	choice_make(c, r, node);
	claim_is(c, "a", c->nodes.at[node]->name);
	claim_is(c, "a", "");
}

/* Of two claims, the one that has tried the node last says how late it comes. */
static void the_latest_of_two_claims(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 2, "p");
	choice_make(c, r, 0);
	claim_is(c, "a", "n1");
	claim_is(c, "b", "n1");
	claim_is(c, "a", "");
	claim_is(c, "b", "");
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED_LAST);
	lookup_chosen(c, r->claims[1], "n2", NULL);
	claim_is(c, "b", "n2");
	claim_is(c, "b", "");
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED_LAST);
	assert_int_equal(choice_rank(r, 1), CHOICE_TRIED_LAST);
	request_put(c, r);
}

/* Each node is tried before one is tried again, and the last one last. */
static void every_node_is_tried(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, "p");
	comes_to_nothing(c, r, 0);
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED_LAST);
	assert_int_equal(choice_rank(r, 1), CHOICE_UNTRIED);
	comes_to_nothing(c, r, 1);
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED);
	assert_int_equal(choice_rank(r, 1), CHOICE_TRIED_LAST);
	comes_to_nothing(c, r, 0); /* all of them anew */
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED_LAST);
	assert_int_equal(choice_rank(r, 1), CHOICE_TRIED);
	comes_to_nothing(c, r, 0);
	assert_int_equal(choice_rank(r, 1), CHOICE_UNTRIED);
	lookup_chosen(c, r->claims[0], "gone", NULL); /* a node that is not there */
	claim_is(c, "a", "gone");
	claim_is(c, "a", "");
	assert_int_equal(choice_rank(r, 1), CHOICE_UNTRIED);
	choice_make(c, r, 1);
	claim_is(c, "a", "n2");
	node_free(c, c->nodes.at[1]); /* it goes meanwhile */
	claim_is(c, "a", "");
	assert_int_equal(choice_rank(r, 0), CHOICE_TRIED_LAST);
	const struct needed bound = {.bound = true, .volume = "v", .storage_class = "fast"};
	lookup_answer(c, r->claims[0], &bound, "");
	assert_int_equal(bitset_count(&r->claims[0]->avoided), 0);
	request_put(c, r);
}

static void which_volumes_meet_a_claim(void **state)
{
	static const struct {
		const char *name;
		struct needed volume;
		bool meets;
	} cases[] = {
		{"one as it asks", {.bytes = 5, .modes = MODE_RWO}, true},
		{"a larger one with more modes", {.bytes = 9, .modes = MODE_RWO | MODE_RWX}, true},
		{"a smaller one", {.bytes = 4, .modes = MODE_RWO}, false},
		{"one without its mode", {.bytes = 5, .modes = MODE_RWX}, false},
		{"one of blocks", {.bytes = 5, .modes = MODE_RWO, .block = true}, false},
		{"one that is taken", {.bytes = 5, .modes = MODE_RWO, .taken = true}, false},
	};
	static const struct picked none;
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, NO_PROVISIONER);
	struct lookup *pool = find(c, NEEDED_POOL, "fast");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct needed v = cases[i].volume;
		v.meta = (struct meta){.name = "v", .rv = "1"};
		v.storage_class = "fast";
		pool_add(pool, &v);
		pool_end(pool, true);
		CASE(cases[i].name,
		     (pool_pick(c, pool, r->claims[0], 0, &none) != NULL) == cases[i].meets);
		CASE_STR(cases[i].name, nodes_for(c, r->claims[0]), cases[i].meets ? "n1 n2" : "");
	}
	/* A list that fails changes nothing; volumes of other classes do not count. */
	struct needed v = {.meta = {.name = "v"}, .storage_class = "slow", .bytes = 5};
	pool_add(pool, &v);
	pool_end(pool, true);
	assert_int_equal(pool->npool, 0);
	v.storage_class = "fast";
	pool_add(pool, &v);
	pool_end(pool, false);
	assert_int_equal(pool->npool, 0);
	for (uint32_t i = 0; i < POOL_MAX + 1; i++)
		pool_add(pool, &v);
	assert_int_equal(pool->npool_next, POOL_MAX);
	request_put(c, r);
}

/* Claims of one pod take volumes by their own size, whatever their order. */
static void a_small_claim_and_a_large_one(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 2, NO_PROVISIONER);
	struct lookup *pool = find(c, NEEDED_POOL, "fast");
	for (uint32_t turn = 0; turn < 2; turn++) {
		r->claims[turn]->bytes = 5;
		r->claims[!turn]->bytes = 50;
		listed(c, "small", 6, NULL);
		pool_end(pool, true);
		assert_false(choice_possible(c, r, 0));
		listed(c, "small", 6, NULL);
		listed(c, "large", 60, NULL);
		pool_end(pool, true);
		assert_true(choice_possible(c, r, 0));
	}
	request_put(c, r);
}

/* Equal volumes are taken by name. */
static void the_smallest_first(void **state)
{
	struct core *c = tables_of(state);
	two_nodes(c);
	struct request *r = waiting(c, 1, NO_PROVISIONER);
	struct lookup *pool = find(c, NEEDED_POOL, "fast");
	listed(c, "c", 7, NULL);
	listed(c, "b", 6, NULL);
	listed(c, "a", 6, NULL);
	pool_end(pool, true);
	static const char *const by_size[] = {"a", "b", "c"};
	struct picked picked = {.n = 0};
	for (uint32_t i = 0; i < ARRAY_LEN(by_size); i++) {
		picked.v[i] = pool_pick(c, pool, r->claims[0], 0, &picked);
		assert_string_equal(picked.v[i]->name, by_size[i]);
		picked.n++;
	}
	assert_null(pool_pick(c, pool, r->claims[0], 0, &picked));
	request_put(c, r);
}

static void what_is_no_choice(void **state)
{
	static const struct {
		const char *name;
		struct needed claim;
		bool waits, there;
		const char *words;
	} cases[] = {
		{"bound",
		 {.bound = true, .storage_class = "fast"},
		 true,
		 true,
		 "is not bound to a volume yet"},
		{"lost",
		 {.lost = true, .storage_class = "fast"},
		 true,
		 true,
		 "is not bound to a volume yet"},
		{"deleted",
		 {.meta.deleted_ms = 1, .storage_class = "fast"},
		 true,
		 true,
		 "is not bound to a volume yet"},
		{"without a class", {.bytes = 1}, true, true, "is not bound to a volume yet"},
		{"a class that does not wait",
		 {.storage_class = "fast"},
		 false,
		 true,
		 "is not bound to a volume yet"},
		{"a class that does not exist",
		 {.storage_class = "fast"},
		 true,
		 false,
		 "is not bound to a volume yet"},
		{"with a selector",
		 {.storage_class = "fast", .selects = true},
		 true,
		 true,
		 "has a selector, which Muster does not read; set its spec.volumeName"},
	};
	struct core *c = tables_of(state);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		const struct job_spec spec = {.claims = {names, 1}};
		struct request *r = request_get(c, &spec);
		struct needed class = {.waits = cases[i].waits, .provisioner = NO_PROVISIONER};
		lookup_answer(c, r->claims[0], &cases[i].claim, "");
		struct lookup *l = find(c, NEEDED_STORAGE_CLASS, "fast");
		if (l)
			lookup_answer(c, l, cases[i].there ? &class : NULL, "");
		CASE(cases[i].name, !choice_open(r->claims[0]) && !choice_due(c, r->claims[0]));
		CASE_STR(cases[i].name, words(r->claims[0], &b), cases[i].words);
		request_put(c, r);
	}
	/* A claim that nobody has read. */
	const struct job_spec spec = {.claims = {names, 1}};
	struct request *r = request_get(c, &spec);
	assert_false(choice_open(r->claims[0]));
	assert_true(choice_possible(c, r, 0) && choice_rank(r, 0) == CHOICE_UNTRIED);
	(void)tables_did(c);
	choice_make(c, r, 0);
	assert_int_equal(c->out.n, 0);
	request_put(c, r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_provisioner_gets_the_node),
		T(what_is_there_comes_before_what_is_made),
		T(where_none_can_be_made_one_may_be_there),
		T(a_provisioner_needs_no_list),
		T(a_driver_that_tells_of_room),
		T(no_more_rooms_are_kept_in_mind),
		T(a_provisioner_reads_selectors_itself),
		T(bound_before_its_node_was_seen),
		T(chosen_while_it_is_read),
		T(a_volume_that_was_given_is_waited_for),
		T(no_more_volumes_are_kept_in_mind),
		T(volumes_that_may_not_be_listed),
		T(every_node_is_tried),
		T(the_latest_of_two_claims),
		T(a_choice_that_is_never_seen),
		T(what_cannot_be_written),
		T(volumes_that_are_there),
		T(which_volumes_meet_a_claim),
		T(the_smallest_first),
		T(a_small_claim_and_a_large_one),
		T(what_is_no_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
