/* SPDX-License-Identifier: Apache-2.0 */
/* What the agent tells of pods, and of what it is told late or twice. */
#include "test/unit/agent/core/world.h"

#include <string.h>

#include "model/quantity.h"

/* ---- reports ---- */

static void what_a_pod_tells(void **state)
{
	struct world *w = *state;
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	ready(w);
	p.waiting_reason = "ErrImagePull";
	p.waiting_message = "no such image";
	pod(w, &p);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_string_equal(v[0].reason, "ErrImagePull");
	assert_string_equal(v[0].message, "no such image");
	p = member_pod("p", "u1", POD_RUNNING);
	p.ready = true;
	p.meta.deleted_ms = 77;
	pod(w, &p);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_true(v[0].ready && v[0].deleting);
	p = member_pod("p", "u1", POD_FAILED);
	p.exit_code = 3;
	p.terminated_reason = "Error";
	pod(w, &p);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(v[0].phase, MEMBER_FAILED);
	assert_int_equal(v[0].exit_code, 3);
	assert_string_equal(v[0].reason, "Error");
	buf_reset(&w->did);
	pod(w, &p);
	expect(w, ""); /* the same again changes nothing */
	assert_false(changes(w, 64, &cap, &has, &v, &n));
}

static void long_messages_are_cut_between_characters(void **state)
{
	struct world *w = *state;
	static char message[2001];
	for (size_t i = 0; i + 1 < sizeof message; i += 2)
		memcpy(message + i, "\xc3\xa4", 2); /* ä */
	struct pod p = member_pod("p", "u1", POD_PENDING);
	p.waiting_reason = "x";
	p.waiting_message = message + 1; /* so that 512 bytes end inside of one */
	pod(w, &p);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	agent_core_snapshot(w->c, &cap, &v, &n);
	agent_core_told(w->c);
	assert_int_equal(strlen(v[0].message), 511);
	buf_reset(&w->did);
	pod(w, &p);
	expect(w, "");
}

static void gone_without_an_order_is_told_once(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
	gone(w, "ns", "p", "other-uid"); /* news of another one of that name */
	expect_told(w, "");
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
	expect_told(w, "");
	expect_snapshot(w, "");
}

static void snapshot_tells_all_and_settles(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_snapshot(w, "p/u1:Running ");
	expect_told(w, "");
	expect_snapshot(w, "p/u1:Running "); /* a lost Hello is said again, whole */
}

static void changes_come_in_pages(void **state)
{
	struct world *w = *state;
	struct capacity cap;
	const struct member *v;
	uint32_t n, total = 0;
	bool has;
	ready(w);
	for (uint32_t i = 0; i < 100; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(20);
		buf_printf(&b, "p%u", i);
		struct pod p = member_pod(buf_str(&b), "u", POD_RUNNING);
		pod(w, &p);
	}
	while (changes(w, 64, &cap, &has, &v, &n)) {
		assert_true(n <= 64);
		total += n;
	}
	assert_int_equal(total, 100);
}

static void orphaned_member(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
	p.meta.owner_kind = p.meta.owner_uid = NULL;
	pod(w, &p);
	expect_told(w, "p/u1:Gone +cap"); /* a foreign one now */
	expect_snapshot(w, "");
}

/* It still has its order: whoever gave it must not wait for it for ever. */
static void orphaned_member_with_an_order(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Running ");
	p.meta.owner_kind = p.meta.owner_uid = NULL;
	pod(w, &p);
	expect_told(w, "p/u1:Gone +cap");
	expect_told(w, "");
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone +cap");
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
}

/* ---- late, twice, out of nowhere ---- */

static void late_words_change_nothing(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING),
		   other = member_pod("p", "u2", POD_RUNNING);
	launching(w);
	template(w);                    /* once more */
	was_read(w, RC_NOTFOUND, NULL); /* nobody asked */
	expect(w, "");
	created(w, "p", RC_OK, &p, 0);
	created(w, "x", RC_OK, &other, 0); /* nobody ordered that */
	expect_told(w, "p/u1:Running ");
	buf_reset(&w->did);
	created(w, "p", RC_FORBIDDEN, NULL, 0);
	was_read(w, RC_NOTFOUND, NULL);
	gone(w, "ns", "x", "u1");
	gone(w, "ns", "p", "u2"); /* another pod of that name, before this one */
	expect(w, "");
	expect_told(w, "");
	gone(w, "ns", "p", ""); /* a relist knows no UID of what is missing */
	expect_told(w, "p/u1:Gone ");
	buf_reset(&w->did);
	gone(w, "ns", "p", "u1");
	expect(w, "");
	assert_null(agent_core_free(NULL));
}

/* A pod that only our create has shown, and a list does not: it is read, and the watch may be
 * faster than the answer. */
static void doubted_pod(struct world *w)
{
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Pending ");
	buf_reset(&w->did);
	synced(w);
	expect(w, "read:p ");
	synced(w); /* asked already */
	expect(w, "");
}

static void doubted_pod_shows_itself(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	doubted_pod(w);
	pod(w, &p);
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "");
	expect_snapshot(w, "p/u1:Pending ");
}

static void doubted_pod_goes(void **state)
{
	struct world *w = *state;
	doubted_pod(w);
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "");
}

static void doubted_pod_is_another(void **state)
{
	struct world *w = *state;
	struct pod other = member_pod("p", "u2", POD_PENDING);
	doubted_pod(w);
	was_read(w, RC_TIMEOUT, NULL); /* no answer: asked again, later */
	expect(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "read:p ");
	was_read(w, RC_OK, &other);
	expect_told(w, "p/u1:Gone ");
}

static void doubted_pod_is_not_there(void **state)
{
	struct world *w = *state;
	doubted_pod(w);
	was_read(w, RC_OK, NULL); /* an answer without a pod is no pod */
	expect_told(w, "p/u1:Gone ");
}

/* A pod is deleted and another one gets its name before we see the end of the first. */
static void name_goes_on(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
	p.meta.uid = "u2";
	pod(w, &p);
	expect_told(w, "p/u2:Running ");
	gone(w, "ns", "p", "u1");
	expect_told(w, "");
}

/* ---- bounds ---- */

static void pods_are_bounded(void **state)
{
	struct world *w = *state;
	char name[16];
	struct agent_core_stats stats;
	ready(w);
	for (uint32_t i = 0; i < NODE_PODS_MAX + 2; i++) {
		struct pod p = foreign_pod(name, NULL, 0);
		AUTO(buf_done) struct buf b = BUF_INIT(sizeof name);
		buf_printf(&b, "f%u", i);
		memcpy(name, buf_str(&b), b.len + 1);
		pod(w, &p);
	}
	agent_core_stats(w->c, &stats);
	assert_int_equal(stats.pods, NODE_PODS_MAX);
}

static void sums_do_not_overflow(void **state)
{
	static const struct res huge[] = {{"cpu", INT64_MAX}};
	struct world *w = *state;
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	ready(w);
	struct pod a = foreign_pod("a", huge, 1), b = foreign_pod("b", huge, 1);
	pod(w, &a);
	pod(w, &b);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_true(reslist_get(&cap.foreign, "cpu") == INT64_MAX);
}

/* ---- capacity ---- */

/* Those with the lowest numbers are told. */
static void no_more_host_ports_than_fit(void **state)
{
	static uint64_t many[NODE_PORTS_MAX + 1];
	struct world *w = *state;
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	for (uint32_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = ARRAY_LEN(many) - i;
	struct pod a = foreign_pod("a", NULL, 0);
	a.ports = (struct host_ports){many, ARRAY_LEN(many)};
	ready(w);
	pod(w, &a);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(cap.ports.n, NODE_PORTS_MAX);
	assert_true(cap.ports.v[NODE_PORTS_MAX - 1] == NODE_PORTS_MAX);
}

static void foreign_pods_take_room(void **state)
{
	static const struct res ra[] = {{"cpu", 500}, {"memory", 1000}};
	static const struct res rb[] = {{"cpu", 250}, {"example.com/gpu", 1000}};
	struct world *w = *state;
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	ready(w);
	struct pod a = foreign_pod("a", ra, 2), b = foreign_pod("b", rb, 2);
	uint64_t pa[] = {90, 80}, pb[] = {80, 70}, pm[] = {60};
	struct pod m = member_pod("p", "u1", POD_RUNNING);
	m.requests = (struct reslist){ra, 2};
	m.ports = (struct host_ports){pm, 1};
	a.ports = (struct host_ports){pa, 2};
	b.ports = (struct host_ports){pb, 2};
	pod(w, &a);
	pod(w, &b);
	pod(w, &m);
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_true(has);
	assert_int_equal(cap.foreign_pods, 2);
	assert_int_equal(cap.ports.n, 3);
	assert_true(cap.ports.v[0] == 70 && cap.ports.v[1] == 80 && cap.ports.v[2] == 90);
	assert_true(v[0].ports.n == 1 && v[0].ports.v[0] == 60);
	assert_int_equal(reslist_get(&cap.foreign, "cpu"), 750);
	assert_int_equal(reslist_get(&cap.foreign, "memory"), 1000);
	assert_int_equal(reslist_get(&cap.foreign, "example.com/gpu"), 1000);
	buf_reset(&w->did);
	pod(w, &a);
	expect(w, "");
	a.phase = POD_SUCCEEDED; /* terminal: its room is free, before its object goes */
	pod(w, &a);
	expect(w, "report ");
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(cap.foreign_pods, 1);
	assert_int_equal(cap.ports.n, 2);
	assert_int_equal(reslist_get(&cap.foreign, "cpu"), 250);
	gone(w, "kube-system", "a", "a");
	assert_false(changes(w, 64, &cap, &has, &v, &n));
	gone(w, "kube-system", "b", "b");
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	assert_int_equal(cap.foreign_pods, 0);
	assert_int_equal(cap.foreign.n, 0);
	struct agent_core_stats stats;
	agent_core_stats(w->c, &stats);
	assert_int_equal(stats.pods, 1);
	assert_int_equal(stats.members, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_a_pod_tells),
		T(long_messages_are_cut_between_characters),
		T(gone_without_an_order_is_told_once),
		T(snapshot_tells_all_and_settles),
		T(changes_come_in_pages),
		T(orphaned_member),
		T(orphaned_member_with_an_order),
		T(late_words_change_nothing),
		T(doubted_pod_shows_itself),
		T(doubted_pod_goes),
		T(doubted_pod_is_another),
		T(doubted_pod_is_not_there),
		T(name_goes_on),
		T(pods_are_bounded),
		T(sums_do_not_overflow),
		T(foreign_pods_take_room),
		T(no_more_host_ports_than_fit),
	};
	return cmocka_run_group_tests_name("agent_told", tests, NULL, NULL);
}
