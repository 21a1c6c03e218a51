/* SPDX-License-Identifier: Apache-2.0 */
/* Any order of connections, requests, verdicts on tokens, time and leadership: a node has at most
 * one session, a request is answered at most once, the numbers add up, and nothing is left at the
 * end. Each step of the input is two bytes: what happens, and to whom. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sync/server_sessions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { PIPES = 8, TICKETS_MAX = 4096, REVIEWS_MAX = 4096 };

struct world {
	struct server_sessions *s;
	struct link_server_sink link;
	uint64_t open[PIPES]; /* id of the pipe; 0: closed */
	uint64_t last_pipe, last_ticket, last_op;
	bool answered[TICKETS_MAX];
	struct api_sink reviews[REVIEWS_MAX]; /* self NULL: over */
	uint64_t session;                     /* the newest */
	int64_t now;
	struct order order;
};

static void reply(void *self, uint64_t ticket, const struct msg *msg)
{
	struct world *w = self;
	must(ticket && ticket <= w->last_ticket && !w->answered[ticket]);
	w->answered[ticket] = true;
	must(msg->type == MSG_WELCOME || msg->type == MSG_REJECT || msg->type == MSG_ACK ||
	     msg->type == MSG_ORDERS);
	if (msg->type == MSG_WELCOME)
		w->session = msg->welcome.session;
}

static void close_pipe(void *self, uint64_t pipe)
{
	struct world *w = self;
	for (int i = 0; i < PIPES; i++)
		w->open[i] = w->open[i] == pipe ? 0 : w->open[i];
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct world *w = self;
	must(req->kind == API_TOKENREVIEW && w->last_op + 1 < REVIEWS_MAX);
	w->reviews[++w->last_op] = *sink;
	return w->last_op;
}

static void cancel(void *self, uint64_t id)
{
	struct world *w = self;
	must(id && id <= w->last_op && w->reviews[id].self);
	w->reviews[id].self = NULL;
}

static void on_hello(void *self, const char *node, uint64_t session, const struct msg_hello *h)
{
	(void)self;
	must(*node && session && h->nmembers <= NODE_PODS_MAX);
}

static void on_report(void *self, const char *node, uint64_t session, const struct msg_report *r)
{
	(void)self;
	must(*node && session && (r->nmembers || r->has_capacity));
}

static void on_end(void *self, const char *node, uint64_t session)
{
	(void)self;
	must(*node && session);
}

static struct orders_view orders(void *self, const char *node)
{
	struct world *w = self;
	must(*node);
	return (struct orders_view){.revision = (uint64_t)w->now / 4000, .v = &w->order, .n = 1};
}

static const char *template_text(void *self, const char *ns, const char *hash)
{
	(void)self;
	(void)ns;
	return *hash ? "{}" : NULL;
}

/* All tokens that are refused are remembered as the same one. */
static enum reject look(const char *token, const char *username, const char *node,
			char ret_print[TOKEN_PRINT_BYTES], const char **ret_why)
{
	must(*token && *username && *node);
	*ret_why = "";
	ret_print[0] = node[0];
	ret_print[1] = 0;
	return REJECT_NONE;
}

/* ---- what happens ---- */

static struct msg message(const struct world *w, uint8_t what, uint8_t who)
{
	static const struct member m = {.ns = "n",
					.job_name = "j",
					.job_uid = "u",
					.pod = "p",
					.pod_uid = "q",
					.node = "",
					.template_hash = "h",
					.phase = MEMBER_RUNNING,
					.reason = "",
					.message = "",
					.proof = ""};
	const char *node = who & 32 ? "a" : "b";
	uint64_t session = who & 64 ? w->session : who & 1;
	switch (what % 4) {
	case 0:
		return (struct msg){.type = MSG_HELLO,
				    .hello = {.protocol = (who & 15) == 15 ? 9 : 1,
					      .token = (who & 15) == 14 ? "" : "t",
					      .node = node,
					      .boot_id = "",
					      .version = "",
					      .agent = who & 128 ? "x" : "y",
					      .epoch = (who & 15) == 13 ? 99 : 1,
					      .page = what / 4 % 4,
					      .last_page = what & 16,
					      .members = &m,
					      .nmembers = 1}};
	case 1:
		return (struct msg){.type = MSG_REPORT,
				    .report = {.session = session,
					       .seq = what / 4,
					       .members = &m,
					       .nmembers = who & 8 ? 1 : 0,
					       .has_capacity = who & 16,
					       .token = who & 4 ? "t" : ""}};
	case 2:
		return (struct msg){
			.type = MSG_WATCH,
			.watch = {.session = session, .revision = what / 4, .page = who & 3}};
	default:
		return (struct msg){.type = (enum msg_type)(what / 4 % (MSG_ORDERS + 1)),
				    .ack = {session, 1}};
	}
}

static void request(struct world *w, uint8_t what, uint8_t who)
{
	struct msg msg = message(w, what, who);
	uint64_t pipe = w->open[who % PIPES];
	if (msg.type == MSG_HELLO && what % 4 == 3)
		msg.type = MSG_NONE; /* its fields are another message's */
	if (msg.type == MSG_REPORT && what % 4 == 3)
		msg.type = MSG_ACK;
	if (msg.type == MSG_WATCH && what % 4 == 3)
		msg.type = MSG_ORDERS;
	if (w->last_ticket + 1 < TICKETS_MAX)
		w->link.on_request(w->link.self, pipe ? pipe : 777777, ++w->last_ticket, &msg);
}

static void verdict(struct world *w, uint8_t how, uint8_t which)
{
	uint64_t id = w->last_op ? 1 + which % w->last_op : 0;
	if (!id || !w->reviews[id].self)
		return;
	struct api_sink sink = w->reviews[id];
	w->reviews[id].self = NULL;
	struct token_identity t = {.authenticated = how & 1,
				   .username = how & 2 ? "system:agents" : "other",
				   .node_name = how & 4 ? "a" : "b",
				   .error = "",
				   .expires_ms = how & 8 ? w->now + 9000 : 0};
	struct api_object obj = {.kind = API_TOKENREVIEW, .token = &t};
	if (!(how & 16))
		sink.on_object(sink.self, id, WATCH_ADDED, &obj);
	sink.on_done(sink.self, id,
		     &(struct api_result){.rc = how & 16 ? RC_TIMEOUT : RC_OK,
					  .message = "",
					  .reason = "",
					  .rv = "",
					  .cont = ""});
}

static void pipe(struct world *w, uint8_t who)
{
	uint64_t *at = &w->open[who % PIPES];
	uint64_t was = *at;
	*at = was ? 0 : ++w->last_pipe;
	if (was)
		w->link.on_pipe_closed(w->link.self, was);
	else
		w->link.on_pipe_open(w->link.self, *at, "1.2.3.4:5");
}

static void pass_time(struct world *w, uint8_t how)
{
	w->now += how < 128 ? how * 10 : how * 400;
	server_sessions_tick(w->s, w->now, w->now);
	must(server_sessions_deadline(w->s) > w->now - 1);
}

static void step(struct world *w, uint8_t what, uint8_t who)
{
	switch (what % 8) {
	case 0: pipe(w, who); break;
	case 1: verdict(w, what / 8, who); break;
	case 2: pass_time(w, who); break;
	case 3:
		if (who < 200)
			server_sessions_orders_changed(w->s, who & 1 ? "a" : "b");
		else if (who < 228)
			server_sessions_follow(w->s, "other:1");
		else
			server_sessions_lead(w->s, 2 + who % 4);
		break;
	default: request(w, what / 8, who); break;
	}
}

static void check(const struct world *w)
{
	const struct server_sessions_stats *st = server_sessions_stats(w->s);
	uint32_t open = 0;
	for (int i = 0; i < PIPES; i++)
		open += w->open[i] != 0;
	must(st->pipes == open && st->sessions <= 2);
	must(st->pipes == st->pipes_waiting + st->sessions);
}

static void begin(struct world *w)
{
	struct server_sessions_config cfg = {.agent_username = "system:agents",
					     .heartbeat_ms = 2000,
					     .hold_ms = 30000,
					     .hello_wait_ms = 5000,
					     .reviews_max = 2,
					     .pipes_waiting_max = 6,
					     .drafts_bytes_max = 4096,
					     .self = w,
					     .look = look,
					     .on_hello = on_hello,
					     .on_report = on_report,
					     .on_heard = on_end,
					     .on_hangup = on_end,
					     .on_dropped = on_end,
					     .orders = orders,
					     .template_text = template_text};
	struct api api = {w, submit, cancel};
	struct link_server link = {.self = w, .reply = reply, .close_pipe = close_pipe};
	w->order = (struct order){.ns = "n",
				  .job_name = "j",
				  .job_uid = "u",
				  .pod = "p",
				  .pod_uid = "",
				  .template_hash = "h",
				  .proof = ""};
	w->now = 1000;
	w->s = server_sessions_new(&cfg, &api, &link, NULL);
	w->link = server_sessions_sink(w->s);
	server_sessions_tick(w->s, w->now, w->now);
	server_sessions_lead(w->s, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	begin(w);
	for (size_t i = 0; i + 1 < len && w->last_op + 8 < REVIEWS_MAX; i += 2) {
		step(w, data[i], data[i + 1]);
		check(w);
	}
	server_sessions_free(w->s);
	for (uint64_t i = 1; i <= w->last_op; i++)
		must(!w->reviews[i].self);
	free(w);
	return 0;
}
