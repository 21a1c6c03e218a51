/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that break, hang and are shared; operations that end inside of their own callbacks.
 */
#include "broken.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/file.h"
#include "proxy.h"

struct rig rig;
static struct proxy *proxy;

enum { BIG_PART = 3000 }; /* bytes: less than "big" takes */

void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	must(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

void write_kubeconfig(const char *path, unsigned port, const char *token, const char *token_file)
{
	AUTO(buf_done) struct buf out = BUF_INIT(16 * 1024);
	buf_printf(&out,
		   "current-context: c\n"
		   "clusters: [ { name: k, cluster: { server: 'https://127.0.0.1:%u',\n"
		   "  certificate-authority: ca.crt } } ]\n"
		   "contexts: [ { name: c, context: { cluster: k, user: u } } ]\n"
		   "users: [ { name: u, user: { %s: '%s' } } ]\n",
		   port, token ? "token" : "tokenFile", token ? token : token_file);
	write_file(path, buf_str(&out));
}

void read_text(const char *name, struct buf *out)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/%s", rig.dir, name);
	out->max = 4096;
	must(file_read(buf_str(&path), out, NULL) == RC_OK);
	while (out->len && out->data[out->len - 1] == '\n')
		out->data[--out->len] = 0;
}

unsigned text_number(const char *s)
{
	unsigned n = 0;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (unsigned)(*s - '0');
	return n;
}

static int start(void **state)
{
	uint16_t port;
	AUTO(buf_done) struct buf url = {0}, token = {0}, path = BUF_INIT(4096);
	(void)state;
	rig.dir = server_start(NULL);
	read_text("url", &url);
	read_text("token", &token);
	proxy = proxy_new((uint16_t)text_number(strrchr(url.data, ':') + 1), &port);
	buf_printf(&path, "%s/proxied", rig.dir);
	write_kubeconfig(buf_str(&path), port, buf_str(&token), NULL);
	kubectl(rig.dir, "create configmap there --from-literal=k=v", NULL, NULL);
	kubectl(rig.dir, "create configmap big --from-file=k=test/integration/kube/broken_test.c",
		NULL, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	proxy = proxy_free(proxy);
	server_stop(rig.dir);
	return 0;
}

static int open_client(void **state)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	(void)state;
	proxy_mode(proxy, PROXY_PASS);
	buf_printf(&path, "%s/proxied", rig.dir);
	rig_open(&rig, buf_str(&path));
	return 0;
}

static int close_client(void **state)
{
	(void)state;
	rig_close(&rig);
	return 0;
}

static const struct api_request get_there = {
	.verb = API_GET, .kind = API_CONFIGMAP, .ns = "default", .name = "there"};
static const struct api_request watch_maps = {.verb = API_WATCH, .kind = API_CONFIGMAP, .rv = "0"};

static void get_expecting(enum rc rc, int64_t deadline_ms)
{
	AUTO(answer_done) struct answer a = ANSWER;
	struct api_request req = get_there;
	req.deadline_ms = deadline_ms;
	rig_ask(&rig, &req, &a);
	if (a.rc != rc)
		fail_msg("expected %s, got %s: %d %s", rc_name(rc), rc_name(a.rc), a.http,
			 buf_str(&a.message));
	assert_int_equal(a.objects, rc == RC_OK);
}

/* Nothing of the answer had come: the request goes out again on a new connection. */
static void a_reset_before_the_answer_is_no_failure(void **state)
{
	(void)state;
	get_expecting(RC_OK, 0);
	unsigned before = proxy_accepted(proxy);
	proxy_break(proxy, PROXY_RESET, 0);
	get_expecting(RC_OK, 0);
	assert_int_equal(proxy_accepted(proxy), before + 1);
}

static void broken_inside(enum proxy_mode mode)
{
	AUTO(answer_done) struct answer list = ANSWER, one = ANSWER;
	struct api_request req = get_there;
	unsigned before = proxy_accepted(proxy);
	req.name = "big";
	proxy_break(proxy, mode, BIG_PART);
	rig_ask(&rig, &req, &one);
	assert_int_equal(one.rc, RC_UNREACHABLE);
	assert_int_equal(one.objects, 0);
	assert_true(one.message.len > 0);
	get_expecting(RC_OK, 0);
	req.verb = API_LIST;
	proxy_break(proxy, mode, BIG_PART);
	rig_ask(&rig, &req, &list);
	assert_int_equal(list.rc, RC_UNREACHABLE);
	assert_string_equal(buf_str(&list.rv), "");
	get_expecting(RC_OK, 0);
	assert_int_equal(proxy_accepted(proxy), before + 2);
}

static void an_answer_cut_off_is_unreachable_and_the_next_works(void **state)
{
	(void)state;
	get_expecting(RC_OK, 0);
	broken_inside(PROXY_RESET);
	broken_inside(PROXY_CUT);
}

/* A connection that swallows everything is cut at the first deadline; what else was on it ends. */
static void a_deadline_cuts_the_connection(void **state)
{
	AUTO(answer_done) struct answer w = ANSWER;
	(void)state;
	rig_submit(&rig.api, &watch_maps, &w);
	get_expecting(RC_OK, 0);
	unsigned before = proxy_accepted(proxy);
	proxy_mode(proxy, PROXY_BLACKHOLE);
	rig_turn(&rig, 50);
	int64_t began = clock_mono_ms();
	get_expecting(RC_TIMEOUT, 500);
	proxy_mode(proxy, PROXY_PASS);
	get_expecting(RC_OK, 2000);
	assert_true(clock_mono_ms() - began < 2500);
	assert_true(rig_until(&rig, &w.done));
	assert_int_equal(w.rc, RC_UNREACHABLE);
	assert_int_equal(proxy_accepted(proxy), before + 1);
}

/* Waiting in line behind those that hang has its deadline too. */
static void deadlines_count_from_the_start(void **state)
{
	enum { MANY = 250 };
	static struct answer many[MANY];
	struct api_request req = get_there;
	(void)state;
	get_expecting(RC_OK, 0);
	proxy_mode(proxy, PROXY_DEAF);
	req.deadline_ms = 700;
	int64_t began = clock_mono_ms();
	for (size_t i = 0; i < MANY; i++) {
		many[i] = ANSWER;
		rig_submit(&rig.api, &req, &many[i]);
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_true(rig_until(&rig, &many[i].done));
		assert_int_not_equal(many[i].rc, RC_OK);
		answer_done(&many[i]);
	}
	assert_true(clock_mono_ms() - began < 3000);
}

static void many_requests_two_connections(void **state)
{
	enum { MANY = 500 };
	static struct answer many[MANY];
	unsigned before = proxy_accepted(proxy);
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		many[i] = ANSWER;
		rig_submit(&rig.api, &get_there, &many[i]);
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_true(rig_until(&rig, &many[i].done));
		assert_int_equal(many[i].rc, RC_OK);
		answer_done(&many[i]);
	}
	assert_true(proxy_accepted(proxy) - before <= 2);
}

static void the_lease_has_its_own_connection(void **state)
{
	AUTO(answer_done) struct answer a = ANSWER;
	struct api_request req = {
		.verb = API_GET, .kind = API_LEASE, .ns = "default", .name = "none"};
	(void)state;
	get_expecting(RC_OK, 0);
	unsigned before = proxy_accepted(proxy);
	rig_submit(&rig.lease, &req, &a);
	assert_true(rig_until(&rig, &a.done));
	assert_int_equal(a.rc, RC_NOTFOUND);
	assert_int_equal(proxy_accepted(proxy), before + 1);
}

/* HTTP/2: a watch does not keep others out of its connection. */
static void a_watch_and_a_get_share_a_connection(void **state)
{
	AUTO(answer_done) struct answer w = ANSWER;
	unsigned before = proxy_accepted(proxy);
	(void)state;
	rig_submit(&rig.api, &watch_maps, &w);
	for (int i = 0; i < 100 && !w.objects; i++)
		rig_turn(&rig, 100);
	for (int i = 0; i < 20; i++)
		get_expecting(RC_OK, 0);
	assert_true(w.objects > 0);
	assert_false(w.done);
	assert_int_equal(proxy_accepted(proxy), before + 1);
}

/* ---- operations that end inside of callbacks ---- */

static void cancel_itself(struct answer *a, void *self)
{
	(void)self;
	if (!a->done)
		rig.api.cancel(rig.api.self, a->id);
	a->act = NULL;
}

static void canceled_inside(const struct api_request *req)
{
	AUTO(answer_done) struct answer a = ANSWER;
	a.act = cancel_itself;
	rig_submit(&rig.api, req, &a);
	for (int i = 0; i < 100 && !a.objects; i++)
		rig_turn(&rig, 100);
	assert_int_equal(a.objects, 1);
	get_expecting(RC_OK, 0);
	assert_false(a.done);
	assert_int_equal(a.objects, 1);
}

static void operations_cancel_themselves(void **state)
{
	struct api_request list = {.verb = API_LIST, .kind = API_CONFIGMAP};
	(void)state;
	canceled_inside(&watch_maps);
	canceled_inside(&list);
	canceled_inside(&get_there);
}

static void cancel_other(struct answer *a, void *self)
{
	const struct answer *other = self;
	if (a->done)
		rig.api.cancel(rig.api.self, other->id);
}

static void operations_cancel_each_other(void **state)
{
	AUTO(answer_done) struct answer a = ANSWER, b = ANSWER, w = ANSWER;
	(void)state;
	a.act = b.act = cancel_other;
	a.act_self = &b;
	b.act_self = &a;
	rig_submit(&rig.api, &watch_maps, &w);
	rig_submit(&rig.api, &get_there, &a);
	rig_submit(&rig.api, &get_there, &b);
	for (int i = 0; i < 100 && !a.done && !b.done; i++)
		rig_turn(&rig, 100);
	get_expecting(RC_OK, 0);
	assert_int_equal(a.done + b.done, 1);
	/* Before anything was sent, and with all still under way when the client dies. */
	struct answer never = ANSWER;
	rig_submit(&rig.api, &get_there, &never);
	rig.api.cancel(rig.api.self, never.id);
	rig.api.cancel(rig.api.self, never.id);
	rig_submit(&rig.api, &get_there, &never);
}

static void submit_more(struct answer *a, void *self)
{
	struct answer *next = self;
	if (a->done)
		rig_submit(&rig.api, &get_there, next);
}

static void operations_follow_each_other(void **state)
{
	AUTO(answer_done) struct answer a = ANSWER, b = ANSWER;
	(void)state;
	a.act = submit_more;
	a.act_self = &b;
	rig_submit(&rig.api, &get_there, &a);
	assert_true(rig_until(&rig, &b.done));
	assert_int_equal(b.rc, RC_OK);
}

#define PROXIED(f) cmocka_unit_test_setup_teardown(f, open_client, close_client)
#define FAKED(f) cmocka_unit_test_setup_teardown(f, fake_start, fake_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXIED(a_reset_before_the_answer_is_no_failure),
		PROXIED(an_answer_cut_off_is_unreachable_and_the_next_works),
		PROXIED(a_deadline_cuts_the_connection),
		PROXIED(deadlines_count_from_the_start),
		PROXIED(many_requests_two_connections),
		PROXIED(the_lease_has_its_own_connection),
		PROXIED(a_watch_and_a_get_share_a_connection),
		PROXIED(the_kernel_asks_for_silent_peers),
		PROXIED(operations_cancel_themselves),
		PROXIED(operations_cancel_each_other),
		PROXIED(operations_follow_each_other),
		cmocka_unit_test(credentials_of_all_kinds_work),
		cmocka_unit_test(servers_are_believed_or_not),
		cmocka_unit_test(a_new_ca_is_read_when_the_old_one_fails),
		cmocka_unit_test(plugins_give_tokens_and_new_ones),
		FAKED(failures_keep_their_words),
		FAKED(token_is_read_again_on_401),
		FAKED(lists_are_whole_or_nothing),
		FAKED(watches_end_with_their_reason),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
