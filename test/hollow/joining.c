/* SPDX-License-Identifier: Apache-2.0 */
#include "joining.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum { AT_ONCE = 48, TOKEN_S = 86400, PATH_MAX_BYTES = 1024 };

struct joining {
	struct admin *admin;
	const struct hollow_options *o;
	struct identity *v;
	uint32_t next, left;
};

struct joiner {
	struct joining *all;
	struct identity *who;
};

static json_t *node_object(const char *name)
{
	json_t *room = json_pack("{ssssss}", "cpu", "64", "memory", "256Gi", "pods", "110");
	json_t *about = json_object();
	static const char *const words[] = {
		"architecture",  "bootID",           "containerRuntimeVersion",
		"kernelVersion", "kubeProxyVersion", "kubeletVersion",
		"machineID",     "operatingSystem",  "osImage",
		"systemUUID"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		json_object_set_new(about, words[i], json_string("hollow"));
	return json_pack("{s{sss{ssss}}s{sOsosos[{ssssss}]}}", "metadata", "name", name, "labels",
			 "kubernetes.io/hostname", name, "kubernetes.io/os", "linux", "status",
			 "allocatable", room, "capacity", room, "nodeInfo", about, "conditions",
			 "type", "Ready", "status", "True", "reason", "KubeletReady");
}

static json_t *pod_object(const char *name, const char *node)
{
	return json_pack("{s{ss}s{sssssbs[{sssss[s]}]}}", "metadata", "name", name, "spec",
			 "nodeName", node, "serviceAccountName", "muster-agent",
			 "automountServiceAccountToken", 0, "containers", "name", "agent", "image",
			 "hollow", "command", "forever");
}

static json_t *token_request(const char *pod, const char *uid)
{
	return json_pack("{s{s[ss]sis{ssssssss}}}", "spec", "audiences",
			 "https://kubernetes.default.svc", "muster-coordinator",
			 "expirationSeconds", TOKEN_S, "boundObjectRef", "kind", "Pod",
			 "apiVersion", "v1", "name", pod, "uid", uid);
}

static const char *of(const json_t *o, const char *a, const char *b)
{
	return str_or_empty(json_string_value(json_object_get(json_object_get(o, a), b)));
}

static void begin_next(struct joining *j);

static void failed(const char *what, int status, const json_t *answer)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	buf_printf(&b, "%s: status %d: %s", what, status,
		   str_or_empty(json_string_value(json_object_get(answer, "message"))));
	hollow_refuse(buf_str(&b));
}

static void on_token(void *self, int status, const json_t *answer)
{
	struct joiner *n = self;
	struct joining *j = n->all;
	if (status != 201)
		failed("no token for an agent", status, answer);
	n->who->token = mem_strdup(of(answer, "status", "token"));
	free(n);
	j->left--;
	begin_next(j);
}

static void path_of(struct buf *b, const struct joiner *n, const char *rest)
{
	*b = BUF_INIT(PATH_MAX_BYTES);
	buf_printf(b, "/api/v1/namespaces/%s/%s", n->all->o->ns, rest);
	must(buf_rc(b) == RC_OK);
}

static void name_of(struct buf *b, const struct joiner *n)
{
	*b = BUF_INIT(PATH_MAX_BYTES);
	buf_printf(b, "muster-agent-%s", n->who->node);
	must(buf_rc(b) == RC_OK);
}

static void on_pod(void *self, int status, const json_t *answer)
{
	struct joiner *n = self;
	AUTO(buf_done) struct buf path, name;
	if (status != 200 && status != 201)
		failed("the pod of an agent was not made", status, answer);
	path_of(&path, n, "serviceaccounts/muster-agent/token");
	name_of(&name, n);
	admin_ask(n->all->admin, "POST", buf_str(&path), "application/json",
		  token_request(buf_str(&name), of(answer, "metadata", "uid")), n, on_token);
}

/* Server-side apply: an earlier run may have made it. */
static void on_node(void *self, int status, const json_t *answer)
{
	struct joiner *n = self;
	AUTO(buf_done) struct buf path, name, rest = BUF_INIT(PATH_MAX_BYTES);
	if (status != 201 && status != 409)
		failed("a Node was not made", status, answer);
	name_of(&name, n);
	buf_printf(&rest, "pods/%s?fieldManager=hollow&force=true", buf_str(&name));
	path_of(&path, n, buf_str(&rest));
	json_t *pod = pod_object(buf_str(&name), n->who->node);
	json_object_set_new(pod, "apiVersion", json_string("v1"));
	json_object_set_new(pod, "kind", json_string("Pod"));
	admin_ask(n->all->admin, "PATCH", buf_str(&path), "application/apply-patch+yaml", pod, n,
		  on_pod);
}

static void begin_next(struct joining *j)
{
	AUTO(buf_done) struct buf name = BUF_INIT(256);
	if (j->next == j->o->nodes)
		return;
	struct joiner *n = mem_zalloc(1, sizeof *n);
	n->all = j;
	n->who = &j->v[j->next];
	buf_printf(&name, "%s%u", j->o->prefix, j->next++);
	n->who->node = buf_steal(&name);
	admin_ask(j->admin, "POST", "/api/v1/nodes", "application/json", node_object(n->who->node),
		  n, on_node);
}

void joining_run(struct admin *a, const struct hollow_options *o, struct identity *v)
{
	struct joining j = {.admin = a, .o = o, .v = v, .left = o->nodes};
	for (uint32_t i = 0; i < AT_ONCE; i++)
		begin_next(&j);
	while (j.left > 0) {
		loop_wait(a->loop, INT64_MAX);
		loop_run(a->loop);
	}
}
