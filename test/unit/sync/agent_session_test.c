/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "test/unit/sync/fake_api.h"

enum { SENT_MAX = 512 };

struct sent {
	enum link_channel ch;
	enum msg_type type;
	char token[FAKE_TEXT], node[FAKE_TEXT];
	uint64_t session, seq, revision;
	uint32_t page, nmembers, ntemplates;
	bool last_page, has_capacity, deltas;
	uint64_t epoch; /* HELLO */
};

struct world {
	struct agent_session *s;
	struct link_client_sink link;
	struct sent sent[SENT_MAX];
	uint32_t nsent;
	struct buf
		told; /* "dial:ADDR " "hangup " "orders:EPOCH:N " "template:HASH " "up " "down " */
	int64_t now;
	const char *token;
	struct member members[200];
	uint32_t nmembers, snapshots;
	uint32_t changes; /* how many calls of changes say yes */
	struct log log;
	uint32_t warnings;
	struct strs held; /* names of templates; none: one */
};

static void link_dial(void *self, const char *address)
{
	buf_printf(&((struct world *)self)->told, "dial:%s ", address);
}

static void link_hang_up(void *self)
{
	buf_puts(&((struct world *)self)->told, "hangup ");
}

static void link_request(void *self, enum link_channel ch, const struct msg *m)
{
	struct world *w = self;
	must(w->nsent < SENT_MAX);
	struct sent *s = &w->sent[w->nsent++];
	*s = (struct sent){.ch = ch, .type = m->type};
	if (m->type == MSG_HELLO) {
		fake_copy(s->token, m->hello.token);
		fake_copy(s->node, m->hello.node);
		s->page = m->hello.page;
		s->epoch = m->hello.epoch;
		s->nmembers = m->hello.nmembers;
		s->last_page = m->hello.last_page;
		s->deltas = m->hello.deltas;
	} else if (m->type == MSG_REPORT) {
		fake_copy(s->token, m->report.token);
		s->session = m->report.session;
		s->seq = m->report.seq;
		s->nmembers = m->report.nmembers;
		s->has_capacity = m->report.has_capacity;
	} else if (m->type == MSG_WATCH) {
		s->session = m->watch.session;
		s->revision = m->watch.revision;
		s->page = m->watch.page;
		s->ntemplates = m->watch.templates.n;
	}
}

static const char *token(void *self)
{
	return ((struct world *)self)->token;
}

static void take_snapshot(void *self, struct capacity *cap, const struct member **ret,
			  uint32_t *ret_n)
{
	struct world *w = self;
	w->snapshots++;
	*cap = (struct capacity){.foreign_pods = 3};
	*ret = w->members;
	*ret_n = w->nmembers;
}

static bool take_changes(void *self, struct msg_report *rep)
{
	struct world *w = self;
	if (w->changes == 0)
		return false;
	w->changes--;
	rep->members = w->members;
	rep->nmembers = 1;
	return true;
}

static void on_orders(void *self, uint64_t epoch, const struct order *v, uint32_t n)
{
	struct world *w = self;
	buf_printf(&w->told, "orders:%u:%u", (unsigned)epoch, n);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&w->told, ":%s", v[i].pod);
	buf_puts(&w->told, " ");
}

static void on_template(void *self, const char *hash, const char *text)
{
	buf_printf(&((struct world *)self)->told, "template:%s=%s ", hash, text);
}

static void templates(void *self, struct strs *ret)
{
	static const char *const held[] = {"ns/h1"};
	struct world *w = self;
	*ret = w->held.n ? w->held : (struct strs){held, 1};
}

static void on_state(void *self, bool connected, const char *why)
{
	struct world *w = self;
	(void)why;
	buf_puts(&w->told, connected ? "up " : "down ");
}

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	(void)msg;
	(void)kv;
	(void)n;
	((struct world *)self)->warnings += level == LOG_WARN;
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct agent_session_config cfg = {.node = "n1",
					   .boot_id = "b",
					   .version = "1",
					   .agent = "a1",
					   .address = "svc:7117",
					   .dial_ms = 3000,
					   .ack_ms = 3000,
					   .backoff_base_ms = 200,
					   .backoff_cap_ms = 5000,
					   .self = w,
					   .token = token,
					   .take_snapshot = take_snapshot,
					   .take_changes = take_changes,
					   .on_orders = on_orders,
					   .on_template = on_template,
					   .templates = templates,
					   .on_state = on_state};
	struct link_client link = {w, link_dial, link_hang_up, link_request};
	w->told = BUF_INIT(100000);
	w->token = "tok";
	w->now = 1000;
	for (size_t i = 0; i < ARRAY_LEN(w->members); i++)
		w->members[i] = (struct member){.pod = "p", .node = "n1"};
	w->log = (struct log){.min = LOG_DEBUG, .self = w, .sink = sink};
	w->s = agent_session_new(&cfg, &link, &w->log, 1);
	w->link = agent_session_sink(w->s);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	agent_session_free(w->s);
	buf_done(&w->told);
	free(w);
	return 0;
}

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->told), text);
	buf_reset(&w->told);
}

static struct sent *last(struct world *w, enum link_channel ch)
{
	for (uint32_t i = w->nsent; i > 0; i--) {
		if (w->sent[i - 1].ch == ch)
			return &w->sent[i - 1];
	}
	must(!"nothing was sent on that channel");
	return NULL;
}

static void answer(struct world *w, enum link_channel ch, struct msg m)
{
	w->link.on_reply(w->link.self, ch, &m);
}

static struct msg welcome(uint64_t session, uint64_t epoch, bool more)
{
	return (struct msg){.type = MSG_WELCOME,
			    .welcome = {.session = session,
					.epoch = epoch,
					.heartbeat_ms = 2000,
					.hold_ms = 30000,
					.more = more}};
}

static struct msg reject(enum reject why, const char *leader)
{
	return (struct msg){.type = MSG_REJECT,
			    .reject = {.reason = why, .message = "no", .leader = leader}};
}

static void pass(struct world *w, int64_t ms)
{
	w->now += ms;
	agent_session_tick(w->s, w->now);
}

static void until_due(struct world *w)
{
	int64_t due = agent_session_deadline(w->s);
	assert_true(due >= w->now && due < INT64_MAX);
	pass(w, due - w->now);
}

/* Session 9 of epoch 41 is up. */
static void up(struct world *w)
{
	agent_session_start(w->s, w->now);
	expect(w, "dial:svc:7117 ");
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(9, 41, false));
	expect(w, "up ");
	assert_true(agent_session_connected(w->s));
}

static void ack(struct world *w)
{
	struct sent *s = last(w, LINK_REPORT);
	answer(w, LINK_REPORT,
	       (struct msg){.type = MSG_ACK, .ack = {.session = s->session, .seq = s->seq}});
}

static struct msg orders(uint64_t revision, uint32_t page, bool more, const struct order *v,
			 uint32_t n)
{
	return (struct msg){.type = MSG_ORDERS,
			    .orders = {.session = 9,
				       .epoch = 41,
				       .revision = revision,
				       .page = page,
				       .more = more,
				       .orders = v,
				       .norders = n}};
}

/* ---- changes ---- */

static struct msg change(uint64_t since, uint64_t revision, const struct order *v, uint32_t n,
			 uint32_t total)
{
	struct msg m = orders(revision, 0, false, v, n);
	m.orders.since = since;
	m.orders.total = total;
	return m;
}

static void changes_make_the_whole_set(void **state)
{
	struct world *w = *state;
	const struct order v[] = {{.pod = "a", .number = 1}, {.pod = "b", .number = 2}};
	const struct order more[] = {{.pod = "b", .number = 2, .ticket = 3},
				     {.pod = "c", .number = 3}};
	const uint32_t gone[] = {1};
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, false, v, 2));
	expect(w, "orders:41:2:a:b ");
	answer(w, LINK_WATCH, change(7, 8, more, 2, 3));
	expect(w, "orders:41:3:a:b:c ");
	assert_int_equal(last(w, LINK_WATCH)->revision, 8);
	struct msg m = change(8, 9, NULL, 0, 2);
	m.orders.gone = gone;
	m.orders.ngone = 1;
	answer(w, LINK_WATCH, m);
	expect(w, "orders:41:2:b:c ");
}

/* It asks for the set that it has, or for the whole one; its orders stay as they are. */
static void changes_of_other_sets_are_left(void **state)
{
	struct world *w = *state;
	const struct order v[] = {{.pod = "a", .number = 1}, {.pod = "b", .number = 2}};
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, false, v, 2));
	expect(w, "orders:41:2:a:b ");
	answer(w, LINK_WATCH, change(6, 8, NULL, 0, 2));
	assert_int_equal(last(w, LINK_WATCH)->revision, 7);
	answer(w, LINK_WATCH, change(7, 8, NULL, 0, 5));
	assert_int_equal(last(w, LINK_WATCH)->revision, 0);
	expect(w, "");
	answer(w, LINK_WATCH, orders(8, 0, false, v, 1));
	expect(w, "orders:41:1:a ");
	assert_true(agent_session_connected(w->s));
}

/* A new session knows no revision of the one before. */
static void changes_of_the_session_before(void **state)
{
	struct world *w = *state;
	const struct order v[] = {{.pod = "a", .number = 1}};
	struct agent_orders_view view;
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, false, v, 1));
	agent_session_orders(w->s, &view);
	assert_int_equal(view.revision, 7);
	assert_int_equal(view.n, 1);
	w->link.on_closed(w->link.self, "gone");
	until_due(w);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(9, 41, false));
	assert_int_equal(last(w, LINK_WATCH)->revision, 0);
	buf_reset(&w->told);
	answer(w, LINK_WATCH, change(7, 8, NULL, 0, 1));
	expect(w, "");
}

/* ---- hello ---- */

static void hello_and_watch(void **state)
{
	struct world *w = *state;
	w->nmembers = 2;
	up(w);
	struct sent *h = &w->sent[0];
	assert_int_equal(h->type, MSG_HELLO);
	assert_string_equal(h->token, "tok");
	assert_string_equal(h->node, "n1");
	assert_true(h->deltas);
	assert_int_equal(h->nmembers, 2);
	assert_true(h->last_page);
	struct sent *watch = last(w, LINK_WATCH);
	assert_int_equal(watch->session, 9);
	assert_int_equal(watch->revision, 0);
	assert_int_equal(watch->ntemplates, 1);
	assert_int_equal(w->nsent, 2);
}

static void hello_in_pages(void **state)
{
	struct world *w = *state;
	w->nmembers = PAGE_MEMBERS_MAX * 2 + 1;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	uint32_t first = last(w, LINK_REPORT)->nmembers;
	assert_true(first > 4 && first < PAGE_MEMBERS_MAX); /* nobody knows it yet: a few */
	assert_false(last(w, LINK_REPORT)->last_page);
	w->nmembers = 0; /* what was taken once is told */
	answer(w, LINK_REPORT, welcome(9, 41, true));
	assert_int_equal(last(w, LINK_REPORT)->page, 1);
	assert_int_equal(last(w, LINK_REPORT)->nmembers, PAGE_MEMBERS_MAX);
	assert_string_equal(last(w, LINK_REPORT)->token, ""); /* once is enough */
	answer(w, LINK_REPORT, welcome(9, 41, true));
	assert_int_equal(last(w, LINK_REPORT)->nmembers, PAGE_MEMBERS_MAX + 1 - first);
	assert_true(last(w, LINK_REPORT)->last_page);
	assert_false(agent_session_connected(w->s));
	answer(w, LINK_REPORT, welcome(9, 41, false));
	assert_true(agent_session_connected(w->s));
	assert_int_equal(w->snapshots, 1);
}

static void large_members_make_small_pages(void **state)
{
	struct world *w = *state;
	static char message[2000];
	memset(message, 'm', sizeof message - 1);
	for (size_t i = 0; i < ARRAY_LEN(w->members); i++)
		w->members[i].message = message;
	w->nmembers = 60;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	assert_true(last(w, LINK_REPORT)->nmembers <= 2);
	answer(w, LINK_REPORT, welcome(9, 41, true));
	assert_true(last(w, LINK_REPORT)->nmembers >= 10);
	assert_true(last(w, LINK_REPORT)->nmembers * 2000 < FRAME_AGENT_MAX - TOKEN_BYTES_MAX);
}

static void welcome_that_does_not_fit(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(9, 41, true));
	expect(w, "dial:svc:7117 hangup down ");
}

static void no_token(void **state)
{
	struct world *w = *state;
	w->token = NULL;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	assert_int_equal(w->nsent, 0);
	expect(w, "dial:svc:7117 hangup down ");
	w->token = "tok";
	until_due(w);
	w->link.on_open(w->link.self);
	assert_int_equal(w->nsent, 1);
}

/* ---- failures of the connection ---- */

static void dial_times_out_and_backs_off(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	int64_t pause = 0;
	for (int i = 0; i < 8; i++) {
		assert_int_equal(agent_session_deadline(w->s), w->now + 3000);
		pass(w, 3000);
		pause = agent_session_deadline(w->s) - w->now;
		assert_true(pause >= 100 && pause <= 5000);
		until_due(w);
	}
	assert_true(pause >= 2500);
}

static void refused_dial(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_closed(w->link.self, "refused");
	expect(w, "dial:svc:7117 hangup down ");
	w->link.on_closed(w->link.self, "refused"); /* late: nothing more happens */
	expect(w, "");
	until_due(w);
	expect(w, "dial:svc:7117 ");
}

static void hello_unanswered(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	pass(w, 2999);
	expect(w, "dial:svc:7117 ");
	pass(w, 1);
	expect(w, "hangup down ");
	answer(w, LINK_REPORT, welcome(9, 41, false)); /* too late */
	assert_false(agent_session_connected(w->s));
}

static void lost_connection_says_everything_again(void **state)
{
	struct world *w = *state;
	up(w);
	w->link.on_closed(w->link.self, "reset");
	expect(w, "hangup down ");
	until_due(w);
	w->link.on_open(w->link.self);
	assert_int_equal(w->snapshots, 2);
	answer(w, LINK_REPORT, welcome(10, 41, false));
	assert_int_equal(last(w, LINK_WATCH)->revision,
			 0); /* revisions of another session are void */
	expect(w, "dial:svc:7117 up ");
}

/* ---- reports ---- */

static void heartbeats(void **state)
{
	struct world *w = *state;
	up(w);
	assert_int_equal(agent_session_deadline(w->s), w->now + 2000);
	pass(w, 2000);
	struct sent *r = last(w, LINK_REPORT);
	assert_int_equal(r->type, MSG_REPORT);
	assert_int_equal(r->session, 9);
	assert_int_equal(r->seq, 0);
	ack(w);
	pass(w, 2000);
	assert_int_equal(last(w, LINK_REPORT)->seq, 1);
}

static void no_ack_is_a_dead_connection(void **state)
{
	struct world *w = *state;
	up(w);
	pass(w, 2000);
	answer(w, LINK_REPORT, (struct msg){.type = MSG_ACK, .ack = {.session = 9, .seq = 5}});
	pass(w, 2999); /* an Ack of something else does not count */
	expect(w, "");
	pass(w, 1);
	expect(w, "hangup down ");
}

static void changes_go_at_once(void **state)
{
	struct world *w = *state;
	up(w);
	w->changes = 2;
	agent_session_poke(w->s);
	assert_int_equal(agent_session_deadline(w->s), w->now);
	uint32_t before = w->nsent;
	pass(w, 0);
	assert_int_equal(w->nsent, before + 1);
	assert_int_equal(last(w, LINK_REPORT)->nmembers, 1);
	pass(w, 0); /* one at a time */
	assert_int_equal(w->nsent, before + 1);
	ack(w);
	pass(w, 0); /* the rest of what changed */
	assert_int_equal(w->nsent, before + 2);
	ack(w);
	pass(w, 0); /* asked once more, nothing: no frame */
	assert_int_equal(w->nsent, before + 2);
	agent_session_poke(w->s);
	pass(w, 0); /* a poke without a change sends nothing */
	assert_int_equal(w->nsent, before + 2);
}

static void newer_token_goes_along(void **state)
{
	struct world *w = *state;
	up(w);
	w->token = "tok2";
	pass(w, 2000);
	assert_string_equal(last(w, LINK_REPORT)->token, "tok2");
	ack(w);
	pass(w, 2000);
	assert_string_equal(last(w, LINK_REPORT)->token, "");
}

/* ---- refusals ---- */

static void redirect_is_tried_once(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, reject(REJECT_NOT_LEADER, "10.0.0.2:7117"));
	expect(w, "dial:svc:7117 down dial:10.0.0.2:7117 ");
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, reject(REJECT_NOT_LEADER, "10.0.0.3:7117"));
	expect(w, "hangup down ");
	assert_true(agent_session_deadline(w->s) - w->now <= 1000);
	until_due(w);
	expect(w, "dial:svc:7117 ");
}

static void redirect_that_cannot_be_reached(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, reject(REJECT_NOT_LEADER, "10.0.0.2:7117"));
	w->link.on_closed(w->link.self, "refused");
	until_due(w);
	expect(w, "dial:svc:7117 down dial:10.0.0.2:7117 hangup down dial:svc:7117 ");
}

static void leader_steps_down(void **state)
{
	struct world *w = *state;
	up(w);
	answer(w, LINK_WATCH, reject(REJECT_NOT_LEADER, "10.0.0.2:7117"));
	expect(w, "down dial:10.0.0.2:7117 ");
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(3, 50, false));
	expect(w, "up ");
	/* and once more: each session may be sent on */
	answer(w, LINK_WATCH, reject(REJECT_NOT_LEADER, "10.0.0.4:7117"));
	expect(w, "down dial:10.0.0.4:7117 ");
}

static void backoff_is_short_while_a_leader_changes(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	for (int i = 0; i < 12; i++) {
		w->link.on_open(w->link.self);
		answer(w, LINK_REPORT, reject(REJECT_NOT_LEADER, ""));
		assert_true(agent_session_deadline(w->s) - w->now <= 1000);
		until_due(w);
	}
}

static void later_waits_on_the_same_connection(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	for (uint32_t i = 0; i < 10; i++) {
		answer(w, LINK_REPORT, reject(REJECT_LATER, ""));
		assert_true(agent_session_deadline(w->s) - w->now <= 3000);
		until_due(w);
		assert_int_equal(w->nsent, i + 2);
	}
	answer(w, LINK_REPORT, welcome(9, 41, false));
	expect(w, "dial:svc:7117 down up ");
}

static void closed_while_it_waits(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, reject(REJECT_LATER, ""));
	w->link.on_closed(w->link.self, "closed");
	until_due(w);
	expect(w, "dial:svc:7117 down hangup down dial:svc:7117 ");
}

static void dead_session_says_hello_again(void **state)
{
	struct world *w = *state;
	up(w);
	pass(w, 2000);
	answer(w, LINK_REPORT, reject(REJECT_SESSION, ""));
	expect(w, "down ");
	until_due(w);
	assert_int_equal(last(w, LINK_REPORT)->type, MSG_HELLO);
	expect(w, ""); /* no dial */
}

static void refused_for_good_keeps_trying(void **state)
{
	static const enum reject why[] = {REJECT_TOKEN, REJECT_NODE, REJECT_VERSION,
					  REJECT_MALFORMED};
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	for (size_t i = 0; i < ARRAY_LEN(why); i++) {
		w->link.on_open(w->link.self);
		answer(w, LINK_REPORT, reject(why[i], ""));
		until_due(w);
	}
	expect(w, "dial:svc:7117 hangup down dial:svc:7117 hangup dial:svc:7117 hangup "
		  "dial:svc:7117 hangup dial:svc:7117 ");
}

static void an_outage_is_a_few_lines(void **state)
{
	struct world *w = *state;
	up(w);
	w->link.on_closed(w->link.self, "reset");
	assert_int_equal(w->warnings, 1);
	for (int64_t end = w->now + 59000; w->now < end;) { /* the reasons alternate */
		until_due(w);
		w->link.on_closed(w->link.self, "refused");
		until_due(w);
		w->link.on_open(w->link.self);
		answer(w, LINK_REPORT, reject(REJECT_NOT_LEADER, ""));
	}
	assert_in_range(w->warnings, 1, 2);
	for (int i = 0; i < 20; i++) {
		until_due(w);
		w->link.on_closed(w->link.self, "refused");
	}
	assert_int_equal(w->warnings, 2);
}

static void retry_is_now(void **state)
{
	struct world *w = *state;
	agent_session_start(w->s, w->now);
	for (int i = 0; i < 10; i++) {
		w->link.on_closed(w->link.self, "refused");
		until_due(w);
	}
	agent_session_retry(w->s); /* nothing while it dials */
	assert_int_equal(agent_session_deadline(w->s), w->now + 3000);
	w->link.on_closed(w->link.self, "refused");
	assert_true(agent_session_deadline(w->s) > w->now);
	agent_session_retry(w->s);
	assert_int_equal(agent_session_deadline(w->s), w->now);
	w->link.on_closed(w->link.self, "late");
	until_due(w);
	w->link.on_closed(w->link.self, "refused");
	assert_true(agent_session_deadline(w->s) <= w->now + 200); /* the backoff began anew */
}

/* ---- orders ---- */

static void whole_set_is_handed_on(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}, {.pod = "b"}};
	struct template_text t[] = {{"h2", "{}", "ns"}, {"h2", "{}", ""}};
	up(w);
	struct msg m = orders(7, 0, false, v, 2);
	m.orders.templates = t;
	m.orders.ntemplates = 2; /* the second one is as older coordinators send them */
	answer(w, LINK_WATCH, m);
	expect(w, "template:ns/h2={} template:h2={} orders:41:2:a:b ");
	assert_int_equal(last(w, LINK_WATCH)->revision, 7);
	answer(w, LINK_WATCH, orders(7, 0, false, NULL, 0)); /* the hold time ended: unchanged */
	expect(w, "");
	answer(w, LINK_WATCH, orders(8, 0, false, NULL, 0)); /* an empty set */
	expect(w, "orders:41:0 ");
	assert_int_equal(last(w, LINK_WATCH)->revision, 8);
}

static void names_fit_into_a_frame(void **state)
{
	enum { MANY = 3000 };
	static char name[100];
	static const char *many[MANY];
	struct world *w = *state;
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, false, NULL, 0));
	assert_int_equal(w->sent[w->nsent - 1].ntemplates, 1);
	memset(name, 'x', sizeof name - 1);
	for (uint32_t i = 0; i < MANY; i++)
		many[i] = name;
	w->held = (struct strs){many, MANY};
	answer(w, LINK_WATCH, orders(8, 0, false, NULL, 0));
	uint32_t n = w->sent[w->nsent - 1].ntemplates;
	assert_true(n > 500 && n * sizeof name < FRAME_AGENT_MAX);
	for (uint32_t i = 0; i < MANY; i++)
		many[i] = "h";
	answer(w, LINK_WATCH, orders(9, 0, false, NULL, 0));
	assert_int_equal(w->sent[w->nsent - 1].ntemplates, 2048);
}

static void pages_are_put_together(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}, {.pod = "b"}, {.pod = "c"}};
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, true, &v[0], 1));
	assert_int_equal(last(w, LINK_WATCH)->page, 1);
	assert_int_equal(last(w, LINK_WATCH)->revision, 7);
	answer(w, LINK_WATCH, orders(7, 1, true, &v[1], 1));
	expect(w, "");
	answer(w, LINK_WATCH, orders(7, 2, false, &v[2], 1));
	expect(w, "orders:41:3:a:b:c ");
	assert_int_equal(last(w, LINK_WATCH)->page, 0);
}

static void set_that_changes_between_pages(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}, {.pod = "b"}, {.pod = "c"}};
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, true, &v[0], 1));
	answer(w, LINK_WATCH, orders(8, 0, true, &v[1], 1)); /* begins anew */
	answer(w, LINK_WATCH, orders(8, 1, false, &v[2], 1));
	expect(w, "orders:41:2:b:c ");
	/* a page that fits nothing: asked for from the beginning, never a set with a hole */
	answer(w, LINK_WATCH, orders(9, 4, false, &v[0], 1));
	expect(w, "");
	assert_int_equal(last(w, LINK_WATCH)->page, 0);
	assert_int_equal(last(w, LINK_WATCH)->revision, 8);
}

static void older_epochs_are_refused(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}};
	struct agent_session_stats stats;
	up(w);
	assert_int_equal(last(w, LINK_REPORT)->epoch, 0);
	struct msg m = orders(7, 0, false, v, 1);
	m.orders.epoch = 40;
	answer(w, LINK_WATCH, m);
	expect(w, "hangup down ");
	until_due(w);
	w->link.on_open(w->link.self);
	assert_int_equal(last(w, LINK_REPORT)->epoch, 41); /* so it could know */
	answer(w, LINK_REPORT, welcome(4, 40, false)); /* an old leader that does not know it yet */
	assert_false(agent_session_connected(w->s));
	expect(w, "dial:svc:7117 hangup down ");
	agent_session_stats(w->s, &stats);
	assert_int_equal(stats.orders_refused, 1);
	assert_int_equal(stats.epoch, 41);
}

static void revisions_of_another_session_are_void(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}};
	up(w);
	answer(w, LINK_WATCH, orders(7, 0, false, v, 1));
	answer(w, LINK_WATCH, orders(8, 0, true, v, 1)); /* half a set */
	w->link.on_closed(w->link.self, "reset");
	until_due(w);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(9, 41, false));
	assert_int_equal(last(w, LINK_WATCH)->revision, 0);
	assert_int_equal(last(w, LINK_WATCH)->page, 0);
}

/* Orders of before count for nothing until the session has brought its own. */
static void heard_from_its_orders_on(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "a"}};
	up(w);
	assert_true(agent_session_heard(w->s) == INT64_MIN / 2);
	pass(w, 2000);
	ack(w);
	assert_true(agent_session_heard(w->s) == INT64_MIN / 2);
	answer(w, LINK_WATCH, orders(7, 0, true, v, 1)); /* half a set */
	assert_true(agent_session_heard(w->s) == INT64_MIN / 2);
	answer(w, LINK_WATCH, orders(7, 1, false, v, 1));
	assert_true(agent_session_heard(w->s) >= 0);
	pass(w, 2000);
	ack(w);
	int64_t heard_ms = agent_session_heard(w->s);
	assert_int_equal(heard_ms, w->now);
	w->link.on_closed(w->link.self, "reset");
	assert_int_equal(agent_session_heard(w->s), heard_ms); /* a lease: it runs out by itself */
	until_due(w);
	w->link.on_open(w->link.self);
	answer(w, LINK_REPORT, welcome(9, 41, false));
	assert_true(agent_session_heard(w->s) == INT64_MIN / 2);
}

static void watch_unanswered(void **state)
{
	struct world *w = *state;
	up(w);
	int64_t end = w->now + 33000;
	while (w->now < end - 1) {
		int64_t due = agent_session_deadline(w->s);
		pass(w, (due < end - 1 ? due : end - 1) - w->now);
		ack(w);
	}
	assert_true(agent_session_connected(w->s));
	pass(w, 1);
	assert_false(agent_session_connected(w->s));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(changes_make_the_whole_set),
		T(changes_of_other_sets_are_left),
		T(changes_of_the_session_before),
		T(hello_and_watch),
		T(hello_in_pages),
		T(large_members_make_small_pages),
		T(welcome_that_does_not_fit),
		T(no_token),
		T(dial_times_out_and_backs_off),
		T(refused_dial),
		T(hello_unanswered),
		T(lost_connection_says_everything_again),
		T(heartbeats),
		T(no_ack_is_a_dead_connection),
		T(changes_go_at_once),
		T(newer_token_goes_along),
		T(redirect_is_tried_once),
		T(redirect_that_cannot_be_reached),
		T(leader_steps_down),
		T(backoff_is_short_while_a_leader_changes),
		T(later_waits_on_the_same_connection),
		T(closed_while_it_waits),
		T(dead_session_says_hello_again),
		T(refused_for_good_keeps_trying),
		T(an_outage_is_a_few_lines),
		T(retry_is_now),
		T(whole_set_is_handed_on),
		T(names_fit_into_a_frame),
		T(pages_are_put_together),
		T(set_that_changes_between_pages),
		T(older_epochs_are_refused),
		T(revisions_of_another_session_are_void),
		T(heard_from_its_orders_on),
		T(watch_unanswered),
	};
	return cmocka_run_group_tests_name("agent_session", tests, NULL, NULL);
}
