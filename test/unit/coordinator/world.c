/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/core/check.h"

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv, size_t n)
{
	struct world *w = self;
	(void)level;
	size_t at = w->story.len;
	log_format_logfmt(&w->story, NULL, level, msg, kv, n);
	if (w->trace)
		fprintf(stderr, "%lld %s\n", (long long)w->now_ms, buf_str(&w->story) + at);
	buf_putc(&w->story, '\n');
}

static struct wjob *job_named(struct world *w, const char *name)
{
	for (uint32_t i = w->njobs; i > 0; i--) {
		if (!strcmp(w->jobs[i - 1].name, name))
			return &w->jobs[i - 1];
	}
	return NULL;
}

static const char *text(struct wjob *j, uint32_t i, const char *s)
{
	snprintf(j->texts[i], sizeof j->texts[i], "%s", s ? s : "");
	return j->texts[i];
}

/* The API server stores the status as merge patch would, and says so. */
static void write_job(struct world *w, struct wjob *j)
{
	const char *rv;
	struct job_status s;
	j->marked = false;
	if (w->no_writes || !core_job_status(w->core, "default", j->name, &s, &rv))
		return;
	j->writes++;
	w->status_writes++;
	j->job.status = s;
	snprintf(j->completed, sizeof j->completed, "%s", s.completed);
	j->job.status.completed = j->completed;
	j->job.status.reason = text(j, 0, s.reason);
	j->job.status.message = text(j, 1, s.message);
	j->job.status.selector = text(j, 2, s.selector);
	static const char *nodes[W_NODES];
	assert_in_range(s.active_nodes.n, 0, W_NODES);
	for (uint32_t i = 0; i < s.active_nodes.n; i++)
		nodes[i] = w_find(w, s.active_nodes.v[i])->name;
	j->job.status.active_nodes.v = nodes;
	for (uint32_t i = 0; i < s.nconds; i++) {
		j->conds[i] = s.conds[i];
		j->conds[i].message = text(j, 4 + i, s.conds[i].message);
	}
	j->job.status.conds = j->conds;
	snprintf(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.is_job = true,
					    .ns = "default",
					    .name = j->name,
					    .uid = j->uid,
					    .rc = RC_OK,
					    .rv = j->rv,
					    .observed_generation = s.observed_generation}};
	w_step(w, &ev);
}

static void note_job_status(struct world *w, const struct core_action *a)
{
	struct wjob *j = job_named(w, a->object.name);
	if (!j)
		return;
	int64_t due = a->object.urgent ? w->now_ms : a->object.not_before_ms;
	if (!j->marked || due < j->due_ms)
		j->due_ms = due;
	j->marked = true;
}

/* Likewise a ComputeNode's status. */
static void write_cnode(struct world *w, struct wnode *n)
{
	const char *rv;
	struct cnode_status s;
	char next[24];
	n->marked = false;
	if (!core_cnode_status(w->core, n->name, &s, &rv))
		return;
	n->state = s.state;
	n->writes++;
	snprintf(next, sizeof next, "%llu", (unsigned long long)++w->rvs);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.name = n->name, .rc = RC_OK, .rv = next}};
	w_step(w, &ev);
}

static void note_cnode_status(struct world *w, const struct core_action *a)
{
	struct wnode *n = w_find(w, a->object.name);
	int64_t due = a->object.urgent ? w->now_ms : a->object.not_before_ms;
	if (!n->marked || due < n->due_ms)
		n->due_ms = due;
	n->marked = true;
}

static void put_object(struct world *w, const char *verb, const struct core_action *a)
{
	buf_printf(&w->did, "%s %s", verb, a->object.name);
	if (a->object.urgent)
		buf_puts(&w->did, " urgent");
	else if (a->object.not_before_ms)
		buf_printf(&w->did, " +%lld", (long long)(a->object.not_before_ms - w->now_ms));
	buf_putc(&w->did, '\n');
}

static void put_action(struct world *w, const struct core_action *a)
{
	switch (a->type) {
	case ACT_ORDERS:
		buf_printf(&w->did, "orders %s\n", a->node);
		break;
	case ACT_JOB_STATUS:
		put_object(w, "job-status", a);
		note_job_status(w, a);
		break;
	case ACT_CNODE_STATUS:
		put_object(w, "cnode-status", a);
		note_cnode_status(w, a);
		break;
	case ACT_CNODE_APPLY:
		buf_printf(&w->did, "apply %s\n", a->node);
		break;
	case ACT_CNODE_DELETE:
		put_object(w, "cnode-delete", a);
		break;
	case ACT_POD_CREATE:
		buf_printf(&w->did, "create %s %u.%u on %s\n", a->pod_create.job_name,
			   a->pod_create.index, a->pod_create.attempt, a->pod_create.node);
		break;
	case ACT_POD_DELETE:
		buf_printf(&w->did, "delete %s: %s\n", a->pod_delete.uid, a->pod_delete.why);
		break;
	case ACT_JOB_GET:
		put_object(w, "get", a);
		break;
	case ACT_JOB_DELETE:
		put_object(w, "job-delete", a);
		break;
	case ACT_LIST_NODE:
		buf_printf(&w->did, "list %s\n", a->node);
		break;
	case ACT_NOTE:
		w->notes++;
		buf_printf(&w->did, "note %s %s\n", a->note.name, a->note.reason);
		break;
	case ACT_TEMPLATE_DROP:
		buf_printf(&w->did, "drop %s\n", a->template_hash);
		break;
	}
}

static void write_due(struct world *w)
{
	for (uint32_t i = 0; i < w->njobs; i++) {
		if (w->jobs[i].marked && w->jobs[i].due_ms <= w->now_ms)
			write_job(w, &w->jobs[i]);
	}
	for (uint32_t i = 0; i < w->nnodes; i++) {
		if (w->nodes[i].marked && w->nodes[i].due_ms <= w->now_ms)
			write_cnode(w, &w->nodes[i]);
	}
}

void w_step(struct world *w, struct core_event *ev)
{
	ev->now_ms = w->now_ms;
	ev->wall_ms = w->wall_ms;
	core_step(w->core, ev, &w->acts);
	core_check(w->core);
	for (uint32_t i = 0; i < w->acts.n; i++) {
		size_t at = w->did.len;
		put_action(w, &w->acts.v[i]);
		if (w->trace)
			fprintf(stderr, "%lld   %s", (long long)w->now_ms, buf_str(&w->did) + at);
		if (w->on_action)
			w->on_action(w->self, &w->acts.v[i]);
	}
	write_due(w);
}

int w_setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	w->cfg = (struct core_config){.node_silent_grace_ms = 6000,
				      .node_unheard_ms = 30000,
				      .loop_gap_ms = 1000,
				      .retry_base_ms = 10000,
				      .retry_cap_ms = 360000,
				      .cnode_numbers_ms = 30000,
				      .message_refresh_ms = 60000,
				      .spread = true,
				      .agent_launch = true};
	w->log = (struct log){.min = LOG_INFO, .self = w, .sink = sink};
	w->did = BUF_INIT(1 << 24);
	w->story = BUF_INIT(1 << 24);
	w->now_ms = 1000;
	w->wall_ms = INT64_C(1750000000000);
	w->core = core_new(&w->cfg, &w->log, 1);
	w_lead(w);
	*state = w;
	return 0;
}

int w_teardown(void **state)
{
	struct world *w = *state;
	core_free(w->core);
	buf_done(&w->did);
	buf_done(&w->story);
	free(w);
	return 0;
}

struct world *w_of(void **state)
{
	return *state;
}

void w_lead(struct world *w)
{
	struct core_event ev = {.type = CEV_LEAD, .epoch = ++w->epoch};
	w_step(w, &ev);
}

void w_sync(struct world *w)
{
	struct core_event ev = {.type = CEV_SYNCED};
	w_step(w, &ev);
}

void w_tell_all(struct world *w)
{
	for (uint32_t i = 0; i < w->nnodes; i++)
		w_tell_node(w, &w->nodes[i]);
	for (uint32_t i = 0; i < w->njobs; i++)
		w_echo(w, &w->jobs[i]);
}

void w_restart(struct world *w)
{
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log, 2);
	for (uint32_t i = 0; i < w->nnodes; i++)
		w->nodes[i].session = w->nodes[i].marked = 0;
	for (uint32_t i = 0; i < w->njobs; i++)
		w->jobs[i].marked = false;
	w_lead(w);
	w_tell_all(w);
}

static void heartbeats(struct world *w)
{
	for (uint32_t i = 0; i < w->nnodes; i++) {
		if (!w->nodes[i].session)
			continue;
		struct core_event ev = {
			.type = CEV_HEARD,
			.agent = {.node = w->nodes[i].name, .session = w->nodes[i].session}};
		if (!w->nodes[i].muted)
			w_step(w, &ev);
	}
}

void w_wait(struct world *w, int64_t ms)
{
	struct core_event tick = {.type = CEV_TICK};
	int64_t end = w->now_ms + ms;
	while (w->now_ms < end) {
		int64_t at = core_deadline(w->core);
		at = at < w->beat_ms ? at : w->beat_ms;
		for (uint32_t i = 0; i < w->njobs; i++) {
			if (w->jobs[i].marked && w->jobs[i].due_ms < at)
				at = w->jobs[i].due_ms;
		}
		for (uint32_t i = 0; i < w->nnodes; i++) {
			if (w->nodes[i].marked && w->nodes[i].due_ms < at)
				at = w->nodes[i].due_ms;
		}
		at = at < end ? at : end;
		if (at > w->now_ms) {
			w->wall_ms += at - w->now_ms;
			w->now_ms = at;
		}
		if (w->now_ms >= w->beat_ms) {
			heartbeats(w);
			w->beat_ms = w->now_ms + 2000;
		}
		w_step(w, &tick);
	}
}

void w_mute(struct world *w, const char *node, bool mute)
{
	w_find(w, node)->muted = mute;
}

struct wnode *w_find(struct world *w, const char *name)
{
	for (uint32_t i = 0; i < w->nnodes; i++) {
		if (!strcmp(w->nodes[i].name, name))
			return &w->nodes[i];
	}
	fail_msg("no node %s", name);
	return NULL;
}

struct wnode *w_node(struct world *w, const char *name)
{
	assert_in_range(w->nnodes, 0, W_NODES - 1);
	struct wnode *n = &w->nodes[w->nnodes++];
	*n = (struct wnode){.alloc = {{"cpu", 4000}, {"memory", INT64_C(8) * GI * 1000}, {"pods", 110000}},
			    .nalloc = 3};
	snprintf(n->name, sizeof n->name, "%s", name);
	n->labels[n->nlabels++] = (struct kv){"kubernetes.io/hostname", n->name};
	return n;
}

void w_tell_node(struct world *w, struct wnode *n)
{
	char uid[64];
	snprintf(uid, sizeof uid, "uid-%s", n->name);
	struct node node = {.meta = {.name = n->name, .uid = uid, .rv = "1"},
			    .allocatable = {n->alloc, n->nalloc},
			    .taints = n->taints,
			    .ntaints = n->ntaints,
			    .unschedulable = n->cordoned,
			    .ready = n->not_ready ? COND_FALSE : COND_TRUE};
	node.meta.labels = (struct kvs){n->labels, n->nlabels};
	struct core_event ev = {.type = CEV_NODE, .node = &node};
	w_step(w, &ev);
}

void w_node_gone(struct world *w, const char *name)
{
	struct meta gone = {.name = name};
	struct core_event ev = {.type = CEV_NODE_GONE, .gone = &gone};
	w_step(w, &ev);
}

void w_cnode(struct world *w, const char *name, bool cordoned)
{
	struct wnode *n = w_find(w, name);
	char uid[64], rv[24];
	snprintf(uid, sizeof uid, "cuid-%s", name);
	snprintf(rv, sizeof rv, "%llu", (unsigned long long)++w->rvs);
	struct cnode cn = {.meta = {.name = name, .uid = uid, .rv = rv, .generation = 1},
			   .owned_by_node = true,
			   .resources = {n->alloc, n->nalloc},
			   .unschedulable = cordoned};
	struct core_event ev = {.type = CEV_CNODE, .cnode = &cn};
	w_step(w, &ev);
}

void w_hello_with(struct world *w, const char *name, struct member *m, uint32_t n)
{
	struct wnode *node = w_find(w, name);
	struct capacity cap = {.foreign = {node->foreign, node->nforeign}, .foreign_pods = 0};
	node->session = ++w->sessions;
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = name,
					  .session = node->session,
					  .boot_id = "boot",
					  .version = "0.1.0",
					  .capacity = &cap,
					  .members = m,
					  .nmembers = n}};
	w_step(w, &ev);
}

void w_hello(struct world *w, const char *name)
{
	w_hello_with(w, name, NULL, 0);
}

void w_hangup(struct world *w, const char *name)
{
	struct wnode *n = w_find(w, name);
	struct core_event ev = {.type = CEV_HANGUP, .agent = {.node = name, .session = n->session}};
	n->session = 0;
	w_step(w, &ev);
}

void w_nodes(struct world *w, uint32_t n)
{
	char name[32];
	for (uint32_t i = 1; i <= n; i++) {
		snprintf(name, sizeof name, "n%u", i);
		w_tell_node(w, w_node(w, name));
	}
	w_sync(w);
	for (uint32_t i = 1; i <= n; i++) {
		snprintf(name, sizeof name, "n%u", i);
		w_hello(w, name);
	}
}

struct wjob *w_new_job(struct world *w, const char *name, uint32_t parallelism)
{
	assert_in_range(w->njobs, 0, W_JOBS - 1);
	struct wjob *j = &w->jobs[w->njobs++];
	memset(j, 0, sizeof *j);
	snprintf(j->name, sizeof j->name, "%s", name);
	snprintf(j->uid, sizeof j->uid, "job-%s-%u", name, w->njobs);
	j->job = (struct job){.meta = {.ns = "default",
				       .name = j->name,
				       .uid = j->uid,
				       .rv = j->rv,
				       .created_ms = w->wall_ms + w->njobs},
			      .spec = {.parallelism = parallelism,
				       .min_parallelism = parallelism,
				       .backoff_limit = 6,
				       .active_deadline_s = -1,
				       .ttl_s = -1,
				       .max_unavailable = 1,
				       .template_hash = "00000000000000aa"}};
	return j;
}

void w_echo(struct world *w, struct wjob *j)
{
	struct core_event ev = {.type = CEV_JOB, .job = &j->job};
	w_step(w, &ev);
}

void w_job(struct world *w, struct wjob *j)
{
	j->job.meta.generation++;
	snprintf(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	w_echo(w, j);
}

void w_job_gone(struct world *w, struct wjob *j)
{
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = &j->job.meta};
	w_step(w, &ev);
}

static char pod_text[16][2][POD_NAME_BYTES + 32];

struct member w_member(struct world *w, struct wjob *j, const char *node, uint32_t index,
		       uint32_t attempt, enum member_phase phase)
{
	static unsigned turn;
	char(*t)[POD_NAME_BYTES + 32] = pod_text[turn++ % 16];
	(void)w;
	member_pod_name(j->name, j->uid, index, attempt, t[0]);
	snprintf(t[1], sizeof t[1], "pod-%s-%u.%u", j->name, index, attempt);
	return (struct member){.ns = "default",
			       .job_name = j->name,
			       .job_uid = j->uid,
			       .pod = t[0],
			       .pod_uid = phase == MEMBER_HELD || phase == MEMBER_DENIED ? "" : t[1],
			       .node = node,
			       .index = index,
			       .attempt = attempt,
			       .template_hash = j->job.spec.template_hash,
			       .phase = phase,
			       .ready = phase == MEMBER_RUNNING,
			       .exit_code = phase == MEMBER_FAILED,
			       .reason = phase == MEMBER_FAILED ? "Error" : "",
			       .message = "",
			       .requests = j->job.spec.requests};
}

void w_report(struct world *w, const struct member *m)
{
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = m->node,
					  .session = w_find(w, m->node)->session,
					  .members = m,
					  .nmembers = 1}};
	w_step(w, &ev);
}

void w_tell(struct world *w, struct wjob *j, const char *node, uint32_t index, uint32_t attempt,
	    enum member_phase phase)
{
	struct member m = w_member(w, j, node, index, attempt, phase);
	w_report(w, &m);
}

void w_pods(struct world *w, const char *node, const struct member *m, uint32_t n, bool last)
{
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.node = node, .members = m, .nmembers = n, .last = last}};
	w_step(w, &ev);
}

const struct order *w_order(struct world *w, struct wjob *j, uint32_t index, const char **ret_node)
{
	for (uint32_t i = 0; i < w->nnodes; i++) {
		const struct order *v;
		uint32_t n;
		uint64_t rev;
		core_orders(w->core, w->nodes[i].name, &v, &n, &rev);
		for (uint32_t k = 0; k < n; k++) {
			if (strcmp(v[k].job_uid, j->uid) || v[k].index != index)
				continue;
			if (ret_node)
				*ret_node = w->nodes[i].name;
			return &v[k];
		}
	}
	return NULL;
}

uint32_t w_orders(struct world *w, struct wjob *j)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < 256; i++)
		n += w_order(w, j, i, NULL) != NULL;
	return n;
}

uint32_t w_all(struct world *w, struct wjob *j, enum member_phase phase)
{
	uint32_t told = 0;
	for (uint32_t i = 0; i < 256; i++) {
		const char *node = NULL;
		const struct order *o = w_order(w, j, i, &node);
		if (!o)
			continue;
		w_tell(w, j, node, i, o->attempt, phase);
		told++;
	}
	return told;
}

struct job_status w_status(struct world *w, struct wjob *j)
{
	(void)w;
	return j->job.status;
}

const char *w_cond(const struct job_status *s, const char *type)
{
	static char t[128];
	for (uint32_t i = 0; i < s->nconds; i++) {
		if (strcmp(s->conds[i].type, type))
			continue;
		snprintf(t, sizeof t, "%s %s", s->conds[i].status == COND_TRUE ? "True" : "False",
			 s->conds[i].reason);
		return t;
	}
	return "";
}

enum cnode_state w_cnode_state(struct world *w, const char *name)
{
	return w_find(w, name)->state;
}

void w_clear(struct world *w)
{
	buf_reset(&w->did);
	buf_reset(&w->story);
}

void w_did(struct world *w, const char *expected)
{
	assert_string_equal(buf_str(&w->did), expected);
	buf_reset(&w->did);
}

void w_story(struct world *w, const char *expected)
{
	assert_string_equal(buf_str(&w->story), expected);
	buf_reset(&w->story);
}

bool w_has(struct world *w, const char *part)
{
	return strstr(buf_str(&w->did), part);
}

bool w_told(struct world *w, const char *part)
{
	return strstr(buf_str(&w->story), part);
}
