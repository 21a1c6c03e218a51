/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are and whom we believe: client certificates, names, CAs, files that change. */
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "broken.h"

static unsigned server_port(void)
{
	AUTO(buf_done) struct buf url = {0};
	read_text("url", &url);
	return text_number(strrchr(url.data, ':') + 1);
}

/* A client whose kubeconfig has these lines for its cluster and its user; what a GET gives. */
static void expect_get(const char *cluster, const char *user, enum rc rc)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096), text = BUF_INIT(64 * 1024);
	AUTO(answer_done) struct answer a = ANSWER;
	struct api_request req = {.verb = API_GET, .kind = API_NODE, .name = "none"};
	buf_printf(&path, "%s/creds", rig.dir);
	buf_printf(&text,
		   "current-context: c\n"
		   "contexts: [ { name: c, context: { cluster: k, user: u } } ]\n"
		   "clusters: [ { name: k, cluster: { server: 'https://127.0.0.1:%u', %s } } ]\n"
		   "users: [ { name: u, user: { %s } } ]\n",
		   server_port(), cluster, user);
	write_file(buf_str(&path), buf_str(&text));
	rig_open(&rig, buf_str(&path));
	rig_ask(&rig, &req, &a);
	if (a.rc != rc)
		fail_msg("%s, %s: %s %d %s", cluster, user, rc_name(a.rc), a.http,
			 buf_str(&a.message));
	rig_close(&rig);
}

#define CERT "client-certificate: client.crt, client-key: client.key"
#define CA "certificate-authority: ca.crt"

/* Encoded by the shell, so that one side of it is not ours. */
static void encoded(const char *name, struct buf *ret)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/%s", rig.dir, name);
	const char *const argv[] = {"base64", "-w0", buf_str(&path), NULL};
	ret->max = 64 * 1024;
	must(run_program(argv, NULL, ret));
}

void credentials_of_all_kinds_work(void **state)
{
	AUTO(buf_done)
	struct buf token = {0}, user = BUF_INIT(64 * 1024), crt = {0}, key = {0}, ca = {0},
		   cluster = BUF_INIT(64 * 1024);
	(void)state;
	expect_get(CA, CERT, RC_NOTFOUND);
	encoded("client.crt", &crt);
	encoded("client.key", &key);
	encoded("ca.crt", &ca);
	buf_printf(&user, "client-certificate-data: %s, client-key-data: %s", buf_str(&crt),
		   buf_str(&key));
	buf_printf(&cluster, "certificate-authority-data: %s", buf_str(&ca));
	expect_get(buf_str(&cluster), buf_str(&user), RC_NOTFOUND);
	read_text("token", &token);
	buf_reset(&user);
	buf_printf(&user, "token: '%s'", buf_str(&token));
	expect_get(CA, buf_str(&user), RC_NOTFOUND);
	expect_get(CA, "tokenFile: token", RC_NOTFOUND);
	expect_get(CA, "token: wrong", RC_UNAUTHORIZED);
}

void servers_are_believed_or_not(void **state)
{
	(void)state;
	expect_get("insecure-skip-tls-verify: true", CERT, RC_NOTFOUND);
	expect_get("certificate-authority: other.crt", CERT, RC_TLS);
	expect_get("", CERT, RC_TLS); /* the system's CAs know nothing of it */
	expect_get(CA ", tls-server-name: kubernetes.default.svc", CERT, RC_NOTFOUND);
	expect_get(CA ", tls-server-name: somebody.else", CERT, RC_TLS);
}

static void copy_file(const char *from, const char *to)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096), text = {0};
	read_text(from, &text);
	buf_printf(&path, "%s/%s", rig.dir, to);
	buf_putc(&text, '\n');
	write_file(buf_str(&path), buf_str(&text));
}

/* The CA's file says something else now: the failed request reads it again and goes on. */
void a_new_ca_is_read_when_the_old_one_fails(void **state)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096), text = BUF_INIT(4096);
	AUTO(answer_done) struct answer wrong = ANSWER, right = ANSWER, after = ANSWER;
	struct api_request req = {.verb = API_GET, .kind = API_NODE, .name = "none"};
	(void)state;
	copy_file("other.crt", "rotating.crt");
	buf_printf(&path, "%s/creds", rig.dir);
	buf_printf(&text,
		   "current-context: c\n"
		   "contexts: [ { name: c, context: { cluster: k, user: u } } ]\n"
		   "clusters: [ { name: k, cluster: { server: 'https://127.0.0.1:%u', "
		   "certificate-authority: rotating.crt } } ]\n"
		   "users: [ { name: u, user: { " CERT " } } ]\n",
		   server_port());
	write_file(buf_str(&path), buf_str(&text));
	rig_open(&rig, buf_str(&path));
	rig_ask(&rig, &req, &wrong);
	assert_int_equal(wrong.rc, RC_TLS);
	copy_file("ca.crt", "rotating.crt");
	rig_ask(&rig, &req, &right);
	assert_int_equal(right.rc, RC_NOTFOUND);
	rig_submit(&rig.lease, &req, &after);
	assert_true(rig_until(&rig, &after.done));
	assert_int_equal(after.rc, RC_NOTFOUND);
	assert_string_equal(buf_str(&rig.requests), "GET <error>, GET <error>, GET 404, GET 404");
	rig_close(&rig);
}

/* Runs in the server's folder, where its relative path leads to. */
static const char plugin[] =
	"#!/bin/sh\n"
	"echo run >>\"$(dirname \"$0\")/plugin.runs\"\n"
	"printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
	"\"status\":{\"token\":\"%s\"}}' \"$(cat \"$(dirname \"$0\")/plugin.token\")\"\n";

/* A refused token makes the plug-in run again, beside the loop; its token is for what follows. */
void plugins_give_tokens_and_new_ones(void **state)
{
	AUTO(buf_done)
	struct buf path = BUF_INIT(4096), text = BUF_INIT(4096), runs = {0};
	struct api_request req = {.verb = API_GET, .kind = API_NODE, .name = "none"};
	enum rc last = RC_UNAUTHORIZED;
	(void)state;
	buf_printf(&path, "%s/plugin", rig.dir);
	write_file(buf_str(&path), plugin);
	must(chmod(buf_str(&path), 0700) == 0);
	buf_reset(&path);
	buf_printf(&path, "%s/plugin.token", rig.dir);
	write_file(buf_str(&path), "stale");
	buf_reset(&path);
	buf_printf(&path, "%s/creds", rig.dir);
	buf_printf(&text,
		   "current-context: c\n"
		   "contexts: [ { name: c, context: { cluster: k, user: u } } ]\n"
		   "clusters: [ { name: k, cluster: { server: 'https://127.0.0.1:%u', " CA
		   " } } ]\n"
		   "users: [ { name: u, user: { exec: { command: ./plugin, interactiveMode: Never, "
		   "apiVersion: client.authentication.k8s.io/v1 } } } ]\n",
		   server_port());
	write_file(buf_str(&path), buf_str(&text));
	rig_open(&rig, buf_str(&path));
	copy_file("token", "plugin.token");
	for (int i = 0; i < 100 && last == RC_UNAUTHORIZED; i++) {
		AUTO(answer_done) struct answer a = ANSWER;
		rig_ask(&rig, &req, &a);
		assert_true(i > 0 || a.rc == RC_UNAUTHORIZED);
		last = a.rc;
		rig_turn(&rig, 50);
	}
	assert_int_equal(last, RC_NOTFOUND);
	rig_close(&rig);
	/* Once at the start and once for the refusal, not once a request. */
	read_text("plugin.runs", &runs);
	assert_string_equal(buf_str(&runs), "run\nrun");
}
