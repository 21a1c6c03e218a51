/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfigs as people have them, one file and several. */
#include "kube/config_load.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "kube/exec.h"
#include "kube/kubeconfig.h"
#include "os/clock.h"
#include "test/lib/check.h"

static char dir[] = "/tmp/muster-config-XXXXXX";

static void write_file(const char *name, const char *text)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/%s", dir, name);
	FILE *f = fopen(buf_str(&path), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static enum rc parse(const char *yaml, struct kube_config *ret, struct err *e)
{
	struct kubeconfig_text t = {yaml, strlen(yaml), "FILE", dir};
	*ret = (struct kube_config){0};
	e->msg[0] = 0;
	return kubeconfig_parse(&t, 1, NULL, ret, e);
}

#define HEAD                                                             \
	"apiVersion: v1\nkind: Config\ncurrent-context: c\n"             \
	"contexts:\n- name: other\n  context: { cluster: x, user: x }\n" \
	"- name: c\n  context: { cluster: k, user: u, namespace: ns }\n"
#define NOBODY "users:\n- name: u\n  user: {}\n"
#define CLUSTER "clusters:\n- name: k\n  cluster: { server: 'https://h:6443/' }\n"

static void everything(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	write_file("cert.pem", "CERT");
	assert_int_equal(parse(HEAD
			       "clusters:\n- name: k\n  cluster:\n    server: https://h:6443///\n"
			       "    certificate-authority-data: Q0E=\n"
			       "    certificate-authority: not-read.pem\n"
			       "    tls-server-name: kubernetes\n"
			       "users:\n- name: u\n  user:\n    token: T\n"
			       "    client-certificate: cert.pem\n    client-key-data: S0VZ\n",
			       &c, &e),
			 RC_OK);
	assert_string_equal(c.server, "https://h:6443");
	assert_string_equal(c.ca, "CA");
	assert_null(c.ca_file);
	assert_string_equal(c.server_name, "kubernetes");
	assert_false(c.insecure);
	assert_string_equal(c.token, "T");
	assert_string_equal(c.cert, "CERT");
	assert_string_equal(c.key, "KEY");
	assert_string_equal(c.ns, "ns");
	kube_config_done(&c);
}

static void json_is_yaml_and_aliases_work(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	assert_int_equal(
		parse("{\"current-context\":\"c\",\"contexts\":[{\"name\":\"c\",\"context\":{"
		      "\"cluster\":\"k\",\"user\":\"u\"}}],\"clusters\":[{\"name\":\"k\","
		      "\"cluster\":{\"server\":\"https://h\",\"insecure-skip-tls-verify\":true}}],"
		      "\"users\":[{\"name\":\"u\",\"user\":{}}]}",
		      &c, &e),
		RC_OK);
	assert_string_equal(c.server, "https://h");
	assert_null(c.token);
	assert_true(c.insecure);
	kube_config_done(&c);
	assert_int_equal(parse("server: &s https://h\n" HEAD
			       "clusters:\n- name: k\n  cluster: { server: *s }\n" NOBODY,
			       &c, &e),
			 RC_OK);
	assert_string_equal(c.server, "https://h");
	kube_config_done(&c);
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *yaml, *says;
	} cases[] = {
		{"", "current-context"},
		{"a: [", "line"},
		{"just text", "current-context"},
		{"current-context: c\n", "\"c\" is not among"},
		{HEAD, "cluster of context \"c\""},
		{HEAD "clusters:\n- name: k\n  cluster: {}\n", "no server"},
		{HEAD "clusters: {}\n", "cluster of context"},
		{HEAD "clusters:\n- name: k\n  cluster: { server: 'https://h', proxy-url: p }\n",
		 "proxy-url"},
		{HEAD
		 "clusters:\n- name: k\n  cluster: { server: s, certificate-authority: gone }\n",
		 "gone"},
		{HEAD CLUSTER, "user of context"},
		{HEAD CLUSTER "users:\n- name: u\n  user: { tokenFile: gone }\n", "tokenFile"},
		{HEAD CLUSTER "users:\n- name: u\n  user: { client-key-data: '!' }\n", "base64"},
		{HEAD
		 "clusters:\n- name: k\n  cluster: { server: s, insecure-skip-tls-verify: true, "
		 "certificate-authority-data: Q0E= }\n",
		 "exclude each other"},
		{HEAD CLUSTER "users:\n- name: u\n  user: { client-key-data: S0VZ }\n",
		 "go together"},
		{HEAD CLUSTER "users:\n- name: u\n  user: { auth-provider: {} }\n",
		 "auth-provider"},
		{HEAD CLUSTER "users:\n- name: u\n  user: { as: root }\n", "\"as\""},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kube_config c;
		struct err e;
		CASE(cases[i].says, parse(cases[i].yaml, &c, &e) != RC_OK);
		CASE(e.msg, strstr(e.msg, cases[i].says));
		kube_config_done(&c);
	}
}

static void token_file_is_read_again(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	write_file("token", "one\n");
	assert_int_equal(
		parse(HEAD CLUSTER "users:\n- name: u\n  user: { tokenFile: token }\n", &c, &e),
		RC_OK);
	assert_string_equal(c.token, "one");
	write_file("token", "second");
	kube_config_refresh_token(&c, false);
	assert_string_equal(c.token, "second");
	/* What is no token, or nothing, leaves the one before. */
	write_file("token", "");
	kube_config_refresh_token(&c, true);
	assert_string_equal(c.token, "second");
	write_file("token", "a\r\nX-Evil: b");
	kube_config_refresh_token(&c, true);
	assert_string_equal(c.token, "second");
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/token", dir);
	unlink(buf_str(&path));
	kube_config_refresh_token(&c, true);
	assert_string_equal(c.token, "second");
	kube_config_done(&c);
}

static void ca_file_is_read_again(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	write_file("ca.pem", "OLD");
	assert_int_equal(parse(HEAD "clusters:\n- name: k\n  cluster: { server: 'https://h', "
				    "certificate-authority: ca.pem }\n" NOBODY,
			       &c, &e),
			 RC_OK);
	assert_string_equal(c.ca, "OLD");
	assert_false(kube_config_refresh_ca(&c));
	write_file("ca.pem", "NEWER");
	assert_true(kube_config_refresh_ca(&c));
	assert_string_equal(c.ca, "NEWER");
	assert_false(kube_config_refresh_ca(&c));
	kube_config_done(&c);
}

/* Each part from the first file that has it; relative paths from that file's folder. */
static void a_list_is_merged(void **state)
{
	AUTO(buf_done) struct buf sub = BUF_INIT(4096), list = BUF_INIT(16384);
	struct kube_config c;
	struct err e;
	(void)state;
	buf_printf(&sub, "%s/sub", dir);
	assert_int_equal(mkdir(buf_str(&sub), 0700), 0);
	write_file("a", "contexts:\n- name: c\n  context: { cluster: k, user: u }\n");
	write_file("sub/b", "current-context: c\nclusters:\n- name: k\n  cluster:\n    server: "
			    "https://b\n    certificate-authority: ca\n");
	write_file("sub/ca", "SUBCA");
	write_file("c", "current-context: other\nclusters:\n- name: k\n  cluster: { server: "
			"'https://c' }\nusers:\n- name: u\n  user: { token: T }\n");
	buf_printf(&list, "%s/missing::%s/a:%s/sub/b:%s/c:", dir, dir, dir, dir);
	unsetenv("KUBERNETES_SERVICE_HOST");
	setenv("KUBECONFIG", buf_str(&list), 1);
	assert_int_equal(kube_config_load(NULL, &c, &e), RC_OK);
	assert_string_equal(c.server, "https://b");
	assert_string_equal(c.ca, "SUBCA");
	assert_string_equal(c.token, "T");
	kube_config_done(&c);
	setenv("KUBECONFIG", "/nowhere/a:/nowhere/b", 1);
	assert_int_equal(kube_config_load("", &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "/nowhere/a"));
	/* The option's file must be there, whatever the environment says. */
	assert_int_equal(kube_config_load("/nowhere/x", &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "/nowhere/x"));
	unsetenv("KUBECONFIG");
}

static void write_program(const char *name, const char *text)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	write_file(name, text);
	buf_printf(&path, "%s/%s", dir, name);
	assert_int_equal(chmod(buf_str(&path), 0700), 0);
}

static enum rc load(const char *user, struct kube_config *ret, struct err *e)
{
	AUTO(buf_done) struct buf text = BUF_INIT(16384), path = BUF_INIT(4096);
	buf_printf(&text, "%s%susers:\n- name: u\n  user: { %s }\n", HEAD, CLUSTER, user);
	write_file("kc", buf_str(&text));
	buf_printf(&path, "%s/kc", dir);
	e->msg[0] = 0;
	return kube_config_load(buf_str(&path), ret, e);
}

/* Until the plug-in's thread is done. */
static void wait_for_token(struct kube_config *c, const char *token)
{
	int64_t end = clock_mono_ms() + 20000;
	while (strcmp(c->token, token) != 0 && clock_mono_ms() < end) {
		sched_yield();
		kube_config_refresh_token(c, false);
	}
	assert_string_equal(c->token, token);
}

static void a_plugin_gives_and_renews_tokens(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	write_program(
		"plugin",
		"#!/bin/sh\n"
		"case $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) ;; *) exit 9 ;; esac\n"
		"read -r n <\"${0%/*}/count\"; echo $((n + 1)) >\"${0%/*}/count\"\n"
		"echo "
		"\"{\\\"status\\\":{\\\"token\\\":\\\"$1-$V-$n\\\",\\\"expirationTimestamp\\\":"
		"\\\"20${n}6-01-01T00:00:00Z\\\"}}\"\n");
	write_file("count", "1\n");
	assert_int_equal(
		load("exec: { command: ./plugin, args: [a], env: [{name: V, value: v}] }", &c, &e),
		RC_OK);
	assert_string_equal(c.token, "a-v-1"); /* good until 2016: renewed at once */
	kube_config_refresh_token(&c, false);
	wait_for_token(&c, "a-v-2");
	c.token_expires_ms = INT64_MAX;
	kube_config_refresh_token(&c, false);
	assert_null(c.exec->renewal);
	kube_config_refresh_token(&c, true); /* too soon after the one before */
	assert_null(c.exec->renewal);
	c.exec_at_ms = 0;
	kube_config_refresh_token(&c, true);
	wait_for_token(&c, "a-v-3");
	/* The end does not lose a renewal under way. */
	c.exec_at_ms = 0;
	kube_config_refresh_token(&c, true);
	kube_config_done(&c);
}

static void what_plugins_do_wrong_is_said(void **state)
{
	static const struct {
		const char *script, *says;
	} cases[] = {
		{"exit 3", "status 3"},
		{"kill -9 $$", "status -1"},
		{"echo hello", "no ExecCredential"},
		{"echo '{\"status\":{}}'", "no ExecCredential"},
		{"echo '{\"status\":{\"clientKeyData\":\"K\",\"token\":\"t\"}}'",
		 "no ExecCredential"},
		{"yes", "262144 bytes"},
	};
	struct kube_config c;
	struct err e;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf script = BUF_INIT(4096);
		buf_printf(&script, "#!/bin/sh\n%s\n", cases[i].script);
		write_program("plugin", buf_str(&script));
		CASE(cases[i].script, load("exec: { command: ./plugin }", &c, &e) == RC_CONFIG);
		CASE(e.msg, strstr(e.msg, cases[i].says));
	}
	assert_int_equal(load("exec: { command: no-such-plugin-here }", &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "no-such-plugin-here"));
	assert_int_equal(load("exec: {}", &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "no command"));
	write_program("plugin", "#!/bin/sh\necho '{\"status\":{\"clientKeyData\":\"K\","
				"\"clientCertificateData\":\"C\"}}'\n");
	assert_int_equal(load("exec: { command: ./plugin }", &c, &e), RC_OK);
	assert_string_equal(c.cert, "C");
	assert_string_equal(c.key, "K");
	assert_null(c.token);
	kube_config_done(&c);
}

static void in_cluster_without_files(void **state)
{
	struct kube_config c;
	struct err e;
	(void)state;
	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	assert_int_equal(kube_config_load(NULL, &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "ServiceAccount"));
	unsetenv("KUBERNETES_SERVICE_HOST");
}

/* What a person says in place of the kubeconfig. */
static void a_person_chooses(void **state)
{
	static const char text[] =
		HEAD "clusters:\n- name: k\n  cluster: { server: 'https://h:6443' }\n"
		     "- name: x\n  cluster: { server: 'https://other' }\n"
		     "users:\n- name: u\n  user: { token: T }\n- name: x\n  user: { token: X }\n"
		     "- name: f\n  user: { tokenFile: /nowhere }\n";
	static const struct {
		const char *name;
		struct kube_choice choice;
		const char *server, *token, *ns;
	} cases[] = {
		{"nothing", {.context = ""}, "https://h:6443", "T", "ns"},
		{"context", {.context = "other"}, "https://other", "X", NULL},
		{"cluster", {.cluster = "x"}, "https://other", "T", "ns"},
		{"user", {.user = "x"}, "https://h:6443", "X", "ns"},
		{"server", {.server = "https://s/"}, "https://s", "T", "ns"},
		{"token", {.token = "mine"}, "https://h:6443", "mine", "ns"},
		{"token in place of a file",
		 {.user = "f", .token = "m"},
		 "https://h:6443",
		 "m",
		 "ns"},
		{"context that is not there", {.context = "nope"}, NULL, "context \"nope\"", NULL},
		{"cluster that is not there",
		 {.cluster = "nope"},
		 NULL,
		 "cluster \"nope\" is not among its clusters",
		 NULL},
		{"user that is not there",
		 {.user = "nope"},
		 NULL,
		 "user \"nope\" is not among its users",
		 NULL},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct kubeconfig_text t = {text, strlen(text), "FILE", dir};
		struct kube_config c = {0};
		struct err e = {""};
		enum rc rc = kubeconfig_parse(&t, 1, &cases[i].choice, &c, &e);
		CASE(cases[i].name, (rc == RC_OK) == (cases[i].server != NULL));
		if (rc == RC_OK) {
			CASE_STR(cases[i].name, c.server, cases[i].server);
			CASE_STR(cases[i].name, c.token, cases[i].token);
			CASE(cases[i].name, str_eq(c.ns, cases[i].ns));
		} else {
			CASE(e.msg, strstr(e.msg, cases[i].token));
		}
		kube_config_done(&c);
	}
}

/* kubectl's order: a kubeconfig first, the pod's ServiceAccount last. */
static void a_person_in_a_pod(void **state)
{
	struct kube_choice none = {.context = NULL}, context = {.context = "c"};
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	struct kube_config c;
	struct err e;
	(void)state;
	write_file("kc", HEAD CLUSTER NOBODY);
	buf_printf(&path, "%s/kc", dir);
	setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	setenv("KUBECONFIG", buf_str(&path), 1);
	assert_int_equal(kube_config_load_chosen(&none, &c, &e), RC_OK);
	assert_string_equal(c.server, "https://h:6443");
	kube_config_done(&c);
	setenv("KUBECONFIG", "", 1);
	setenv("HOME", "/nowhere", 1);
	assert_int_equal(kube_config_load_chosen(&none, &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "ServiceAccount"));
	assert_int_equal(kube_config_load_chosen(&context, &c, &e), RC_CONFIG);
	assert_non_null(strstr(e.msg, "/nowhere/.kube/config"));
	unsetenv("KUBERNETES_SERVICE_HOST");
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	static const char *const files[] = {"cert.pem", "token",  "ca.pem", "a",  "c",
					    "sub/b",    "plugin", "count",  "kc", "sub/ca"};
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		buf_reset(&path);
		buf_printf(&path, "%s/%s", dir, files[i]);
		unlink(buf_str(&path));
	}
	buf_reset(&path);
	buf_printf(&path, "%s/sub", dir);
	rmdir(buf_str(&path));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything),
		cmocka_unit_test(json_is_yaml_and_aliases_work),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(token_file_is_read_again),
		cmocka_unit_test(ca_file_is_read_again),
		cmocka_unit_test(a_list_is_merged),
		cmocka_unit_test(a_plugin_gives_and_renews_tokens),
		cmocka_unit_test(what_plugins_do_wrong_is_said),
		cmocka_unit_test(in_cluster_without_files),
		cmocka_unit_test(a_person_chooses),
		cmocka_unit_test(a_person_in_a_pod),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
