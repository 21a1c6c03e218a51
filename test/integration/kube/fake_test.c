/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that a real API server gives on bad days only: fake.py gives them on demand. */
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "broken.h"

extern char **environ;

static struct {
	pid_t pid;
	int in;
	struct buf token_file;
} fake;

static unsigned spawn_fake(void)
{
	AUTO(buf_done) struct buf crt = BUF_INIT(4096), key = BUF_INIT(4096), text = BUF_INIT(64);
	char *argv[] = {"python3", "test/integration/kube/fake.py", NULL, NULL, NULL};
	posix_spawn_file_actions_t fa;
	int in[2], out[2];
	char c;
	buf_printf(&crt, "%s/server.crt", rig.dir);
	buf_printf(&key, "%s/server.key", rig.dir);
	argv[2] = crt.data;
	argv[3] = key.data;
	must(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	posix_spawn_file_actions_adddup2(&fa, out[1], 1);
	must(posix_spawnp(&fake.pid, argv[0], &fa, NULL, argv, environ) == 0);
	posix_spawn_file_actions_destroy(&fa);
	close(in[0]);
	close(out[1]);
	fake.in = in[1];
	while (read(out[0], &c, 1) == 1 && c != '\n')
		buf_putc(&text, c);
	close(out[0]);
	return text_number(buf_str(&text));
}

int fake_start(void **state)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	(void)state;
	fake.token_file = BUF_INIT(4096);
	buf_printf(&fake.token_file, "%s/rotated", rig.dir);
	write_file(buf_str(&fake.token_file), "first\n");
	buf_printf(&path, "%s/faked", rig.dir);
	write_kubeconfig(buf_str(&path), spawn_fake(), NULL, buf_str(&fake.token_file));
	rig_open(&rig, buf_str(&path));
	return 0;
}

int fake_stop(void **state)
{
	(void)state;
	rig_close(&rig);
	close(fake.in);
	must(waitpid(fake.pid, NULL, 0) == fake.pid);
	buf_done(&fake.token_file);
	return 0;
}

static void get(const char *name, struct answer *a)
{
	struct api_request req = {.verb = API_GET, .kind = API_CONFIGMAP, .ns = "d", .name = name};
	rig_ask(&rig, &req, a);
}

void failures_keep_their_words(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		int http;
		int64_t retry_after_ms;
		const char *reason, *message;
	} cases[] = {
		{"fine", RC_OK, 200, 0, "", ""},
		{"throttled", RC_THROTTLED, 429, 7000, "TooManyRequests", "slow"},
		{"details", RC_SERVER, 503, 3000, "", "later"},
		{"html", RC_SERVER, 502, 0, "", "the server gave no reason"},
		{"empty", RC_MALFORMED, 200, 0, "", "the answer is no JSON"},
		{"text", RC_MALFORMED, 200, 0, "", "the answer is no JSON"},
		{"redirect", RC_BADREQUEST, 302, 0, "", "the server gave no reason"},
		{"timeout", RC_SERVER, 504, 0, "Timeout", "in etcd"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		get(cases[i].name, &a);
		if (a.rc != cases[i].rc || a.http != cases[i].http ||
		    a.retry_after_ms != cases[i].retry_after_ms ||
		    strcmp(buf_str(&a.reason), cases[i].reason) != 0 ||
		    strcmp(buf_str(&a.message), cases[i].message) != 0)
			fail_msg("%s: %s %d %d ms \"%s\" \"%s\"", cases[i].name, rc_name(a.rc),
				 a.http, (int)a.retry_after_ms, buf_str(&a.reason),
				 buf_str(&a.message));
	}
}

void token_is_read_again_on_401(void **state)
{
	AUTO(answer_done)
	struct answer first = ANSWER, rotated = ANSWER, refused = ANSWER, again = ANSWER;
	(void)state;
	get("token", &first);
	assert_int_equal(first.rc, RC_OK);
	get("rotate", &rotated);
	get("token", &refused);
	assert_int_equal(refused.rc, RC_UNAUTHORIZED);
	/* Once, not for ever. */
	assert_string_equal(buf_str(&rig.requests), "GET 200, GET 200, GET 401, GET 401");
	write_file(buf_str(&fake.token_file), "second\n");
	get("token", &again);
	assert_int_equal(again.rc, RC_OK);
}

void lists_are_whole_or_nothing(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *names, *rv, *cont;
	} cases[] = {
		{"cut", RC_MALFORMED, "a", "", ""},
		{"late", RC_OK, "a, b", "9", "c"},
		{"expired", RC_GONE, "", "", ""},
		{"none", RC_OK, "", "9", ""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		struct api_request req = {
			.verb = API_LIST, .kind = API_CONFIGMAP, .ns = cases[i].name};
		rig_ask(&rig, &req, &a);
		if (a.rc != cases[i].rc || strcmp(buf_str(&a.names), cases[i].names) != 0 ||
		    strcmp(buf_str(&a.rv), cases[i].rv) != 0 ||
		    strcmp(buf_str(&a.cont), cases[i].cont) != 0)
			fail_msg("%s: %s \"%s\" rv %s continue %s", cases[i].name, rc_name(a.rc),
				 buf_str(&a.names), buf_str(&a.rv), buf_str(&a.cont));
	}
}

void watches_end_with_their_reason(void **state)
{
	static const struct {
		const char *name;
		enum api_kind kind;
		enum rc rc;
		const char *names;
		unsigned bookmarks;
	} cases[] = {
		{"error", API_CONFIGMAP, RC_GONE, "ADDED a", 0},
		{"bookmark", API_CONFIGMAP, RC_OK, "", 1},
		{"junk", API_CONFIGMAP, RC_MALFORMED, "ADDED a", 0},
		/* Objects of others are told after one that cannot be read. */
		{"many", API_CONFIGMAP, RC_OK, "ADDED a, ADDED b", 0},
		{"long", API_CONFIGMAP, RC_OK, "ADDED b", 0},
		{"part", API_JOB, RC_OK, "ADDED a, MODIFIED x, DELETED y, MODIFIED z, ADDED b", 0},
		{"much-junk", API_JOB, RC_MALFORMED, "ADDED a", 0},
		{"half", API_CONFIGMAP, RC_OK, "ADDED a",
		 0}, /* the server hung up: nothing of it is believed */
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		struct api_request req = {
			.verb = API_WATCH, .kind = cases[i].kind, .ns = cases[i].name};
		rig_ask(&rig, &req, &a);
		if (a.rc != cases[i].rc || strcmp(buf_str(&a.names), cases[i].names) != 0 ||
		    a.bookmarks != cases[i].bookmarks)
			fail_msg("%s: %s \"%s\" %u bookmarks: %s", cases[i].name, rc_name(a.rc),
				 buf_str(&a.names), a.bookmarks, buf_str(&a.message));
	}
}
