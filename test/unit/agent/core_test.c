/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/core.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/quantity.h"

struct world {
	struct agent_core *c;
	int64_t now, unheard;
	struct buf did; /* "create:POD " "drop:HASH " "report " */
};

static int setup_launch(void **state, bool launch)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct agent_core_config cfg = {.node = "n1",
					.create_retry_base_ms = 200,
					.create_retry_cap_ms = 10000,
					.launch = launch};
	w->c = agent_core_new(&cfg, NULL, 1);
	w->did = BUF_INIT(1000000);
	w->now = 1000;
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return setup_launch(state, true);
}

static int setup_no_launch(void **state)
{
	return setup_launch(state, false);
}

static int teardown(void **state)
{
	struct world *w = *state;
	agent_core_free(w->c);
	buf_done(&w->did);
	free(w);
	return 0;
}

/* ---- steps ---- */

static void step(struct world *w, struct agent_event ev)
{
	struct agent_actions acts;
	ev.now_ms = w->now;
	ev.unheard_ms = w->unheard;
	agent_core_step(w->c, &ev, &acts);
	for (uint32_t i = 0; i < acts.n; i++) {
		const struct agent_action *a = &acts.v[i];
		if (a->type == AACT_CREATE)
			buf_printf(&w->did, "create:%s ", a->create.name);
		else if (a->type == AACT_READ)
			buf_printf(&w->did, "read:%s ", a->read.name);
		else if (a->type == AACT_TEMPLATE_DROP)
			buf_printf(&w->did, "drop:%s ", a->template_hash);
		else
			buf_puts(&w->did, "report ");
	}
}

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->did), text);
	buf_reset(&w->did);
}

static struct order order_of(const char *pod, uint32_t attempt)
{
	return (struct order){.ns = "ns",
			      .job_name = "job",
			      .job_uid = "J",
			      .pod = pod,
			      .pod_uid = "",
			      .attempt = attempt,
			      .parallelism = 1,
			      .template_hash = "h",
			      .launch = true};
}

static void orders(struct world *w, uint64_t epoch, const struct order *v, uint32_t n)
{
	step(w,
	     (struct agent_event){.type = AEV_ORDERS, .orders = {.epoch = epoch, .v = v, .n = n}});
}

static void template(struct world *w)
{
	step(w, (struct agent_event){.type = AEV_TEMPLATE, .template_hash = "h"});
}

static void synced(struct world *w)
{
	step(w, (struct agent_event){.type = AEV_PODS_SYNCED});
}

static struct kv labels0[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "1"}, {LABEL_TEMPLATE, "h"}};

/* Member 0, attempt 1 of job J on n1. */
static struct pod member_pod(const char *name, const char *uid, enum pod_phase phase)
{
	return (struct pod){.meta = {.ns = "ns",
				     .name = name,
				     .uid = uid,
				     .owner_kind = KIND_JOB_NAME,
				     .owner_name = "job",
				     .owner_uid = "J",
				     .labels = {labels0, ARRAY_LEN(labels0)}},
			    .node = "n1",
			    .phase = phase,
			    .started = phase != POD_PENDING};
}

static struct pod foreign_pod(const char *name, const struct res *v, uint32_t n)
{
	return (struct pod){.meta = {.ns = "kube-system", .name = name, .uid = name},
			    .node = "n1",
			    .phase = POD_RUNNING,
			    .requests = {v, n}};
}

static void pod(struct world *w, const struct pod *p)
{
	step(w, (struct agent_event){.type = AEV_POD, .pod = p});
}

static void gone(struct world *w, const char *ns, const char *name, const char *uid)
{
	struct meta m = {.ns = ns, .name = name, .uid = uid};
	step(w, (struct agent_event){.type = AEV_POD_GONE, .gone = &m});
}

static void created(struct world *w, const char *name, enum rc rc, const struct pod *p,
		    int64_t retry_after)
{
	step(w, (struct agent_event){.type = AEV_CREATED,
				     .created = {.ns = "ns",
						 .name = name,
						 .rc = rc,
						 .reason = "Why",
						 .message = "words",
						 .retry_after_ms = retry_after,
						 .pod = p}});
}

static void tick(struct world *w, int64_t now)
{
	w->now = now;
	step(w, (struct agent_event){.type = AEV_TICK});
}

/* "pod/uid:Phase " of what is to be told; "+cap" when the capacity is. */
static void expect_told(struct world *w, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(10000);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	agent_core_changes(w->c, 64, &cap, &has, &v, &n);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&b, "%s/%s:%s ", v[i].pod, v[i].pod_uid, member_phase_text(v[i].phase));
	if (has)
		buf_puts(&b, "+cap");
	assert_string_equal(buf_str(&b), text);
}

static void expect_snapshot(struct world *w, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(10000);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	agent_core_snapshot(w->c, &cap, &v, &n);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&b, "%s/%s:%s ", v[i].pod, v[i].pod_uid, member_phase_text(v[i].phase));
	assert_string_equal(buf_str(&b), text);
}

/* Synced, nothing to do. */
static void ready(struct world *w)
{
	synced(w);
	expect_told(w, "");
	buf_reset(&w->did);
}

/* One order with its template, its create is out. */
static void launching(struct world *w)
{
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
}

/* ---- launches ---- */

static void waits_for_the_pods_to_be_known(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	template(w);
	orders(w, 5, &o, 1);
	tick(w, 100000);
	assert_null(strstr(buf_str(&w->did), "create"));
	buf_reset(&w->did);
	synced(w);
	expect(w, "create:p ");
	tick(w, 200000); /* it is out: not again */
	orders(w, 5, &o, 1);
	expect(w, "");
}

static void pod_that_is_there_is_adopted(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	pod(w, &p);
	template(w);
	orders(w, 5, &o, 1);
	synced(w);
	expect(w, "report drop:h ");
	expect_told(w, "p/u1:Running ");
}

static void waits_for_the_template(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 5, &o, 1);
	tick(w, 100000);
	expect(w, "");
	template(w);
	expect(w, "create:p ");
}

static void created_once(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect(w, "report ");
	expect_told(w, "p/u1:Pending ");
	pod(w, &p); /* the watch shows the same */
	expect(w, "");
	orders(w, 5, &o, 1);
	expect(w, "drop:h "); /* nobody needs its text any more */
	p = member_pod("p", "u1", POD_SUCCEEDED);
	pod(w, &p);
	expect_told(w, "p/u1:Succeeded ");
	gone(w, "ns", "p", "u1");
	template(w);
	orders(w, 5, &o, 1);
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_told(w, "");
	expect_snapshot(w, "p/u1:Succeeded "); /* how it ended outlives the pod, while ordered */
	orders(w, 5, NULL, 0);
	expect_snapshot(w, "");
}

static void watch_overtakes_the_answer(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	pod(w, &p);
	gone(w, "ns", "p", "u1");
	created(w, "p", RC_OK, &p, 0); /* late: the pod is gone by now */
	expect_told(w, "p/u1:Gone ");
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_snapshot(w, "p/u1:Gone ");
}

static void was_read(struct world *w, enum rc rc, const struct pod *p)
{
	step(w, (struct agent_event){.type = AEV_READ,
				     .created = {.ns = "ns",
						 .name = "p",
						 .rc = rc,
						 .reason = "Why",
						 .message = "words",
						 .pod = p}});
}

static void answer_without_a_pod_behind_it(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Pending ");
	buf_reset(&w->did);
	synced(w); /* this list may have begun before the create: it is read */
	expect_told(w, "");
	expect(w, "read:p ");
	was_read(w, RC_SERVER, NULL);
	expect(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "read:p ");
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "p/u1:Gone ");
}

/* One list was enough to lose sight of a pod for ever: there may never be a second one. */
static void r004_doubted_pod_is_there(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Pending ");
	buf_reset(&w->did);
	synced(w);
	expect(w, "read:p ");
	was_read(w, RC_OK, &p);
	expect_told(w, "");
	assert_int_equal(agent_core_deadline(w->c), INT64_MAX);
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
}

static void withdrawn_while_it_is_out(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	orders(w, 5, NULL, 0);
	buf_reset(&w->did);
	created(w, "p", RC_OK, &p, 0);
	expect(w, "");
	pod(w, &p); /* the watch shows it: told, and the coordinator deletes it */
	expect_told(w, "p/u1:Pending ");
}

/* Its pod is known to the coordinator and not to us: only a live read tells that it is gone. */
static void ordered_with_a_uid(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.pod_uid = "u7";
	template(w);
	orders(w, 5, &o, 1);
	expect_snapshot(w, ""); /* not known yet whether it is there */
	synced(w);
	assert_null(strstr(buf_str(&w->did), "create"));
	expect_snapshot(w, "");
	expect(w, "drop:h read:p ");
	was_read(w, RC_TIMEOUT, NULL);
	tick(w, agent_core_deadline(w->c));
	expect(w, "read:p ");
	was_read(w, RC_NOTFOUND, NULL);
	expect_told(w, "p/u7:Gone ");
	expect_snapshot(w, "p/u7:Gone ");
}

/* A create whose answer is not known: a leader that says Hello to us must hear of it. */
static void r003_under_way_at_hello(void **state)
{
	struct world *w = *state;
	launching(w);
	expect_snapshot(w, "p/: ");
	created(w, "p", RC_TIMEOUT, NULL, 0);
	expect_snapshot(w, "p/: ");
	expect_told(w, ""); /* no news to who ordered it */
}

/* Seed 6254: an agent that no leader has answered for a while creates nothing: another leader may
 * have given the member to another node. */
static void r006_an_order_is_a_lease(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	w->unheard = 10001;
	orders(w, 5, &o, 1);
	expect(w, "");
	assert_int_equal(agent_core_deadline(w->c), w->now + 1000);
	w->unheard = 10000;
	tick(w, w->now);
	expect(w, "create:p ");
}

/* A leader that knows nothing of the pod's end orders the same attempt again. */
static void r005_ordered_again_after_its_end(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_PENDING);
	ready(w);
	template(w);
	orders(w, 5, NULL, 0);
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
	gone(w, "ns", "p", "u1");
	expect_told(w, "p/u1:Gone ");
	orders(w, 6, &o, 1);
	expect_told(w, "p/u1:Gone ");
}

/* The coordinator created it, and its order came before our watch showed the pod. */
static void r001_ordered_before_the_watch_shows(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u7", POD_PENDING);
	o.pod_uid = "u7";
	o.launch = false;
	ready(w);
	orders(w, 5, &o, 1);
	expect(w, "read:p ");
	expect_told(w, "");
	was_read(w, RC_OK, &p);
	expect_told(w, "p/u7:Pending ");
	gone(w, "ns", "p", "u7");
	expect_told(w, "p/u7:Gone ");
}

/* What is read under the name is another pod. */
static void ordered_with_another_uid(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u8", POD_PENDING);
	o.pod_uid = "u7";
	ready(w);
	orders(w, 5, &o, 1);
	was_read(w, RC_OK, &p);
	expect_told(w, "p/u7:Gone ");
}

static void not_to_be_launched_here(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.launch = false;
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "drop:h ");
	struct pod p = member_pod("p", "u1", POD_PENDING);
	pod(w, &p);
	expect_told(w, "p/u1:Pending ");
}

static void agents_that_may_not_launch(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	orders(w, 5, &o, 1); /* the coordinator was told otherwise, or it would not ask */
	tick(w, 100000);
	expect(w, "report ");
	expect_told(w, "p/:Denied ");
	struct pod p = member_pod("p", "u1", POD_RUNNING); /* it does it by itself */
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
}

static void older_epochs_are_refused(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1), p = order_of("q", 2);
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
	orders(w, 4, &p, 1);
	expect(w, "");
	orders(w, 6, &p, 1);
	expect(w, "create:q ");
}

static void creates_are_capped(void **state)
{
	struct world *w = *state;
	static struct order v[40];
	static char names[40][8];
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(7);
		buf_printf(&b, "p%u", i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		v[i] = order_of(names[i], 1);
	}
	ready(w);
	template(w);
	orders(w, 5, v, ARRAY_LEN(v));
	uint32_t n = 0;
	for (const char *s = buf_str(&w->did); (s = strstr(s, "create")); s++)
		n++;
	assert_int_equal(n, 32);
	buf_reset(&w->did);
	created(w, "p0", RC_FORBIDDEN, NULL, 0);
	expect(w, "create:p32 report ");
}

/* ---- answers ---- */

static void errors_that_time_heals(void **state)
{
	static const enum rc codes[] = {RC_TIMEOUT,  RC_UNREACHABLE, RC_SERVER,       RC_IO,
					RC_CONFLICT, RC_THROTTLED,   RC_UNAUTHORIZED, RC_TLS};
	struct world *w = *state;
	launching(w);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		print_message("%s\n", rc_name(codes[i]));
		created(w, "p", codes[i], NULL, 0);
		expect(w, "");
		int64_t due = agent_core_deadline(w->c);
		assert_true(due >= w->now + 100 && due <= w->now + 10000);
		tick(w, due - 1);
		expect(w, "");
		tick(w, due);
		expect(w, "create:p ");
	}
	created(w, "p", RC_THROTTLED, NULL, 60000);
	assert_int_equal(agent_core_deadline(w->c), w->now + 60000);
	expect_told(w, "");
}

static void lost_answer_is_adopted(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	launching(w);
	created(w, "p", RC_TIMEOUT, NULL, 0);
	tick(w, agent_core_deadline(w->c));
	expect(w, "create:p ");
	created(w, "p", RC_EXISTS, &p, 0);
	expect_told(w, "p/u1:Running ");
	assert_int_equal(agent_core_deadline(w->c), INT64_MAX);
}

static void lost_answer_then_the_watch(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	created(w, "p", RC_TIMEOUT, NULL, 0);
	pod(w, &p);
	tick(w, 1000000);
	assert_null(strstr(buf_str(&w->did), "create"));
}

static void name_held_by_something_else(void **state)
{
	struct pod cases[4];
	static struct kv other_attempt[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "2"}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		cases[i] = member_pod("p", "u1", POD_RUNNING);
	cases[0].meta.owner_uid = "other";
	cases[1].node = "n2";
	cases[2].meta.labels = (struct kvs){other_attempt, 2};
	cases[3].meta.owner_kind = "Job";
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("case %zu\n", i);
		struct world *w = *state;
		launching(w);
		created(w, "p", RC_EXISTS, &cases[i], 0);
		expect(w, "report ");
		expect_told(w, "p/:Held ");
		struct order o = order_of("p", 1);
		orders(w, 5, &o, 1);
		tick(w, 1000000);
		assert_null(strstr(buf_str(&w->did), "create"));
		expect_snapshot(w, "p/:Held ");
		teardown(state);
		setup(state);
	}
}

static void name_held_on_this_node(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = foreign_pod("p", NULL, 0);
	p.meta.ns = "ns";
	ready(w);
	pod(w, &p);
	template(w);
	buf_reset(&w->did);
	orders(w, 5, &o, 1);
	expect(w, "report ");
	expect_told(w, "p/:Held +cap");
	orders(w, 5, &o, 1); /* ordered on: said once */
	expect(w, "");
	expect_told(w, "");
	gone(w, "ns", "p", "p");
	expect_told(w, "+cap");
}

static void exists_but_is_gone_when_read(void **state)
{
	struct world *w = *state;
	launching(w);
	created(w, "p", RC_EXISTS, NULL, 0);
	expect(w, "");
	tick(w, agent_core_deadline(w->c));
	expect(w, "create:p ");
}

static void denied(void **state)
{
	static const enum rc codes[] = {RC_FORBIDDEN, RC_INVALID, RC_BADREQUEST,
					RC_NOTFOUND,  RC_TOOBIG,  RC_CONFIG};
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct world *w = *state;
		launching(w);
		created(w, "p", codes[i], NULL, 0);
		struct capacity cap;
		const struct member *v;
		uint32_t n;
		bool has;
		assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
		assert_int_equal(v[0].phase, MEMBER_DENIED);
		assert_string_equal(v[0].reason, "Why");
		assert_string_equal(v[0].message, "words");
		assert_string_equal(v[0].job_uid, "J");
		tick(w, 1000000);
		expect(w, "report "); /* and no other create */
		/* The coordinator makes it itself: the pod speaks from now on. */
		struct pod p = member_pod("p", "u1", POD_PENDING);
		pod(w, &p);
		expect_snapshot(w, "p/u1:Pending ");
		teardown(state);
		setup(state);
	}
}

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
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_string_equal(v[0].reason, "ErrImagePull");
	assert_string_equal(v[0].message, "no such image");
	p = member_pod("p", "u1", POD_RUNNING);
	p.ready = true;
	p.meta.deleted_ms = 77;
	pod(w, &p);
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_true(v[0].ready && v[0].deleting);
	p = member_pod("p", "u1", POD_FAILED);
	p.exit_code = 3;
	p.terminated_reason = "Error";
	pod(w, &p);
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_int_equal(v[0].phase, MEMBER_FAILED);
	assert_int_equal(v[0].exit_code, 3);
	assert_string_equal(v[0].reason, "Error");
	buf_reset(&w->did);
	pod(w, &p);
	expect(w, ""); /* the same again changes nothing */
	assert_false(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
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
	while (agent_core_changes(w->c, 64, &cap, &has, &v, &n)) {
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

static void read_shows_another(void **state)
{
	struct world *w = *state;
	struct pod other = member_pod("p", "u8", POD_RUNNING);
	struct order o = order_of("p", 1);
	o.pod_uid = "u7";
	synced(w);
	orders(w, 5, &o, 1);
	buf_reset(&w->did);
	was_read(w, RC_OK, &other);
	expect_told(w, "p/u7:Gone ");
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
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_true(reslist_get(&cap.foreign, "cpu") == INT64_MAX);
}

/* ---- capacity ---- */

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
	struct pod m = member_pod("p", "u1", POD_RUNNING);
	m.requests = (struct reslist){ra, 2};
	pod(w, &a);
	pod(w, &b);
	pod(w, &m);
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_true(has);
	assert_int_equal(cap.foreign_pods, 2);
	assert_int_equal(reslist_get(&cap.foreign, "cpu"), 750);
	assert_int_equal(reslist_get(&cap.foreign, "memory"), 1000);
	assert_int_equal(reslist_get(&cap.foreign, "example.com/gpu"), 1000);
	buf_reset(&w->did);
	pod(w, &a);
	expect(w, "");
	a.phase = POD_SUCCEEDED; /* terminal: its room is free, before its object goes */
	pod(w, &a);
	expect(w, "report ");
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	assert_int_equal(cap.foreign_pods, 1);
	assert_int_equal(reslist_get(&cap.foreign, "cpu"), 250);
	gone(w, "kube-system", "a", "a");
	assert_false(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
	gone(w, "kube-system", "b", "b");
	assert_true(agent_core_changes(w->c, 64, &cap, &has, &v, &n));
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
		T(waits_for_the_pods_to_be_known),
		T(pod_that_is_there_is_adopted),
		T(waits_for_the_template),
		T(created_once),
		T(watch_overtakes_the_answer),
		T(answer_without_a_pod_behind_it),
		T(r004_doubted_pod_is_there),
		T(withdrawn_while_it_is_out),
		T(ordered_with_a_uid),
		T(r001_ordered_before_the_watch_shows),
		T(r003_under_way_at_hello),
		T(r005_ordered_again_after_its_end),
		T(r006_an_order_is_a_lease),
		T(ordered_with_another_uid),
		T(not_to_be_launched_here),
		cmocka_unit_test_setup_teardown(agents_that_may_not_launch, setup_no_launch,
						teardown),
		T(older_epochs_are_refused),
		T(creates_are_capped),
		T(errors_that_time_heals),
		T(lost_answer_is_adopted),
		T(lost_answer_then_the_watch),
		T(name_held_by_something_else),
		T(name_held_on_this_node),
		T(exists_but_is_gone_when_read),
		T(denied),
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
		T(read_shows_another),
		T(pods_are_bounded),
		T(sums_do_not_overflow),
		T(foreign_pods_take_room),
	};
	return cmocka_run_group_tests_name("agent_core", tests, NULL, NULL);
}
