/* SPDX-License-Identifier: Apache-2.0 */
/* A watch from resourceVersion 0 begins with all pods that there are, so when one ends the next one
 * tells everything again. What is known of a pod is kept by its UID. */
#include "kubelets.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "base/heap.h"
#include "base/mem.h"
#include "base/table.h"
#include "command.h"
#include "kube/split.h"
#include "pod_status.h"

#define PODS "/api/v1/pods?labelSelector=muster.dev%2Fjob-uid&watch=1&resourceVersion=0"

enum { AGAIN_MS = 500 };

enum pod_stage { POD_STARTS, POD_RUNS, POD_ENDS, POD_ENDED };

struct hollow_pod {
	UT_hash_handle hh;
	struct heap_node due;     /* of the next move */
	char *uid, *path, *words; /* path: of the pod; words: of the command */
	json_t *containers;
	struct command command;
	enum pod_stage stage;
	int64_t began_ms;
};

struct kubelets {
	const struct hollow_options *o;
	pthread_t thread;
	struct loop *loop;
	struct admin admin;
	struct splitter lines;
	bool watching;
	int64_t again_ms;
	struct hollow_pod *pods;
	struct heap due;
	atomic_uint n;
};

/* ---- pods ---- */

static void pod_free(struct kubelets *k, struct hollow_pod *p)
{
	HASH_DEL(k->pods, p);
	heap_remove(&k->due, &p->due);
	json_decref(p->containers);
	char *own[] = {p->uid, p->path, p->words};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	free(p);
	atomic_fetch_sub(&k->n, 1);
}

static void write_status(struct kubelets *k, const struct hollow_pod *p, json_t *own_patch)
{
	AUTO(buf_done) struct buf path = BUF_INIT(1024);
	buf_printf(&path, "%s/status", p->path);
	admin_ask(&k->admin, "PATCH", buf_str(&path), "application/merge-patch+json", own_patch,
		  NULL, NULL);
}

static void end_pod(struct kubelets *k, struct hollow_pod *p, int exit_code)
{
	write_status(k, p,
		     pod_status_ended(p->uid, p->containers, exit_code, p->began_ms,
				      loop_wall_ms(k->loop)));
}

static void begin(struct kubelets *k, struct hollow_pod *p)
{
	int64_t wall = loop_wall_ms(k->loop);
	p->stage = POD_RUNS;
	switch (p->command.kind) {
	case COMMAND_PULL:
		write_status(k, p, pod_status_waiting(p->uid, p->containers, p->command.words));
		return;
	case COMMAND_REFUSE:
		p->stage = POD_ENDED;
		write_status(k, p, pod_status_refused(p->uid, p->command.words));
		return;
	case COMMAND_SLEEP:
		heap_set(&k->due, &p->due, loop_now_ms(k->loop) + p->command.run_ms);
		break;
	case COMMAND_RUN:
	case COMMAND_TERM: break;
	}
	p->began_ms = wall;
	write_status(k, p, pod_status_running(p->uid, p->containers, wall));
}

/* A kubelet writes how a pod ended before it lets the pod go. */
static void let_go(struct kubelets *k, struct hollow_pod *p)
{
	if (p->command.kind == COMMAND_TERM && p->began_ms)
		end_pod(k, p, p->command.exit_code);
	p->stage = POD_ENDED;
	admin_ask(&k->admin, "DELETE", p->path, "application/json",
		  json_pack("{sis{ss}}", "gracePeriodSeconds", 0, "preconditions", "uid", p->uid),
		  NULL, NULL);
}

static void move(struct kubelets *k, struct hollow_pod *p)
{
	switch (p->stage) {
	case POD_STARTS: begin(k, p); return;
	case POD_RUNS:
		p->stage = POD_ENDED;
		end_pod(k, p, p->command.exit_code);
		return;
	case POD_ENDS: let_go(k, p); return;
	case POD_ENDED: return;
	}
}

static const char *text(const json_t *o, const char *part, const char *key)
{
	return str_or_empty(json_string_value(json_object_get(json_object_get(o, part), key)));
}

static struct hollow_pod *pod_new(struct kubelets *k, const json_t *pod, const char *uid)
{
	AUTO(buf_done) struct buf path = BUF_INIT(1024);
	struct hollow_pod *p = mem_zalloc(1, sizeof *p);
	buf_printf(&path, "/api/v1/namespaces/%s/pods/%s", text(pod, "metadata", "namespace"),
		   text(pod, "metadata", "name"));
	p->uid = mem_strdup(uid);
	p->path = buf_steal(&path);
	p->containers = pod_status_containers(pod);
	command_of(pod, &p->command);
	p->command.words = p->words = mem_strdup(p->command.words);
	HASH_ADD_KEYPTR(hh, k->pods, p->uid, strlen(p->uid), p);
	atomic_fetch_add(&k->n, 1);
	heap_set(&k->due, &p->due, loop_now_ms(k->loop) + k->o->start_ms);
	return p;
}

/* ---- the watch ---- */

static bool is_ours(const struct kubelets *k, const json_t *pod)
{
	const char *node = text(pod, "spec", "nodeName");
	return strncmp(node, k->o->prefix, strlen(k->o->prefix)) == 0;
}

static void seen(struct kubelets *k, const json_t *pod)
{
	const char *uid = text(pod, "metadata", "uid");
	const char *phase = text(pod, "status", "phase");
	struct hollow_pod *p;
	HASH_FIND_STR(k->pods, uid, p);
	if (!p && is_ours(k, pod))
		p = pod_new(k, pod, uid);
	if (!p)
		return;
	if (*text(pod, "metadata", "deletionTimestamp") && p->stage != POD_ENDS) {
		p->stage = POD_ENDS;
		heap_set(&k->due, &p->due, loop_now_ms(k->loop) + k->o->end_ms);
	} else if (str_eq(phase, "Succeeded") || str_eq(phase, "Failed")) {
		p->stage = POD_ENDED;
	}
}

static void gone(struct kubelets *k, const json_t *pod)
{
	struct hollow_pod *p;
	HASH_FIND_STR(k->pods, text(pod, "metadata", "uid"), p);
	if (p)
		pod_free(k, p);
}

static bool on_line(void *self, const char *line, size_t len)
{
	struct kubelets *k = self;
	json_t *frame = line ? json_loadb(line, len, 0, NULL) : NULL;
	const json_t *pod = json_object_get(frame, "object");
	const char *type = str_or_empty(json_string_value(json_object_get(frame, "type")));
	if (str_eq(type, "DELETED"))
		gone(k, pod);
	else if (str_eq(type, "ADDED") || str_eq(type, "MODIFIED"))
		seen(k, pod);
	json_decref(frame);
	return true;
}

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct kubelets *k = self;
	return status == 200 && splitter_feed(&k->lines, data, len) == RC_OK;
}

static void on_done(void *self, const struct http_result *res)
{
	struct kubelets *k = self;
	(void)res;
	k->watching = false;
	k->again_ms = loop_now_ms(k->loop) + AGAIN_MS;
}

static void watch(struct kubelets *k)
{
	struct http_want want = {.method = "GET",
				 .path = PODS,
				 .accept = "application/json",
				 .bearer = k->admin.cfg.token,
				 .self = k,
				 .on_data = on_data,
				 .on_done = on_done};
	splitter_done(&k->lines);
	splitter_init(&k->lines, true, k, on_line);
	k->watching = true;
	k->again_ms = INT64_MAX;
	http_start(k->admin.http, &want);
}

/* ---- the thread ---- */

static struct hollow_pod *of_due(struct heap_node *n)
{
	return (struct hollow_pod *)(void *)((char *)n - offsetof(struct hollow_pod, due));
}

static void *run(void *self)
{
	struct kubelets *k = self;
	struct err e = {0};
	struct heap_node *n;
	if (loop_new(&k->loop, &e) != RC_OK)
		hollow_refuse(e.msg);
	admin_init(&k->admin, k->loop, k->o->kubeconfig);
	watch(k);
	for (;;) {
		int64_t due = heap_next(&k->due);
		loop_wait(k->loop, due < k->again_ms ? due : k->again_ms);
		loop_run(k->loop);
		while ((n = heap_pop_due(&k->due, loop_now_ms(k->loop))))
			move(k, of_due(n));
		if (!k->watching && k->again_ms <= loop_now_ms(k->loop))
			watch(k);
	}
	return NULL;
}

struct kubelets *kubelets_start(const struct hollow_options *o)
{
	struct kubelets *k = mem_zalloc(1, sizeof *k);
	k->o = o;
	if (pthread_create(&k->thread, NULL, run, k))
		hollow_refuse("no thread for the kubelets");
	return k;
}

uint32_t kubelets_pods(const struct kubelets *k)
{
	return k ? atomic_load(&k->n) : 0;
}
