/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server_sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sync/server/draft.h"
#include "test/unit/sync/fake_api.h"

#define AGENTS "system:serviceaccount:muster:agent"
enum { WALL = 5000000, REPLIES_MAX = 4096 };

struct reply {
	uint64_t ticket;
	enum msg_type type;
	enum reject reason;
	char leader[FAKE_TEXT];
	struct msg_welcome welcome;
	struct msg_ack ack;
	uint64_t revision, epoch;
	uint64_t since;
	uint32_t page, norders, ntemplates, ngone, total, first_number;
	char first_pod[FAKE_TEXT], first_proof[FAKE_TEXT];
	bool more;
};

struct world {
	struct fake_api api;
	struct server_sessions *s;
	struct link_server_sink link;
	struct reply replies[REPLIES_MAX];
	uint32_t nreplies;
	struct buf told, closed;
	int64_t now;
	struct orders_view view;
	const char *template_text;
	struct log log;
	uint32_t warnings;
	uint64_t next_ticket;
	struct capacity capacity; /* of the last Hello or Report */
	struct buf members;       /* "pod@node " of the last Hello or Report */
	struct buf vouched;
};

static void link_reply(void *self, uint64_t ticket, const struct msg *msg)
{
	struct world *w = self;
	must(w->nreplies < REPLIES_MAX);
	struct reply *r = &w->replies[w->nreplies++];
	*r = (struct reply){.ticket = ticket, .type = msg->type};
	if (msg->type == MSG_REJECT) {
		r->reason = msg->reject.reason;
		fake_copy(r->leader, msg->reject.leader);
	} else if (msg->type == MSG_WELCOME) {
		r->welcome = msg->welcome;
	} else if (msg->type == MSG_ACK) {
		r->ack = msg->ack;
	} else if (msg->type == MSG_ORDERS) {
		r->revision = msg->orders.revision;
		r->epoch = msg->orders.epoch;
		r->page = msg->orders.page;
		r->more = msg->orders.more;
		r->norders = msg->orders.norders;
		r->ntemplates = msg->orders.ntemplates;
		r->since = msg->orders.since;
		r->ngone = msg->orders.ngone;
		r->total = msg->orders.total;
		if (r->norders > 0) {
			fake_copy(r->first_pod, msg->orders.orders[0].pod);
			fake_copy(r->first_proof, str_or_empty(msg->orders.orders[0].proof));
			r->first_number = msg->orders.orders[0].number;
		}
	}
}

static void link_close(void *self, uint64_t pipe)
{
	struct world *w = self;
	buf_printf(&w->closed, "%u ", (unsigned)pipe);
}

static void link_vouch(void *self, uint64_t pipe)
{
	struct world *w = self;
	buf_printf(&w->vouched, "%u ", (unsigned)pipe);
}

/* A token is its own print; those that begin with "bad" are not worth a question. */
static enum reject look(const char *token, const char *username, const char *node,
			char ret_print[TOKEN_PRINT_BYTES], const char **ret_why)
{
	assert_string_equal(username, AGENTS);
	assert_string_equal(node, "n1");
	fake_copy(ret_print, token);
	*ret_why = "its claims";
	return strncmp(token, "bad", 3) == 0 ? REJECT_TOKEN : REJECT_NONE;
}

static void keep(struct world *w, const struct member *v, uint32_t n)
{
	buf_reset(&w->members);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&w->members, "%s@%s ", v[i].pod, v[i].node);
}

static void on_hello(void *self, const char *node, uint64_t session, const struct msg_hello *h)
{
	struct world *w = self;
	buf_printf(&w->told, "hello:%s:%u:%u ", node, (unsigned)session, h->nmembers);
	w->capacity.foreign_pods = h->capacity.foreign_pods;
	keep(w, h->members, h->nmembers);
}

static void on_report(void *self, const char *node, uint64_t session, const struct msg_report *r)
{
	struct world *w = self;
	buf_printf(&w->told, "report:%s:%u:%u ", node, (unsigned)session, r->nmembers);
	keep(w, r->members, r->nmembers);
}

static void on_heard(void *self, const char *node, uint64_t session)
{
	struct world *w = self;
	(void)session;
	buf_printf(&w->told, "heard:%s ", node);
}

static void on_hangup(void *self, const char *node, uint64_t session)
{
	struct world *w = self;
	buf_printf(&w->told, "hangup:%s:%u ", node, (unsigned)session);
}

static void on_dropped(void *self, const char *node, uint64_t session)
{
	struct world *w = self;
	buf_printf(&w->told, "dropped:%s:%u ", node, (unsigned)session);
}

static struct orders_view orders(void *self, const char *node)
{
	(void)node;
	return ((struct world *)self)->view;
}

static const char *template_text(void *self, const char *ns, const char *hash)
{
	(void)ns;
	(void)hash;
	return ((struct world *)self)->template_text;
}

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	struct world *w = self;
	(void)msg;
	(void)kv;
	(void)n;
	w->warnings += level == LOG_WARN;
}

static void prove(void *self, const char *node, const struct order *o, char ret[PROOF_TEXT_BYTES])
{
	(void)self;
	AUTO(buf_done) struct buf b = BUF_INIT(PROOF_TEXT_BYTES - 1);
	buf_printf(&b, "%s@%s", o->pod, node);
	memcpy(ret, buf_str(&b), b.len + 1);
}

static int setup_with(void **state,
		      enum reject (*looks)(const char *token, const char *username,
					   const char *node, char *ret_print, const char **ret_why))
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct server_sessions_config cfg = {.agent_username = AGENTS,
					     .heartbeat_ms = 2000,
					     .hold_ms = 30000,
					     .hello_wait_ms = 5000,
					     .reviews_max = 2,
					     .pipes_waiting_max = 8,
					     .look = looks,
					     .drafts_bytes_max = 96 * 1024,
					     .self = w,
					     .on_hello = on_hello,
					     .on_report = on_report,
					     .on_heard = on_heard,
					     .on_hangup = on_hangup,
					     .on_dropped = on_dropped,
					     .orders = orders,
					     .prove = prove,
					     .template_text = template_text};
	struct api api = fake_api(&w->api);
	struct link_server link = {w, link_reply, link_close, link_vouch};
	w->told = w->closed = w->members = w->vouched = BUF_INIT(1000000);
	w->log = (struct log){.min = LOG_DEBUG, .self = w, .sink = sink};
	w->s = server_sessions_new(&cfg, &api, &link, &w->log);
	w->link = server_sessions_sink(w->s);
	w->now = 1000;
	server_sessions_now(w->s, w->now, WALL);
	server_sessions_lead(w->s, 41);
	*state = w;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, NULL);
}

static int setup_looking(void **state)
{
	return setup_with(state, look);
}

static int teardown(void **state)
{
	struct world *w = *state;
	server_sessions_free(w->s);
	int left = fake_live(&w->api) != 0;
	buf_done(&w->told);
	buf_done(&w->closed);
	buf_done(&w->members);
	buf_done(&w->vouched);
	free(w);
	return left;
}

/* ---- steps ---- */

static void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->told), text);
	buf_reset(&w->told);
}

static void pass(struct world *w, int64_t ms)
{
	w->now += ms;
	server_sessions_tick(w->s, w->now, WALL + w->now - 1000);
}

static uint64_t request(struct world *w, uint64_t pipe, const struct msg *msg)
{
	w->link.on_request(w->link.self, pipe, ++w->next_ticket, msg);
	return w->next_ticket;
}

static struct msg hello_of(const char *node, const char *agent)
{
	return (struct msg){.type = MSG_HELLO,
			    .hello = {.protocol = 1,
				      .token = "tok",
				      .node = node,
				      .agent = agent,
				      .last_page = true}};
}

static void identity(struct world *w, struct fake_op *op, const char *user, const char *node,
		     int64_t ttl_ms)
{
	struct token_identity t = {.authenticated = user != NULL,
				   .username = user,
				   .node_name = node,
				   .error = "",
				   .expires_ms = ttl_ms ? WALL + w->now - 1000 + ttl_ms : 0};
	fake_object(op, WATCH_ADDED, &(struct api_object){.kind = API_TOKENREVIEW, .token = &t});
	fake_done(op, &(struct api_result){.rc = RC_OK, .http = 201});
}

static struct reply *last(struct world *w)
{
	must(w->nreplies > 0);
	return &w->replies[w->nreplies - 1];
}

/* A session on that pipe; its number. */
static uint64_t session(struct world *w, uint64_t pipe, const char *node, const char *agent,
			int64_t ttl_ms)
{
	struct msg hello = hello_of(node, agent);
	w->link.on_pipe_open(w->link.self, pipe, "10.0.0.7:4242");
	request(w, pipe, &hello);
	identity(w, fake_last(&w->api), AGENTS, node, ttl_ms);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	buf_reset(&w->told);
	return last(w)->welcome.session;
}

static struct msg watch_of(uint64_t session, uint64_t revision, uint32_t page)
{
	return (struct msg){.type = MSG_WATCH,
			    .watch = {.session = session, .revision = revision, .page = page}};
}

/* ---- hello ---- */

static void hello_to_welcome(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	struct member m = {.pod = "p", .node = "forged"};
	hello.hello.members = &m;
	hello.hello.nmembers = 1;
	hello.hello.capacity.foreign_pods = 7;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	uint64_t ticket = request(w, 1, &hello);
	assert_int_equal(w->nreplies, 0);
	assert_string_equal(fake_last(&w->api)->token, "tok");
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	assert_int_equal(last(w)->ticket, ticket);
	assert_int_equal(last(w)->welcome.epoch, 41);
	assert_int_equal(last(w)->welcome.heartbeat_ms, 2000);
	assert_false(last(w)->welcome.more);
	expect(w, "hello:n1:1:1 ");
	assert_string_equal(buf_str(&w->members), "p@n1 "); /* it speaks for its own node only */
	assert_int_equal(w->capacity.foreign_pods, 7);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 1);
	assert_int_equal(server_sessions_stats(w->s)->pipes_waiting, 0);
}

static void who_is_refused(void **state)
{
	static const struct {
		const char *name, *user, *node;
		enum reject want;
	} cases[] = {
		{"unknown token", NULL, "", REJECT_TOKEN},
		{"another account", "system:serviceaccount:x:y", "n1", REJECT_TOKEN},
		{"a user", "kubernetes-admin", "n1", REJECT_TOKEN},
		{"another node's token", AGENTS, "n2", REJECT_NODE},
		{"a token of no node", AGENTS, "", REJECT_NODE},
	};
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		print_message("%s\n", cases[i].name);
		request(w, 1, &hello);
		identity(w, fake_last(&w->api), cases[i].user, cases[i].node, 0);
		assert_int_equal(last(w)->type, MSG_REJECT);
		assert_int_equal(last(w)->reason, cases[i].want);
	}
	expect(w, "");
	assert_int_equal(w->warnings, 1); /* once per peer and minute */
	assert_int_equal(server_sessions_stats(w->s)->rejects[REJECT_TOKEN], 3);
	w->now += 61000;
	server_sessions_now(w->s, w->now, WALL);
	w->link.on_pipe_open(w->link.self, 2, "10.0.0.7:2");
	request(w, 2, &hello);
	identity(w, fake_last(&w->api), NULL, "", 0);
	assert_int_equal(w->warnings, 2);
}

static uint64_t reviews_asked(struct world *w)
{
	return w->api.n;
}

/* A question to the API server is spent on a token that may be good, and once in 10 s. */
static void tokens_nobody_is_asked_about(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	hello.hello.token = "bad claims";
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_TOKEN);
	assert_int_equal(reviews_asked(w), 0);
	hello.hello.token = "unknown";
	request(w, 1, &hello);
	identity(w, fake_last(&w->api), NULL, "", 0);
	assert_int_equal(reviews_asked(w), 1);
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_TOKEN);
	assert_int_equal(reviews_asked(w), 1);
	hello.hello.token = "another";
	request(w, 1, &hello);
	assert_int_equal(reviews_asked(w), 2);
	identity(w, fake_last(&w->api), "kubernetes-admin", "n1", 0); /* it is known */
	assert_int_equal(server_sessions_stats(w->s)->looked_bad, 1);
	assert_int_equal(server_sessions_stats(w->s)->denied_again, 1);
	pass(w, 10001);
	w->link.on_pipe_open(w->link.self, 2, "10.0.0.7:1");
	hello.hello.token = "unknown";
	request(w, 2, &hello);
	assert_int_equal(reviews_asked(w), 3);
	assert_string_equal(buf_str(&w->vouched), "");
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_string_equal(buf_str(&w->vouched), "2 "); /* it is no stranger any more */
	/* A newer token of a session is looked at, too. */
	struct msg report = {
		.type = MSG_REPORT,
		.report = {.session = last(w)->welcome.session, .seq = 1, .token = "bad"}};
	request(w, 2, &report);
	assert_int_equal(last(w)->type, MSG_ACK);
	assert_int_equal(reviews_asked(w), 3);
	assert_int_equal(server_sessions_stats(w->s)->looked_bad, 2);
}

/* However many connections show one token, one TokenReview of it is in flight. If the token is
 * bad, all are refused by its answer; if it is good, the next has its turn. */
static void one_review_of_a_token(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1"), other = hello_of("n1", "a2");
	hello.hello.token = "unknown";
	for (uint64_t i = 1; i <= 4; i++) {
		w->link.on_pipe_open(w->link.self, i, "10.0.0.7:1");
		request(w, i, &hello);
	}
	assert_int_equal(reviews_asked(w), 1);
	other.hello.token = "another";
	w->link.on_pipe_open(w->link.self, 5, "10.0.0.8:1");
	request(w, 5, &other);
	assert_int_equal(reviews_asked(w), 2); /* nobody waits for the token of others */
	uint32_t before = w->nreplies;
	identity(w, fake_at(&w->api, 0), NULL, "", 0);
	assert_int_equal(w->nreplies, before + 4);
	assert_int_equal(last(w)->reason, REJECT_TOKEN);
	assert_int_equal(reviews_asked(w), 2);
	assert_int_equal(server_sessions_stats(w->s)->denied_again, 3);
	identity(w, fake_at(&w->api, 1), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);

	hello.hello.token = "good"; /* an agent that dials again, and again */
	w->link.on_pipe_open(w->link.self, 6, "10.0.0.7:1");
	w->link.on_pipe_open(w->link.self, 7, "10.0.0.7:1");
	w->link.on_pipe_open(w->link.self, 8, "10.0.0.7:1");
	request(w, 6, &hello);
	request(w, 7, &hello);
	request(w, 8, &hello);
	assert_int_equal(reviews_asked(w), 3);
	w->link.on_pipe_closed(w->link.self, 7); /* it followed */
	w->link.on_pipe_closed(w->link.self, 6); /* it was in flight */
	assert_int_equal(server_sessions_deadline(w->s), w->now);
	pass(w, 0);
	assert_int_equal(reviews_asked(w), 4);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	assert_int_equal(server_sessions_stats(w->s)->reviews, 0);
}

/* Of many refused tokens the oldest are forgotten, and all after 10 s. */
static void refused_tokens_are_bounded(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	char token[16];
	for (unsigned i = 0; i <= 1024; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(15);
		buf_printf(&name, "t%u", i);
		fake_copy(token, buf_str(&name));
		hello.hello.token = token;
		w->link.on_pipe_open(w->link.self, i + 1, "10.0.0.7:1");
		request(w, i + 1, &hello);
		identity(w, fake_last(&w->api), NULL, "", 0);
		w->link.on_pipe_closed(w->link.self, i + 1);
	}
	uint64_t asked = reviews_asked(w);
	w->link.on_pipe_open(w->link.self, 2000, "10.0.0.7:1");
	hello.hello.token = "t1";
	request(w, 2000, &hello);
	assert_int_equal(reviews_asked(w), asked);
	hello.hello.token = "t0";
	request(w, 2000, &hello);
	assert_int_equal(reviews_asked(w), asked + 1);
	identity(w, fake_last(&w->api), NULL, "", 0);
}

/* Only Hellos with a good token count: nobody uses up what another node has. */
static void hellos_of_a_node_have_a_rate(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	for (int i = 0; i < 15; i++) {
		request(w, 1, &hello);
		identity(w, fake_last(&w->api), AGENTS, "n2", 0);
		assert_int_equal(last(w)->reason, REJECT_NODE);
	}
	for (uint64_t i = 2; i < 12; i++) {
		w->link.on_pipe_open(w->link.self, i, "10.0.0.7:1");
		request(w, i, &hello);
		identity(w, fake_last(&w->api), AGENTS, "n1", 0);
		assert_int_equal(last(w)->type, MSG_WELCOME);
	}
	request(w, 11, &hello);
	assert_int_equal(last(w)->reason, REJECT_LATER);
	struct msg other = hello_of("n3", "a3");
	w->link.on_pipe_open(w->link.self, 20, "10.0.0.8:1");
	request(w, 20, &other);
	identity(w, fake_last(&w->api), AGENTS, "n3", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	pass(w, 1999);
	request(w, 11, &hello);
	assert_int_equal(last(w)->reason, REJECT_LATER);
	pass(w, 1);
	request(w, 11, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	pass(w, 1000);
	request(w, 11, &hello);
	assert_int_equal(last(w)->reason, REJECT_LATER);
}

static void too_many_hellos_of_one_connection(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	hello.hello.protocol = 99;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	for (int i = 0; i < 16; i++) {
		request(w, 1, &hello);
		assert_int_equal(last(w)->reason, REJECT_VERSION);
	}
	assert_string_equal(buf_str(&w->closed), "");
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_LATER);
	assert_string_equal(buf_str(&w->closed), "1 ");
}

/* Before their tokens were reviewed, large first pages take a quarter of the memory for Hellos;
 * small ones are always taken. */
static void large_first_pages_wait(void **state)
{
	static char message[300];
	struct world *w = *state;
	struct member members[PAGE_MEMBERS_MAX] = {0};
	memset(message, 'm', sizeof message - 1);
	for (uint32_t i = 0; i < PAGE_MEMBERS_MAX; i++)
		members[i] = (struct member){.pod = "p", .message = message};
	for (uint64_t i = 1; i <= 4; i++) {
		struct msg hello = hello_of("n1", "a1");
		hello.hello.members = members;
		hello.hello.nmembers = i < 4 ? PAGE_MEMBERS_MAX : 2;
		w->link.on_pipe_open(w->link.self, i, "10.0.0.7:1");
		request(w, i, &hello);
		assert_int_equal(w->nreplies, i < 4 ? i - 1 : 2); /* the first and the last wait */
		if (i == 2 || i == 3)
			assert_int_equal(last(w)->reason, REJECT_LATER);
	}
}

/* A thousand connections of strangers would hold the door for ever, if each Hello renewed the time.
 */
static void bad_hellos_renew_no_deadline(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	for (int i = 0; i < 3; i++) {
		assert_string_equal(buf_str(&w->closed), "");
		request(w, 1, &hello);
		identity(w, fake_last(&w->api), NULL, "", 0);
		pass(w, 3300);
	}
	assert_string_equal(buf_str(&w->closed), "");
	pass(w, 100); /* 10 s */
	assert_string_equal(buf_str(&w->closed), "1 ");
}

/* One that comes when the time is over, before the tick, is not reviewed. */
static void a_hello_behind_the_deadline(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	w->now += 10000;
	server_sessions_now(w->s, w->now, WALL);
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_LATER);
	assert_int_equal(w->api.n, 0);
	assert_string_equal(buf_str(&w->closed), "1 ");
	assert_int_equal(server_sessions_stats(w->s)->pipes, 0);
}

/* Who has seen a newer leader is not asked for its token: we have been deposed. */
static void hello_of_a_newer_epoch(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	hello.hello.epoch = 42;
	request(w, 1, &hello);
	assert_int_equal(last(w)->type, MSG_REJECT);
	assert_int_equal(last(w)->reason, REJECT_NOT_LEADER);
	assert_int_equal(w->api.n, 0);
	expect(w, "");
	hello.hello.epoch = 41; /* ours */
	request(w, 1, &hello);
	assert_int_equal(w->api.n, 1);
}

static void malformed_hellos(void **state)
{
	struct world *w = *state;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	struct msg m = hello_of("", "a");
	request(w, 1, &m);
	assert_int_equal(last(w)->reason, REJECT_MALFORMED);
	m = hello_of("n1", "a");
	m.hello.token = NULL;
	request(w, 1, &m);
	assert_int_equal(last(w)->reason, REJECT_MALFORMED);
	for (uint32_t v = 0; v <= 3; v++) {
		m = hello_of("n1", "a");
		m.hello.protocol = v;
		uint32_t before = w->nreplies;
		request(w, 1, &m);
		assert_int_equal(w->nreplies > before, v == 0 || v == 3);
		if (w->nreplies > before)
			assert_int_equal(last(w)->reason, REJECT_VERSION);
	}
	m = (struct msg){.type = MSG_ACK};
	request(w, 1, &m);
	assert_int_equal(last(w)->reason, REJECT_MALFORMED);
	w->link.on_bad_frame(w->link.self, 1, 99, "too large");
	assert_int_equal(last(w)->reason, REJECT_MALFORMED);
	assert_int_equal(server_sessions_stats(w->s)->bad_frames, 1);
	assert_int_equal(w->api.n, 2); /* only good ones were reviewed */
	expect(w, "");
}

static void throttled_review_is_later(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	fake_end(fake_last(&w->api), RC_THROTTLED);
	assert_int_equal(last(w)->reason, REJECT_LATER);
	pass(w, 4000); /* the connection stays for the next try */
	request(w, 1, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
	assert_string_equal(buf_str(&w->closed), "");
}

static void reviews_are_capped(void **state)
{
	struct world *w = *state;
	static const char *const nodes[] = {"n1", "n2", "n3", "n4"};
	for (uint64_t i = 1; i <= 4; i++) {
		struct msg hello = hello_of(nodes[i - 1], "a");
		w->link.on_pipe_open(w->link.self, i, "10.0.0.7:1");
		request(w, i, &hello);
	}
	assert_int_equal(w->api.n, 2);
	identity(w, fake_at(&w->api, 0), AGENTS, "n1", 0);
	assert_int_equal(w->api.n, 3); /* the next one goes out at once */
	pass(w, 2000);
	assert_int_equal(last(w)->reason, REJECT_LATER); /* the fourth waited too long */
	identity(w, fake_at(&w->api, 1), AGENTS, "n2", 0);
	identity(w, fake_at(&w->api, 2), AGENTS, "n3", 0);
	assert_int_equal(w->api.n, 3);
	assert_int_equal(server_sessions_stats(w->s)->reviews, 0);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 3);
}

static void hello_in_pages(void **state)
{
	struct world *w = *state;
	struct member m[3] = {{.pod = "p0"}, {.pod = "p1"}, {.pod = "p2"}};
	struct msg hello = hello_of("n1", "a1");
	hello.hello.last_page = false;
	hello.hello.members = &m[0];
	hello.hello.nmembers = 1;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_true(last(w)->welcome.more);
	expect(w, "");
	hello.hello.page = 1;
	hello.hello.members = &m[1];
	request(w, 1, &hello);
	assert_true(last(w)->welcome.more);
	request(w, 1, &hello); /* its answer got lost: told again, counted once */
	assert_true(last(w)->welcome.more);
	hello.hello.page = 2;
	hello.hello.last_page = true;
	hello.hello.members = &m[2];
	request(w, 1, &hello);
	assert_false(last(w)->welcome.more);
	expect(w, "hello:n1:1:3 ");
	assert_string_equal(buf_str(&w->members), "p0@n1 p1@n1 p2@n1 ");
	assert_int_equal(w->api.n, 1);
}

/* What has come of Hellos is bounded for all of them together: the next page waits. */
static void many_hellos_in_pages(void **state)
{
	struct world *w = *state;
	static const char *const nodes[] = {"n1", "n2", "n3"};
	char words[1000];
	struct member m[PAGE_MEMBERS_MAX];
	memset(words, 'w', sizeof words);
	words[sizeof words - 1] = 0;
	for (uint32_t i = 0; i < PAGE_MEMBERS_MAX; i++)
		m[i] = (struct member){.pod = "p", .message = words};
	for (uint32_t i = 0; i < ARRAY_LEN(nodes); i++) {
		struct msg hello = hello_of(nodes[i], "a");
		hello.hello.last_page = false;
		hello.hello.members = m;
		hello.hello.nmembers = PAGE_MEMBERS_MAX;
		w->link.on_pipe_open(w->link.self, i + 1, "10.0.0.7:1");
		request(w, i + 1, &hello);
		identity(w, fake_last(&w->api), AGENTS, nodes[i], 0);
		hello.hello.page = 1;
		hello.hello.last_page = true;
		request(w, i + 1, &hello);
		if (i == 0) {
			assert_int_equal(last(w)->type, MSG_WELCOME);
			/* From now on one of two pages is there. */
			hello.hello.page = 0;
			hello.hello.last_page = false;
			request(w, 1, &hello);
			identity(w, fake_last(&w->api), AGENTS, "n1", 0);
		} else {
			assert_int_equal(last(w)->reason, REJECT_LATER);
		}
	}
}

/* A node has so many pods, on however many pages they come. */
static void pages_have_an_end(void **state)
{
	struct server_draft *d;
	struct member m[PAGE_MEMBERS_MAX];
	struct msg_hello h = hello_of("n1", "a1").hello;
	(void)state;
	for (uint32_t i = 0; i < PAGE_MEMBERS_MAX; i++)
		m[i] = (struct member){.pod = "p"};
	h.members = m;
	h.nmembers = PAGE_MEMBERS_MAX;
	d = server_draft_new(&h);
	for (uint32_t n = 2 * PAGE_MEMBERS_MAX; n <= NODE_PODS_MAX; n += PAGE_MEMBERS_MAX)
		assert_true(server_draft_add(d, &h));
	h.nmembers = 1;
	assert_false(server_draft_add(d, &h));
	server_draft_free(d);
	h.nmembers = PAGE_MEMBERS_MAX + 1;
	assert_null(server_draft_new(&h));
}

static void page_out_of_turn(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	hello.hello.page = 3;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_SESSION);
	hello.hello.page = 0;
	hello.hello.last_page = false;
	request(w, 1, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	hello.hello.page = 2;
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_MALFORMED);
	expect(w, "");
}

static void hang_up_during_review(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	w->link.on_pipe_closed(w->link.self, 1);
	assert_true(fake_last(&w->api)->canceled);
	expect(w, "");
	assert_int_equal(server_sessions_stats(w->s)->pipes, 0);
}

static void hello_again_during_review(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	uint64_t ticket = request(w, 1, &hello);
	assert_true(fake_at(&w->api, 0)->canceled);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->ticket, ticket);
	expect(w, "hello:n1:1:0 ");
}

/* ---- pipes ---- */

static void pipe_without_hello(void **state)
{
	struct world *w = *state;
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	assert_int_equal(server_sessions_deadline(w->s), 6000);
	pass(w, 4999);
	assert_string_equal(buf_str(&w->closed), "");
	pass(w, 1);
	assert_string_equal(buf_str(&w->closed), "1 ");
	assert_int_equal(server_sessions_stats(w->s)->pipes, 0);
	w->link.on_pipe_closed(w->link.self, 1); /* the link tells it too: harmless */
}

static void too_many_without_hello(void **state)
{
	struct world *w = *state;
	for (uint64_t i = 1; i <= 10; i++)
		w->link.on_pipe_open(w->link.self, i, "10.0.0.7:1");
	assert_string_equal(buf_str(&w->closed), "9 10 ");
	assert_int_equal(server_sessions_stats(w->s)->pipes_waiting, 8);
}

static void hang_up_is_told(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	w->link.on_pipe_closed(w->link.self, 1);
	expect(w, "hangup:n1:1 ");
	assert_int_equal(id, 1);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 0);
	assert_int_equal(server_sessions_stats(w->s)->pipes_waiting, 0);
	assert_int_equal(server_sessions_deadline(w->s), INT64_MAX);
}

static void silence_is_no_hang_up(void **state)
{
	struct world *w = *state;
	session(w, 1, "n1", "a1", 0);
	pass(w, 59999);
	assert_string_equal(buf_str(&w->closed), "");
	pass(w, 1);
	assert_string_equal(buf_str(&w->closed), "1 ");
	expect(w, "dropped:n1:1 ");
}

static void newest_session_wins(void **state)
{
	struct world *w = *state;
	session(w, 1, "n1", "a1", 0);
	assert_int_equal(session(w, 2, "n1", "a2", 0), 2);
	assert_string_equal(buf_str(&w->closed), "1 ");
	assert_int_equal(server_sessions_stats(w->s)->sessions, 1);
	/* The replaced process comes back: it does not take the node again. */
	struct msg hello = hello_of("n1", "a1");
	w->link.on_pipe_open(w->link.self, 3, "10.0.0.7:1");
	request(w, 3, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->reason, REJECT_NODE);
	/* When the winner is gone, it may. */
	w->link.on_pipe_closed(w->link.self, 2);
	request(w, 3, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	assert_int_equal(last(w)->type, MSG_WELCOME);
}

static void same_agent_on_a_new_pipe(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	session(w, 1, "n1", "a1", 0);
	w->link.on_pipe_open(w->link.self, 2, "10.0.0.7:4242");
	request(w, 2, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	expect(w, "hello:n1:2:0 "); /* replaced is not hung up */
	session(w, 3, "n1", "a1", 0);
	assert_string_equal(buf_str(&w->closed), "1 2 ");
	w->link.on_pipe_closed(w->link.self, 1); /* late news of a dead one */
	expect(w, "");
}

/* ---- reports ---- */

static void reports(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct member m = {.pod = "p", .node = "other"};
	struct msg r = {.type = MSG_REPORT,
			.report = {.session = id, .seq = 0, .members = &m, .nmembers = 1}};
	request(w, 1, &r);
	assert_int_equal(last(w)->type, MSG_ACK);
	assert_int_equal(last(w)->ack.seq, 0);
	expect(w, "heard:n1 report:n1:1:1 ");
	assert_string_equal(buf_str(&w->members), "p@n1 ");
	request(w, 1, &r); /* doubled */
	expect(w, "heard:n1 ");
	r.report.seq = 2;
	request(w, 1, &r);
	expect(w, "heard:n1 report:n1:1:1 ");
	r.report.seq = 1; /* overtaken */
	request(w, 1, &r);
	assert_int_equal(last(w)->ack.seq, 1);
	expect(w, "heard:n1 ");
	r = (struct msg){.type = MSG_REPORT, .report = {.session = id, .seq = 3}};
	request(w, 1, &r); /* a bare heartbeat */
	expect(w, "heard:n1 ");
}

static void dead_sessions_are_told_to_say_hello(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct msg r = {.type = MSG_REPORT, .report = {.session = id + 1}};
	request(w, 1, &r);
	assert_int_equal(last(w)->reason, REJECT_SESSION);
	struct msg watch = watch_of(id, 0, 0);
	request(w, 9, &watch); /* another pipe may not use it */
	assert_int_equal(last(w)->reason, REJECT_SESSION);
	expect(w, "");
	struct msg hello = hello_of("n1", "a1");
	request(w, 1, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	expect(w, "hangup:n1:1 hello:n1:2:0 ");
}

static void token_expires(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 20000);
	struct msg watch = watch_of(id, 0, 0);
	uint64_t ticket = request(w, 1, &watch);
	pass(w, 19999);
	expect(w, "heard:n1 ");
	pass(w, 1);
	expect(w, "hangup:n1:1 ");
	assert_int_equal(last(w)->reason, REJECT_SESSION);
	assert_int_equal(last(w)->ticket, ticket);
	assert_string_equal(buf_str(&w->closed), ""); /* it may say Hello again there */
}

/* Our clock is an hour ahead: what the API server accepts now ends no session at once. */
static void token_outlives_a_wrong_clock(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", -3600000);
	struct msg watch = watch_of(id, 0, 0);
	request(w, 1, &watch);
	pass(w, 20000);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 1);
}

static void token_is_renewed(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 20000);
	struct msg r = {.type = MSG_REPORT, .report = {.session = id, .token = "newer"}};
	pass(w, 10000);
	request(w, 1, &r);
	assert_int_equal(last(w)->type, MSG_ACK);
	assert_string_equal(fake_last(&w->api)->token, "newer");
	identity(w, fake_last(&w->api), AGENTS, "n1", 30000);
	pass(w, 29000);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 1);
	r.report.seq = 1; /* a token of somebody else lengthens nothing */
	request(w, 1, &r);
	identity(w, fake_last(&w->api), AGENTS, "n2", 90000);
	pass(w, 1000);
	assert_int_equal(server_sessions_stats(w->s)->sessions, 0);
}

/* ---- watches ---- */

static void watch_parks_until_orders_change(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct order o = {.pod = "p0"};
	struct msg watch = watch_of(id, 0, 0);
	uint32_t before = w->nreplies;
	uint64_t ticket = request(w, 1, &watch);
	pass(w, 0); /* the owner has nothing to say yet: revision 0 */
	assert_int_equal(w->nreplies, before);
	assert_int_equal(server_sessions_stats(w->s)->parked, 1);
	w->view = (struct orders_view){7, &o, 1};
	server_sessions_orders_changed(w->s, "n1");
	server_sessions_orders_changed(w->s, "n1");
	server_sessions_orders_changed(w->s, "unknown");
	assert_int_equal(w->nreplies, before); /* with the tick */
	assert_true(server_sessions_deadline(w->s) <= w->now);
	pass(w, 0);
	assert_int_equal(w->nreplies, before + 1);
	assert_int_equal(last(w)->ticket, ticket);
	assert_int_equal(last(w)->revision, 7);
	assert_int_equal(last(w)->epoch, 41);
	assert_int_equal(last(w)->norders, 1);
	assert_false(last(w)->more);
	watch = watch_of(id, 7, 0);
	request(w, 1, &watch);
	pass(w, 29999);
	assert_int_equal(w->nreplies, before + 1);
	pass(w, 1); /* the hold time: unchanged */
	assert_int_equal(w->nreplies, before + 2);
	assert_int_equal(last(w)->revision, 7);
	assert_int_equal(last(w)->norders, 0);
	assert_int_equal(server_sessions_stats(w->s)->parked, 0);
}

static void newer_watch_answers_the_older(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct msg watch = watch_of(id, 5, 0);
	w->view.revision = 5;
	uint64_t older = request(w, 1, &watch);
	pass(w, 0);
	uint64_t newer = request(w, 1, &watch);
	assert_int_equal(last(w)->ticket, older);
	assert_int_equal(last(w)->revision, 5);
	pass(w, 0);
	w->view.revision = 6;
	server_sessions_orders_changed(w->s, "n1");
	pass(w, 0);
	assert_int_equal(last(w)->ticket, newer);
	assert_int_equal(server_sessions_stats(w->s)->parked, 0);
}

static void hang_up_with_a_parked_watch(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct msg watch = watch_of(id, 0, 0);
	request(w, 1, &watch);
	w->view.revision = 6;
	server_sessions_orders_changed(w->s, "n1");
	uint32_t before = w->nreplies;
	w->link.on_pipe_closed(w->link.self, 1);
	pass(w, 100000);
	assert_int_equal(w->nreplies, before);
	assert_int_equal(server_sessions_stats(w->s)->parked, 0);
}

/* A session whose agent takes changes. */
static uint64_t session_of_changes(struct world *w, uint64_t pipe)
{
	struct msg hello = hello_of("n1", "a1");
	hello.hello.deltas = true;
	w->link.on_pipe_open(w->link.self, pipe, "10.0.0.7:4242");
	request(w, pipe, &hello);
	identity(w, fake_last(&w->api), AGENTS, "n1", 0);
	return last(w)->welcome.session;
}

static struct reply *watched(struct world *w, uint64_t session, uint64_t revision)
{
	struct msg watch = watch_of(session, revision, 0);
	request(w, 1, &watch);
	pass(w, 0);
	return last(w);
}

static void changes_are_told(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "p0"}, {.pod = "p1"}, {.pod = "p2"}, {.pod = "p3"}};
	uint64_t id = session_of_changes(w, 1);
	w->view = (struct orders_view){7, v, 4};
	assert_int_equal(watched(w, id, 0)->since, 0);
	assert_int_equal(last(w)->norders, 4);
	assert_int_equal(last(w)->first_number, 1);
	v[1].ticket = 5;
	w->view = (struct orders_view){8, v, 3};
	assert_int_equal(watched(w, id, 7)->since, 7);
	assert_int_equal(last(w)->revision, 8);
	assert_int_equal(last(w)->norders, 1);
	assert_string_equal(last(w)->first_pod, "p1");
	assert_int_equal(last(w)->first_number, 2);
	assert_int_equal(last(w)->ngone, 1);
	assert_int_equal(last(w)->total, 3);
	/* That answer was lost. */
	v[0].ticket = 6;
	w->view.revision = 9;
	assert_int_equal(watched(w, id, 7)->since, 7);
	assert_int_equal(last(w)->norders, 2);
	/* One whose set nobody knows; one that begins anew. */
	w->view.revision = 10;
	assert_int_equal(watched(w, id, 8)->since, 0);
	assert_int_equal(last(w)->norders, 3);
	w->view.revision = 11;
	assert_int_equal(watched(w, id, 0)->since, 0);
}

/* A revision that an agent names in a new session is of no set that this session knows. */
static void a_session_begins_with_the_whole_set(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "p0"}, {.pod = "p1"}};
	uint64_t id = session_of_changes(w, 1);
	w->view = (struct orders_view){7, v, 2};
	watched(w, id, 0);
	watched(w, id, 7);
	w->link.on_pipe_closed(w->link.self, 1);
	id = session_of_changes(w, 1);
	w->view.revision = 8;
	assert_int_equal(watched(w, id, 7)->since, 0);
	assert_int_equal(last(w)->norders, 2);
}

static void proofs_are_made_as_orders_are_sent(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "p0", .by_agent = true}, {.pod = "p1"}};
	uint64_t id = session_of_changes(w, 1);
	w->view = (struct orders_view){7, v, 2};
	assert_string_equal(watched(w, id, 0)->first_proof, "p0@n1");
	v[1].ticket = 1; /* the coordinator creates it */
	w->view.revision = 8;
	assert_string_equal(watched(w, id, 7)->first_pod, "p1");
	assert_string_equal(last(w)->first_proof, "");
}

static void older_agents_are_told_whole_sets(void **state)
{
	struct world *w = *state;
	struct order v[] = {{.pod = "p0"}, {.pod = "p1"}, {.pod = "p2"}};
	uint64_t id = session(w, 1, "n1", "a1", 0);
	w->view = (struct orders_view){7, v, 3};
	watched(w, id, 0);
	assert_int_equal(last(w)->first_number, 0);
	v[1].ticket = 5;
	w->view.revision = 8;
	assert_int_equal(watched(w, id, 7)->since, 0);
	assert_int_equal(last(w)->norders, 3);
	assert_int_equal(last(w)->total, 0);
}

/* More than a page of changes: whole pages, whose orders are numbered on; then changes again. */
static void many_changes_are_a_whole_set(void **state)
{
	static struct order v[PAGE_ORDERS_MAX + 50];
	static char names[PAGE_ORDERS_MAX + 50][16];
	struct world *w = *state;
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(15);
		buf_printf(&b, "p%u", i);
		fake_copy(names[i], buf_str(&b));
		v[i] = (struct order){.pod = names[i]};
	}
	uint64_t id = session_of_changes(w, 1);
	w->view = (struct orders_view){7, v, ARRAY_LEN(v)};
	assert_true(watched(w, id, 0)->more);
	struct msg next = watch_of(id, 7, 1);
	request(w, 1, &next);
	pass(w, 0);
	assert_int_equal(last(w)->norders, 50);
	assert_int_equal(last(w)->first_number, PAGE_ORDERS_MAX + 1);
	for (uint32_t i = 1; i < ARRAY_LEN(v); i++)
		v[i].ticket = 1;
	w->view.revision = 8;
	assert_int_equal(watched(w, id, 7)->since, 0);
	assert_true(last(w)->more);
	/* The set changes between its pages: the agent has none of them. */
	v[0].ticket = 9;
	w->view.revision = 9;
	next = watch_of(id, 8, 1);
	request(w, 1, &next);
	pass(w, 0);
	assert_int_equal(last(w)->since, 0);
	assert_int_equal(last(w)->page, 0);
}

enum { MANY = PAGE_ORDERS_MAX * 2 + 10 };

static void many(struct world *w, struct order *v, char (*names)[16])
{
	for (uint32_t i = 0; i < MANY; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(15);
		buf_printf(&b, "p%u", i);
		fake_copy(names[i], buf_str(&b));
		v[i] = (struct order){.pod = names[i]};
	}
	w->view = (struct orders_view){7, v, MANY};
}

static void orders_in_pages(void **state)
{
	struct world *w = *state;
	static struct order v[MANY];
	static char names[MANY][16];
	uint64_t id = session(w, 1, "n1", "a1", 0);
	many(w, v, names);
	uint32_t got = 0;
	struct msg watch = watch_of(id, 0, 0);
	for (uint32_t page = 0; page < 3; page++) {
		if (page > 0)
			watch = watch_of(id, 7, page);
		request(w, 1, &watch);
		pass(w, 0);
		assert_int_equal(last(w)->page, page);
		assert_string_equal(last(w)->first_pod, names[got]);
		got += last(w)->norders;
		assert_int_equal(last(w)->more, page < 2);
		if (page == 1) { /* asked for again: the same page */
			request(w, 1, &watch);
			pass(w, 0);
			assert_string_equal(last(w)->first_pod, names[PAGE_ORDERS_MAX]);
		}
	}
	assert_int_equal(got, MANY);
}

static void set_changes_between_pages(void **state)
{
	struct world *w = *state;
	static struct order v[MANY];
	static char names[MANY][16];
	uint64_t id = session(w, 1, "n1", "a1", 0);
	many(w, v, names);
	struct msg watch = watch_of(id, 0, 0);
	request(w, 1, &watch);
	pass(w, 0);
	w->view.revision = 8;
	watch = watch_of(id, 7, 1);
	request(w, 1, &watch);
	pass(w, 0);
	assert_int_equal(last(w)->page, 0); /* from its beginning */
	assert_int_equal(last(w)->revision, 8);
	assert_string_equal(last(w)->first_pod, "p0");
}

static void templates_go_along_once(void **state)
{
	struct world *w = *state;
	struct order v[] = {
		{.pod = "a", .template_hash = "h1", .launch = true},
		{.pod = "b", .template_hash = "h1", .launch = true},
		{.pod = "c", .template_hash = "h2", .launch = true},
		{.pod = "d", .template_hash = "h3", .launch = true, .pod_uid = "u"},
		{.pod = "e", .template_hash = "h4", .launch = false},
	};
	static const char *const has[] = {"h2"};
	uint64_t id = session(w, 1, "n1", "a1", 0);
	w->template_text = "{}";
	w->view = (struct orders_view){7, v, ARRAY_LEN(v)};
	struct msg watch = watch_of(id, 0, 0);
	watch.watch.templates = (struct strs){has, 1};
	request(w, 1, &watch);
	pass(w, 0);
	assert_int_equal(last(w)->norders, 5);
	assert_int_equal(last(w)->ntemplates, 1); /* h1 */
	watch.watch.templates.n = 0;
	request(w, 1, &watch);
	pass(w, 0);
	assert_int_equal(last(w)->ntemplates, 2);
}

/* What two namespaces ask for are two texts, whatever the hash. */
static void templates_are_of_a_namespace(void **state)
{
	struct world *w = *state;
	struct order v[] = {
		{.ns = "one", .pod = "a", .template_hash = "h", .launch = true},
		{.ns = "two", .pod = "b", .template_hash = "h", .launch = true},
		{.ns = "two", .pod = "c", .template_hash = "h", .launch = true},
	};
	static const char *const has[] = {"one/h", "h"};
	uint64_t id = session(w, 1, "n1", "a1", 0);
	w->template_text = "{}";
	w->view = (struct orders_view){7, v, ARRAY_LEN(v)};
	for (uint32_t n = 0; n <= 2; n++) { /* the last one is an agent of an older version */
		struct msg watch = watch_of(id, 0, 0);
		watch.watch.templates = (struct strs){has, n};
		request(w, 1, &watch);
		pass(w, 0);
		assert_int_equal(last(w)->ntemplates, 2 - n);
	}
}

static void pages_stay_below_the_frame(void **state)
{
	struct world *w = *state;
	static struct order v[100];
	static char hashes[100][16];
	static char text[POD_BYTES_MAX];
	memset(text, 'x', sizeof text - 1);
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(15);
		buf_printf(&b, "h%u", i);
		fake_copy(hashes[i], buf_str(&b));
		v[i] = (struct order){.pod = hashes[i], .template_hash = hashes[i], .launch = true};
	}
	uint64_t id = session(w, 1, "n1", "a1", 0);
	w->template_text = text;
	w->view = (struct orders_view){7, v, ARRAY_LEN(v)};
	uint32_t got = 0;
	for (uint32_t page = 0; page == 0 || last(w)->more; page++) {
		struct msg watch = watch_of(id, page ? 7 : 0, page);
		request(w, 1, &watch);
		pass(w, 0);
		assert_true(last(w)->norders > 0);
		assert_true((size_t)last(w)->ntemplates * sizeof text < FRAME_COORDINATOR_MAX);
		got += last(w)->norders;
	}
	assert_int_equal(got, ARRAY_LEN(v));
}

/* ---- leadership ---- */

static void standby_redirects(void **state)
{
	struct world *w = *state;
	struct msg hello = hello_of("n1", "a1");
	server_sessions_follow(w->s, "10.0.0.2:7117");
	w->link.on_pipe_open(w->link.self, 1, "10.0.0.7:1");
	request(w, 1, &hello);
	assert_int_equal(last(w)->reason, REJECT_NOT_LEADER);
	assert_string_equal(last(w)->leader, "10.0.0.2:7117");
	assert_int_equal(w->api.n, 0);
	assert_int_equal(w->warnings, 0);
	pass(w, 1000);
	assert_string_equal(buf_str(&w->closed), "1 ");
}

static void leadership_lost(void **state)
{
	struct world *w = *state;
	uint64_t id = session(w, 1, "n1", "a1", 0);
	struct msg watch = watch_of(id, 0, 0);
	uint64_t parked = request(w, 1, &watch);
	struct msg hello = hello_of("n2", "a2");
	w->link.on_pipe_open(w->link.self, 2, "10.0.0.8:1");
	uint64_t reviewed = request(w, 2, &hello);
	buf_reset(&w->told);
	uint32_t before = w->nreplies;
	server_sessions_follow(w->s, "10.0.0.2:7117");
	assert_int_equal(w->nreplies, before + 2);
	assert_int_equal(w->replies[before].ticket, parked);
	assert_int_equal(w->replies[before].reason, REJECT_NOT_LEADER);
	assert_int_equal(w->replies[before + 1].ticket, reviewed);
	assert_true(fake_last(&w->api)->canceled);
	struct msg r = {.type = MSG_REPORT, .report = {.session = id}};
	request(w, 1, &r);
	assert_int_equal(last(w)->reason, REJECT_NOT_LEADER);
	expect(w, ""); /* its owner forgot everything already */
	pass(w, 1000);
	assert_string_equal(buf_str(&w->closed), "1 2 ");
	assert_int_equal(server_sessions_stats(w->s)->pipes, 0);
}

int main(void)
{
#define L(f) cmocka_unit_test_setup_teardown(f, setup_looking, teardown)
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(hello_to_welcome),
		T(who_is_refused),
		L(tokens_nobody_is_asked_about),
		L(refused_tokens_are_bounded),
		T(hellos_of_a_node_have_a_rate),
		T(too_many_hellos_of_one_connection),
		T(large_first_pages_wait),
		T(bad_hellos_renew_no_deadline),
		T(a_hello_behind_the_deadline),
		T(hello_of_a_newer_epoch),
		T(malformed_hellos),
		T(throttled_review_is_later),
		T(reviews_are_capped),
		L(one_review_of_a_token),
		T(hello_in_pages),
		T(many_hellos_in_pages),
		T(pages_have_an_end),
		T(page_out_of_turn),
		T(hang_up_during_review),
		T(hello_again_during_review),
		T(pipe_without_hello),
		T(too_many_without_hello),
		T(hang_up_is_told),
		T(silence_is_no_hang_up),
		T(newest_session_wins),
		T(same_agent_on_a_new_pipe),
		T(reports),
		T(dead_sessions_are_told_to_say_hello),
		T(token_expires),
		T(token_outlives_a_wrong_clock),
		T(token_is_renewed),
		T(watch_parks_until_orders_change),
		T(newer_watch_answers_the_older),
		T(hang_up_with_a_parked_watch),
		T(changes_are_told),
		T(a_session_begins_with_the_whole_set),
		T(older_agents_are_told_whole_sets),
		T(many_changes_are_a_whole_set),
		T(proofs_are_made_as_orders_are_sent),
		T(orders_in_pages),
		T(set_changes_between_pages),
		T(templates_go_along_once),
		T(templates_are_of_a_namespace),
		T(pages_stay_below_the_frame),
		T(standby_redirects),
		T(leadership_lost),
	};
	return cmocka_run_group_tests_name("server_sessions", tests, NULL, NULL);
}
