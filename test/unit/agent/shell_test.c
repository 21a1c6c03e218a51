/* SPDX-License-Identifier: Apache-2.0 */
/* A whole agent against the coordinator's sessions, over a network in memory: frames are encoded
 * and decoded as on the wire, and lost, cut or late when a test says so. The API server is a fake.
 */
#include "agent/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sync/server_sessions.h"
#include "test/unit/sync/fake_api.h"
#include "wire/wire.h"

#define AGENTS "system:serviceaccount:muster:agent"
enum { FRAMES_MAX = 64, WALL = 1000000 };

struct frame {
	bool to_server;
	uint64_t pipe, ticket;
	enum link_channel ch;
	struct buf bytes;
};

struct world {
	struct fake_api api, server_api; /* the agent's, the coordinator's */
	struct agent *a;
	struct server_sessions *s;
	struct link_client_sink client;
	struct link_server_sink server;
	struct frame frames[FRAMES_MAX];
	uint32_t nframes;
	uint64_t pipe, last_pipe, ticket; /* pipe 0: not connected */
	uint64_t asked[LINK_CHANNEL_N];   /* the ticket that each channel waits for */
	bool dialing;
	int64_t now;
	struct order order;
	struct orders_view view;
	const char *token;
	struct buf told;
};

/* ---- the network ---- */

static void send_frame(struct world *w, bool to_server, uint64_t pipe, uint64_t ticket,
		       enum link_channel ch, const struct msg *msg)
{
	must(w->nframes < FRAMES_MAX);
	struct frame *f = &w->frames[w->nframes++];
	size_t max = to_server ? FRAME_AGENT_MAX : FRAME_COORDINATOR_MAX;
	*f = (struct frame){to_server, pipe, ticket, ch, BUF_INIT(max)};
	must(wire_encode(msg, max, &f->bytes, NULL) == RC_OK);
}

static void client_dial(void *self, const char *address)
{
	struct world *w = self;
	buf_printf(&w->told, "dial:%s ", address);
	if (w->pipe)
		w->server.on_pipe_closed(w->server.self, w->pipe);
	w->pipe = 0;
	w->dialing = true;
}

static void client_hang_up(void *self)
{
	struct world *w = self;
	if (w->pipe)
		w->server.on_pipe_closed(w->server.self, w->pipe);
	w->pipe = 0;
	w->dialing = false;
}

static void client_request(void *self, enum link_channel ch, const struct msg *msg)
{
	struct world *w = self;
	must(w->pipe);
	w->asked[ch] = ++w->ticket;
	send_frame(w, true, w->pipe, w->ticket, ch, msg);
}

static void server_reply(void *self, uint64_t ticket, const struct msg *msg)
{
	struct world *w = self;
	send_frame(w, false, 0, ticket, 0, msg);
}

static void server_close(void *self, uint64_t pipe)
{
	struct world *w = self;
	if (pipe != w->pipe)
		return;
	w->pipe = 0;
	w->client.on_closed(w->client.self, "closed by the peer");
}

static void connect(struct world *w)
{
	if (!w->dialing)
		return;
	w->dialing = false;
	w->pipe = ++w->last_pipe;
	w->server.on_pipe_open(w->server.self, w->pipe, "10.0.0.7:4000");
	w->client.on_open(w->client.self);
}

static void deliver(struct world *w, const struct frame *f)
{
	struct arena arena = ARENA_INIT(WIRE_ARENA_COORDINATOR_MAX);
	struct msg msg;
	size_t max = f->to_server ? FRAME_AGENT_MAX : FRAME_COORDINATOR_MAX;
	must(wire_decode(buf_str(&f->bytes), f->bytes.len, max, &arena, &msg, NULL) == RC_OK);
	if (f->to_server)
		w->server.on_request(w->server.self, f->pipe, f->ticket, &msg);
	for (int ch = 0; !f->to_server && w->pipe && ch < LINK_CHANNEL_N; ch++) {
		if (w->asked[ch] == f->ticket) {
			w->asked[ch] = 0;
			w->client.on_reply(w->client.self, (enum link_channel)ch, &msg);
		}
	}
	arena_done(&arena);
}

static void take_frame(struct world *w, bool lose)
{
	struct frame f = w->frames[0];
	w->nframes--;
	memmove(&w->frames[0], &w->frames[1], w->nframes * sizeof f);
	if (!lose)
		deliver(w, &f);
	buf_done(&f.bytes);
}

/* ---- the coordinator's owner ---- */

static void on_hello(void *self, const char *node, uint64_t session, const struct msg_hello *h)
{
	struct world *w = self;
	(void)session;
	buf_printf(&w->told, "hello:%s:%u", node, h->capacity.foreign_pods);
	for (uint32_t i = 0; i < h->nmembers; i++)
		buf_printf(&w->told, ":%s=%s", h->members[i].pod,
			   member_phase_text(h->members[i].phase));
	buf_puts(&w->told, " ");
}

static void on_report(void *self, const char *node, uint64_t session, const struct msg_report *r)
{
	struct world *w = self;
	(void)session;
	(void)node;
	buf_puts(&w->told, "report");
	for (uint32_t i = 0; i < r->nmembers; i++)
		buf_printf(&w->told, ":%s=%s", r->members[i].pod,
			   member_phase_text(r->members[i].phase));
	if (r->has_capacity)
		buf_printf(&w->told, ":foreign=%u", r->capacity.foreign_pods);
	buf_puts(&w->told, " ");
}

static void on_heard(void *self, const char *node, uint64_t session)
{
	(void)self;
	(void)node;
	(void)session;
}

static void on_hangup(void *self, const char *node, uint64_t session)
{
	(void)node;
	(void)session;
	buf_puts(&((struct world *)self)->told, "hangup ");
}

static struct orders_view orders(void *self, const char *node)
{
	(void)node;
	return ((struct world *)self)->view;
}

static const char *template_text(void *self, const char *ns, const char *hash)
{
	(void)ns;
	(void)self;
	return str_eq(hash, "h") ? "{\"spec\":{}}" : NULL;
}

static const char *token(void *self)
{
	return ((struct world *)self)->token;
}

/* ---- life ---- */

static void new_server(struct world *w)
{
	struct server_sessions_config cfg = {.agent_username = AGENTS,
					     .heartbeat_ms = 2000,
					     .hold_ms = 30000,
					     .hello_wait_ms = 5000,
					     .reviews_max = 8,
					     .pipes_waiting_max = 8,
					     .drafts_bytes_max = 1 << 20,
					     .self = w,
					     .on_hello = on_hello,
					     .on_report = on_report,
					     .on_heard = on_heard,
					     .on_hangup = on_hangup,
					     .orders = orders,
					     .template_text = template_text};
	struct api api = fake_api(&w->server_api);
	struct link_server link = {w, server_reply, server_close, NULL};
	w->s = server_sessions_new(&cfg, &api, &link, NULL);
	w->server = server_sessions_sink(w->s);
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	w->now = 1000;
	w->token = "tok";
	w->told = BUF_INIT(100000);
	w->order = (struct order){.ns = "ns",
				  .job_name = "job",
				  .job_uid = "J",
				  .pod = "p",
				  .attempt = 1,
				  .parallelism = 1,
				  .template_hash = "h",
				  .launch = true};
	new_server(w);
	struct agent_config cfg = {.node = "n1",
				   .boot_id = "boot",
				   .version = "1",
				   .identity = "a1",
				   .coordinator = "svc:7117",
				   .launch = true,
				   .seed = 1,
				   .self = w,
				   .token = token};
	struct api api = fake_api(&w->api);
	struct link_client link = {w, client_dial, client_hang_up, client_request};
	w->a = agent_new(&cfg, &api, &link, NULL);
	w->client = agent_link_sink(w->a);
	server_sessions_now(w->s, w->now, WALL);
	server_sessions_lead(w->s, 41);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	agent_free(w->a);
	server_sessions_free(w->s);
	while (w->nframes > 0)
		take_frame(w, true);
	int left = fake_live(&w->api) + fake_live(&w->server_api) != 0;
	buf_done(&w->told);
	free(w);
	return left;
}

/* ---- steps ---- */

static void review_tokens(struct world *w)
{
	for (uint32_t i = 0; i < w->server_api.n; i++) {
		struct fake_op *op = fake_at(&w->server_api, i);
		if (!op->live)
			continue;
		struct token_identity t = {
			.authenticated = true, .username = AGENTS, .node_name = "n1"};
		fake_object(op, WATCH_ADDED,
			    &(struct api_object){.kind = API_TOKENREVIEW, .token = &t});
		fake_end(op, RC_OK);
	}
}

/* Until nothing is on its way. */
static void settle(struct world *w)
{
	for (int i = 0; i < 200; i++) {
		connect(w);
		review_tokens(w);
		agent_turn(w->a, w->now, WALL + w->now);
		server_sessions_tick(w->s, w->now, WALL + w->now);
		if (w->nframes == 0 && !w->dialing)
			return;
		while (w->nframes > 0)
			take_frame(w, false);
	}
	fail_msg("it never comes to rest");
}

static void pass(struct world *w, int64_t ms)
{
	int64_t end = w->now + ms;
	while (w->now < end) {
		int64_t due = agent_deadline(w->a);
		w->now = due > w->now && due < end ? due : end;
		settle(w);
	}
}

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->told), text);
	buf_reset(&w->told);
}

static struct fake_op *live_op(struct world *w, enum api_verb verb, enum api_kind kind)
{
	for (uint32_t i = w->api.n; i > 0; i--) {
		struct fake_op *op = fake_at(&w->api, i - 1);
		if (op->live && op->verb == verb && op->kind == kind)
			return op;
	}
	return NULL;
}

static struct kv labels[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "1"}, {LABEL_TEMPLATE, "h"}};

static void give_pod(struct fake_op *op, enum watch_event ev, const char *name, bool member,
		     enum pod_phase phase, const char *rv)
{
	struct pod p = {.meta = {.ns = "ns", .name = name, .uid = "u1", .rv = rv},
			.node = "n1",
			.phase = phase,
			.started = phase != POD_PENDING,
			.working = phase != POD_PENDING};
	if (member) {
		p.meta.owner_kind = KIND_JOB_NAME;
		p.meta.owner_name = "job";
		p.meta.owner_uid = "J";
		p.meta.labels = (struct kvs){labels, ARRAY_LEN(labels)};
	}
	fake_object(op, ev, &(struct api_object){.kind = API_POD, .meta = &p.meta, .pod = &p});
}

static void list_own_node(struct world *w)
{
	struct fake_op *op = live_op(w, API_LIST, API_NODE);
	assert_non_null(op);
	assert_string_equal(op->field_selector, "metadata.name=n1");
	fake_node(op, WATCH_ADDED, "n1", "N", "3");
	fake_listed(op, "10", "");
}

static void list_pods(struct world *w, bool member)
{
	struct fake_op *op = live_op(w, API_LIST, API_POD);
	assert_non_null(op);
	assert_string_equal(op->field_selector, "spec.nodeName=n1");
	give_pod(op, WATCH_ADDED, "other", false, POD_RUNNING, "4");
	if (member)
		give_pod(op, WATCH_ADDED, "p", true, POD_RUNNING, "5");
	fake_listed(op, "10", "");
}

static void started(struct world *w)
{
	agent_start(w->a, w->now, WALL + w->now);
	list_own_node(w);
	list_pods(w, false);
	settle(w);
	expect(w, "dial:svc:7117 hello:n1:1 ");
}

static void order(struct world *w, uint32_t n)
{
	w->view = (struct orders_view){w->view.revision + 1, &w->order, n};
	server_sessions_orders_changed(w->s, "n1");
	settle(w);
}

/* ---- stories ---- */

static void says_hello_when_it_knows_its_pods(void **state)
{
	struct world *w = *state;
	const char *missing;
	agent_start(w->a, w->now, WALL + w->now);
	settle(w);
	expect(w, ""); /* an empty Hello would tell that members are gone */
	assert_false(agent_ready(w->a, &missing));
	assert_string_equal(missing, "the pods of this node are not known yet");
	list_pods(w, true);
	settle(w);
	expect(w, "dial:svc:7117 hello:n1:1:p=Running ");
	assert_false(agent_ready(w->a, &missing));
	list_own_node(w);
	assert_true(agent_ready(w->a, &missing));
}

static void there_is_no_such_node(void **state)
{
	struct world *w = *state;
	const char *missing;
	agent_start(w->a, w->now, WALL + w->now);
	fake_listed(live_op(w, API_LIST, API_NODE), "10", "");
	list_pods(w, false);
	settle(w);
	assert_false(agent_ready(w->a, &missing));
	assert_string_equal(missing, "there is no Node object of this node's name");
}

static void runs_a_member(void **state)
{
	struct world *w = *state;
	struct agent_stats stats;
	started(w);
	order(w, 1);
	struct fake_op *op = live_op(w, API_CREATE, API_POD);
	assert_non_null(op);
	assert_string_equal(op->name, "p");
	assert_string_equal(op->ns, "ns");
	assert_string_equal(op->token, "{\"spec\":{}}");
	give_pod(op, WATCH_ADDED, "p", true, POD_PENDING, "11");
	fake_end(op, RC_OK);
	settle(w);
	expect(w, "report:p=Pending ");
	struct fake_op *watch = live_op(w, API_WATCH, API_POD);
	give_pod(watch, WATCH_ADDED, "p", true, POD_PENDING, "11");
	give_pod(watch, WATCH_MODIFIED, "p", true, POD_RUNNING, "12");
	settle(w);
	give_pod(watch, WATCH_MODIFIED, "p", true, POD_SUCCEEDED, "13");
	settle(w);
	expect(w, "report:p=Running report:p=Succeeded ");
	w->order.pod_uid = "u1";
	order(w, 1);
	order(w, 0);
	give_pod(watch, WATCH_DELETED, "p", true, POD_SUCCEEDED, "14");
	pass(w, 100000);
	expect(w, "");
	assert_null(live_op(w, API_CREATE, API_POD));
	agent_stats(w->a, &stats);
	assert_int_equal(stats.pods_created, 1);
	assert_int_equal(stats.sessions, 1);
	assert_true(stats.reports >= 50); /* heartbeats */
	assert_int_equal(stats.pods, 1);
	assert_int_equal(stats.members, 0);
}

static void lost_create_is_adopted_by_reading(void **state)
{
	struct world *w = *state;
	started(w);
	order(w, 1);
	fake_end(live_op(w, API_CREATE, API_POD), RC_TIMEOUT);
	pass(w, 400);
	fake_end(live_op(w, API_CREATE, API_POD), RC_EXISTS);
	struct fake_op *get = live_op(w, API_GET, API_POD);
	assert_non_null(get);
	assert_string_equal(get->name, "p");
	give_pod(get, WATCH_ADDED, "p", true, POD_RUNNING, "11");
	fake_end(get, RC_OK);
	settle(w);
	expect(w, "report:p=Running ");
}

static void taken_name_is_free_when_read(void **state)
{
	struct world *w = *state;
	started(w);
	order(w, 1);
	fake_end(live_op(w, API_CREATE, API_POD), RC_EXISTS);
	fake_end(live_op(w, API_GET, API_POD), RC_NOTFOUND);
	assert_null(live_op(w, API_CREATE, API_POD));
	pass(w, 400);
	assert_non_null(live_op(w, API_CREATE, API_POD));
	fake_end(live_op(w, API_CREATE, API_POD), RC_EXISTS);
	fake_end(live_op(w, API_GET, API_POD), RC_TIMEOUT); /* not known: asked again */
	pass(w, 1000);
	assert_non_null(live_op(w, API_CREATE, API_POD));
	expect(w, "");
}

static void denied_is_told(void **state)
{
	struct world *w = *state;
	started(w);
	order(w, 1);
	fake_end(live_op(w, API_CREATE, API_POD), RC_FORBIDDEN);
	settle(w);
	expect(w, "report:p=Denied ");
}

static void lost_report_is_told_with_the_next_hello(void **state)
{
	struct world *w = *state;
	started(w);
	struct fake_op *watch = live_op(w, API_WATCH, API_POD);
	give_pod(watch, WATCH_ADDED, "p", true, POD_RUNNING, "12");
	agent_turn(w->a, w->now, WALL + w->now);
	assert_int_equal(w->nframes, 1);
	take_frame(w, true);
	pass(w, 2999);
	expect(w, "");
	pass(w, 1000); /* no Ack in 3 s: the connection is given up */
	expect(w, "hangup dial:svc:7117 hello:n1:1:p=Running ");
}

static void lost_orders_come_again(void **state)
{
	struct world *w = *state;
	started(w);
	w->view = (struct orders_view){7, &w->order, 1};
	server_sessions_orders_changed(w->s, "n1");
	server_sessions_tick(w->s, w->now, WALL + w->now);
	assert_int_equal(w->nframes, 1);
	take_frame(w, true);
	settle(w);
	assert_null(live_op(w, API_CREATE, API_POD));
	pass(w, 34000); /* the Watch's own deadline */
	assert_non_null(live_op(w, API_CREATE, API_POD));
}

static void coordinator_restarts(void **state)
{
	struct world *w = *state;
	started(w);
	order(w, 1);
	struct fake_op *op = live_op(w, API_CREATE, API_POD);
	give_pod(op, WATCH_ADDED, "p", true, POD_RUNNING, "11");
	fake_end(op, RC_OK);
	settle(w);
	buf_reset(&w->told);
	server_sessions_free(w->s);
	w->pipe = 0;
	new_server(w);
	server_sessions_now(w->s, w->now, WALL + w->now);
	server_sessions_lead(w->s, 50);
	w->view = (struct orders_view){0};
	w->client.on_closed(w->client.self, "reset");
	pass(w, 1000);
	expect(w, "dial:svc:7117 hello:n1:1:p=Running ");
	/* The same revision number of another coordinator is another set. */
	w->view.revision = 0;
	w->order.pod_uid = "u1";
	order(w, 1);
	assert_null(live_op(w, API_CREATE, API_POD));
}

static void old_leader_is_not_obeyed(void **state)
{
	struct world *w = *state;
	started(w);
	server_sessions_free(w->s);
	w->pipe = 0;
	new_server(w);
	server_sessions_now(w->s, w->now, WALL + w->now);
	server_sessions_lead(w->s, 40); /* it does not know yet that 41 came after it */
	w->view = (struct orders_view){3, &w->order, 1};
	w->client.on_closed(w->client.self, "reset");
	pass(w, 3000);
	assert_null(live_op(w, API_CREATE, API_POD));
	assert_null(strstr(buf_str(&w->told), "report"));
}

static void lists_again_in_mid_session(void **state)
{
	struct world *w = *state;
	struct agent_stats stats;
	started(w);
	struct fake_op *watch = live_op(w, API_WATCH, API_POD);
	give_pod(watch, WATCH_ADDED, "p", true, POD_RUNNING, "12");
	settle(w);
	fake_end(watch, RC_GONE);
	pass(w, 1500);
	list_pods(w, false); /* p went while nobody looked */
	settle(w);
	expect(w, "report:p=Running report:p=Gone ");
	agent_stats(w->a, &stats);
	assert_int_equal(stats.sessions, 1);
	assert_int_equal(stats.relists, 1);
}

static void members_beyond_one_page(void **state)
{
	struct world *w = *state;
	agent_start(w->a, w->now, WALL + w->now);
	list_own_node(w);
	struct fake_op *op = live_op(w, API_LIST, API_POD);
	for (uint32_t i = 0; i < 150; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(32);
		buf_printf(&b, "p%u", i);
		give_pod(op, WATCH_ADDED, buf_str(&b), true, POD_RUNNING, "5");
	}
	fake_listed(op, "10", "");
	settle(w);
	uint32_t n = 0;
	for (const char *s = buf_str(&w->told); (s = strstr(s, "=Running")); s++)
		n++;
	assert_int_equal(n, 150);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(says_hello_when_it_knows_its_pods),
		T(there_is_no_such_node),
		T(runs_a_member),
		T(lost_create_is_adopted_by_reading),
		T(taken_name_is_free_when_read),
		T(denied_is_told),
		T(lost_report_is_told_with_the_next_hello),
		T(lost_orders_come_again),
		T(coordinator_restarts),
		T(old_leader_is_not_obeyed),
		T(lists_again_in_mid_session),
		T(members_beyond_one_page),
	};
	return cmocka_run_group_tests_name("agent_shell", tests, NULL, NULL);
}
