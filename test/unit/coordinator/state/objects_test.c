/* SPDX-License-Identifier: Apache-2.0 */
/* What the objects of a request say: whether a member can be made, and why not. */
#include "coordinator/core/state/objects.h"

#include <string.h>

#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/request.h"
#include "test/unit/coordinator/state/tables.h"

enum answer { UNKNOWN, FAILED, MISSING, THERE };

static const struct objects_for one = {1, 1, false};

static void answer(struct core *c, enum needed_kind kind, const char *ns, const char *name,
		   enum answer how, const struct needed *obj)
{
	struct lookup *l = lookup_find(c, kind, ns, name);
	if (l && how != UNKNOWN)
		lookup_answer(c, l, how == THERE ? obj : NULL, how == FAILED ? "timeout" : "");
}

static void what_stands_in_the_way(void **state)
{
	static const char *const names[] = {"ns/data"};
	static const struct {
		const char *name;
		enum answer class, claim, volume;
		struct needed obj;
		bool waits; /* the StorageClass: for the first consumer */
		uint32_t members;
		bool ready;
		const char *words;
	} cases[] = {
		{"all is there",
		 THERE,
		 THERE,
		 THERE,
		 {.bound = true, .volume = "v"},
		 false,
		 3,
		 true,
		 ""},
		{"nothing is known",
		 UNKNOWN,
		 UNKNOWN,
		 UNKNOWN,
		 {.volume = ""},
		 false,
		 1,
		 false,
		 ""},
		{"no RuntimeClass",
		 MISSING,
		 THERE,
		 THERE,
		 {.bound = true},
		 false,
		 1,
		 false,
		 "RuntimeClass box does not exist; create it, or change the job"},
		{"a RuntimeClass that cannot be read",
		 FAILED,
		 THERE,
		 THERE,
		 {.bound = true},
		 false,
		 1,
		 false,
		 "RuntimeClass box cannot be read: timeout"},
		{"no claim",
		 THERE,
		 MISSING,
		 UNKNOWN,
		 {.volume = ""},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data does not exist; create it, or change the job"},
		{"a claim that cannot be read",
		 THERE,
		 FAILED,
		 UNKNOWN,
		 {.volume = ""},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data cannot be read: timeout"},
		{"a claim that is being deleted",
		 THERE,
		 THERE,
		 THERE,
		 {.bound = true, .meta.deleted_ms = 1},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data is being deleted; change the job, or create it again"},
		{"a claim that has lost its volume",
		 THERE,
		 THERE,
		 THERE,
		 {.bound = true, .lost = true},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data has lost its volume; create it again"},
		{"a claim without a volume",
		 THERE,
		 THERE,
		 THERE,
		 {.storage_class = "slow"},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data is not bound to a volume yet"},
		{"a claim that names no StorageClass",
		 THERE,
		 THERE,
		 THERE,
		 {.volume = ""},
		 false,
		 1,
		 false,
		 "PersistentVolumeClaim data is not bound to a volume yet"},
		{"its StorageClass is not known",
		 THERE,
		 THERE,
		 UNKNOWN,
		 {.storage_class = "slow"},
		 false,
		 1,
		 false,
		 ""},
		{"the volume is not known",
		 THERE,
		 THERE,
		 UNKNOWN,
		 {.bound = true, .volume = "v"},
		 false,
		 1,
		 false,
		 ""},
		{"no volume",
		 THERE,
		 THERE,
		 MISSING,
		 {.bound = true, .volume = "v"},
		 false,
		 1,
		 false,
		 "PersistentVolume v of PersistentVolumeClaim data does not exist"},
		{"for one pod, one member",
		 THERE,
		 THERE,
		 THERE,
		 {.bound = true, .modes = MODE_RWOP},
		 false,
		 1,
		 true,
		 ""},
		{"for one pod, two members",
		 THERE,
		 THERE,
		 THERE,
		 {.bound = true, .modes = MODE_RWOP},
		 false,
		 2,
		 false,
		 "PersistentVolumeClaim data is ReadWriteOncePod, so one pod alone can use it: set "
		 "parallelism to 1, or use a claim with another access mode"},
	};
	struct core *c = tables_of(state);
	const struct job_spec spec = {.runtime_class = "box", .claims = {names, 1}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(1024);
		struct request *r = request_get(c, &spec);
		struct needed open = {.waits = cases[i].waits};
		const struct objects_for who = {cases[i].members, 1, false};
		answer(c, NEEDED_RUNTIME_CLASS, NULL, "box", cases[i].class, &open);
		answer(c, NEEDED_CLAIM, "ns", "data", cases[i].claim, &cases[i].obj);
		answer(c, NEEDED_VOLUME, NULL, "v", cases[i].volume, &open);
		answer(c, NEEDED_STORAGE_CLASS, NULL, "slow", cases[i].volume, &open);
		bool known = cases[i].class != UNKNOWN && cases[i].claim != UNKNOWN &&
			     (cases[i].volume != UNKNOWN ||
			      (!r->claims[0]->volume && !r->claims[0]->storage_class));
		CASE(cases[i].name, objects_any(r));
		CASE(cases[i].name, objects_known(r) == known);
		CASE(cases[i].name, (objects_look(c, r, who) == OBJECTS_READY) == cases[i].ready);
		CASE(cases[i].name, objects_obstacle(r, who, &b) == (*cases[i].words != 0));
		CASE_STR(cases[i].name, buf_str(&b), cases[i].words);
		request_put(c, r);
		CASE(cases[i].name, !c->lookups.all);
	}
}

/* A claim waits for a volume of a class without a provisioner, whose volumes are not listed yet. */
static void volumes_that_are_not_listed_yet(void **state)
{
	static const char *const names[] = {"ns/data"};
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	const struct job_spec spec = {.claims = {names, 1}};
	struct request *r = request_get(c, &spec);
	struct needed claim = {.storage_class = "slow"}, none = {.volume = ""};
	struct needed class = {.waits = true, .provisioner = NO_PROVISIONER};
	answer(c, NEEDED_CLAIM, "ns", "data", THERE, &claim);
	answer(c, NEEDED_STORAGE_CLASS, NULL, "slow", THERE, &class);
	assert_false(objects_known(r) || objects_obstacle(r, one, &b));
	answer(c, NEEDED_POOL, NULL, "slow", THERE, &none);
	assert_true(objects_known(r) && !objects_obstacle(r, one, &b));
	assert_int_equal(objects_look(c, r, one), OBJECTS_TO_CHOOSE);
	request_put(c, r);
}

/* What was read once and cannot be read any more counts for 5 minutes; then that is told. */
static void what_cannot_be_read_any_more(void **state)
{
	static const char *const names[] = {"ns/data"};
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	const struct job_spec spec = {.claims = {names, 1}};
	struct request *r = request_get(c, &spec);
	struct needed bound = {.bound = true, .volume = "v"}, volume = {.volume = ""};
	answer(c, NEEDED_CLAIM, "ns", "data", THERE, &bound);
	answer(c, NEEDED_VOLUME, NULL, "v", THERE, &volume);
	assert_int_equal(objects_look(c, r, one), OBJECTS_READY);
	answer(c, NEEDED_CLAIM, "ns", "data", FAILED, NULL);
	assert_int_equal(objects_look(c, r, one), OBJECTS_READY);
	const struct lookup *l = lookup_find(c, NEEDED_CLAIM, "ns", "data");
	assert_true(l->timer.due_ms <= c->now_ms + 6000); /* it is read again soon */
	c->now_ms += 299999;
	answer(c, NEEDED_CLAIM, "ns", "data", FAILED, NULL);
	assert_false(objects_obstacle(r, one, &b));
	answer(c, NEEDED_CLAIM, "ns", "data", THERE, &bound);
	c->now_ms += 300000;
	answer(c, NEEDED_CLAIM, "ns", "data", FAILED, NULL);
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING);
	assert_true(objects_obstacle(r, one, &b));
	assert_string_equal(buf_str(&b), "PersistentVolumeClaim data cannot be read: timeout");
	request_put(c, r);
}

/* One node at a time can have the volume, and no two members are on one node. */
static void members_that_need_one_volume_at_once(void **state)
{
	static const char *const names[] = {"ns/data"};
	struct core *c = tables_of(state);
	const struct job_spec spec = {.claims = {names, 1}};
	struct request *r = request_get(c, &spec);
	struct needed bound = {.bound = true, .volume = "v"};
	struct needed volume = {.modes = MODE_RWO, .driver = "disk", .handle = "h"};
	answer(c, NEEDED_CLAIM, "ns", "data", THERE, &bound);
	answer(c, NEEDED_VOLUME, NULL, "v", THERE, &volume);
	const struct lookup *driver = lookup_find(c, NEEDED_CSI_DRIVER, NULL, "disk");
	assert_true(driver->asking && objects_use(r, driver) && !objects_known(r));
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING);
	answer(c, NEEDED_CSI_DRIVER, NULL, "disk", MISSING, NULL);
	assert_int_equal(objects_look(c, r, one), OBJECTS_MISSING); /* nor the limits of nodes */
	answer(c, NEEDED_CSI_NODES, NULL, "disk", THERE, &(struct needed){.volume = ""});
	/* A driver without a CSIDriver attaches. That is an answer like any other. */
	assert_true(driver->timer.due_ms >= c->now_ms + 60000);
	static const struct objects_for gang = {3, 2, false}, row = {3, 1, false};
	AUTO(buf_done) struct buf b = BUF_INIT(1024);
	assert_int_equal(objects_look(c, r, row), OBJECTS_READY);
	assert_int_equal(objects_look(c, r, gang), OBJECTS_MISSING);
	assert_true(objects_obstacle(r, gang, &b));
	assert_string_equal(buf_str(&b),
			    "PersistentVolumeClaim data is ReadWriteOnce, so one node at a time "
			    "can have its volume, and each member has a node of its own: set "
			    "parallelism or minParallelism to 1, or use a claim with another "
			    "access mode");
	request_put(c, r);
}

static void who_uses_what(void **state)
{
	static const char *const names[] = {"ns/data", "ns/more"};
	struct core *c = tables_of(state);
	const struct job_spec spec = {.claims = {names, 2}}, none = {0};
	struct request *r = request_get(c, &spec), *o = request_get(c, &none);
	struct needed bound = {.bound = true, .volume = "v"}, wants = {.storage_class = "slow"};
	answer(c, NEEDED_CLAIM, "ns", "data", THERE, &bound);
	answer(c, NEEDED_CLAIM, "ns", "more", THERE, &wants);
	struct lookup *other = lookup_get(c, NEEDED_CLAIM, "ns", "other");
	assert_true(objects_use(r, lookup_find(c, NEEDED_CLAIM, "ns", "data")));
	assert_true(objects_use(r, lookup_find(c, NEEDED_VOLUME, NULL, "v")));
	assert_true(objects_use(r, lookup_find(c, NEEDED_STORAGE_CLASS, NULL, "slow")));
	assert_false(objects_use(r, other));
	assert_false(objects_use(o, other));
	assert_false(objects_any(o));
	assert_string_equal(objects_claim(r, 1), "more");
	lookup_put(c, other);
	request_put(c, r);
	request_put(c, o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(what_stands_in_the_way),
		T(volumes_that_are_not_listed_yet),
		T(what_cannot_be_read_any_more),
		T(members_that_need_one_volume_at_once),
		T(who_uses_what),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
