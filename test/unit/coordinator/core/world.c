/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/coordinator/core/world.h"
#include "test/unit/coordinator/core/take.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coordinator/core/check.h"
#include "coordinator/core/state/reasons.h"

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	struct world *w = self;
	(void)level;
	size_t at = w->story.len;
	log_format_logfmt(&w->story, NULL, level, msg, kv, n);
	if (w->trace)
		fprintf(stderr, "%lld %s\n", (long long)w->now_ms, buf_str(&w->story) + at);
	buf_putc(&w->story, '\n');
}

void w_text(char *ret, size_t max, const char *fmt, ...)
{
	struct buf b = BUF_INIT(max - 1);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	assert_false(b.toobig);
	memcpy(ret, buf_str(&b), b.len + 1);
	buf_done(&b);
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
	w_text(j->texts[i], sizeof j->texts[i], "%s", s ? s : "");
	return j->texts[i];
}

/* The API server stores the status as merge patch would, and says so. */
static void write_job(struct world *w, struct wjob *j)
{
	const char *rv;
	struct job_status s;
	j->marked = false;
	if (w->no_writes || !take_job_status(w->core, "default", j->name, &s, &rv))
		return;
	j->writes++;
	w->status_writes++;
	j->job.status = s;
	w_text(j->completed, sizeof j->completed, "%s", s.completed);
	j->job.status.completed = j->completed;
	w_text(j->failed_indexes, sizeof j->failed_indexes, "%s", s.failed_indexes);
	j->job.status.failed_indexes = j->failed_indexes;
	j->job.status.reason = text(j, 0, s.reason);
	j->job.status.message = text(j, 1, s.message);
	j->job.status.selector = text(j, 2, s.selector);
	static const char *nodes[W_NODES];
	assert_in_range(s.active_nodes.n, 0, W_NODES);
	for (uint32_t i = 0; i < s.active_nodes.n; i++)
		nodes[i] = w_find(w, s.active_nodes.v[i])->name;
	j->job.status.active_nodes.v = nodes;
	assert_in_range(s.nsuperseded, 0, W_NODES);
	for (uint32_t i = 0; i < s.nsuperseded; i++) {
		j->superseded[i] = s.superseded[i];
		j->superseded[i].node = w_find(w, s.superseded[i].node)->name;
	}
	j->job.status.superseded = j->superseded;
	for (uint32_t i = 0; i < s.nfailures; i++) {
		j->failures[i] = s.failures[i];
		j->failures[i].node = w_find(w, s.failures[i].node)->name;
		j->failures[i].reason = text(j, 16 + 2 * i, s.failures[i].reason);
		j->failures[i].message = text(j, 17 + 2 * i, s.failures[i].message);
	}
	j->job.status.failures = j->failures;
	for (uint32_t i = 0; i < s.nconds; i++) {
		j->conds[i] = s.conds[i];
		assert_string_not_equal(s.conds[i].message, "");
		j->conds[i].message = text(j, 4 + i, s.conds[i].message);
	}
	j->job.status.conds = j->conds;
	w_text(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.is_job = true,
					    .ns = "default",
					    .name = j->name,
					    .uid = j->uid,
					    .rc = RC_OK,
					    .rv = j->rv}};
	w_step(w, &ev);
}

static void note_job_status(struct world *w, const struct core_action *a)
{
	struct wjob *j = job_named(w, a->object.name);
	if (!j)
		return;
	int64_t due = a->object.not_before_ms ? a->object.not_before_ms : w->now_ms;
	if (!j->marked || due < j->due_ms)
		j->due_ms = due;
	j->marked = true;
}

/* Likewise a ComputeNode's status. */
static void write_compute_node(struct world *w, struct wnode *n)
{
	const char *rv;
	struct compute_node_status s;
	char next[24];
	n->marked = false;
	if (!take_compute_node_status(w->core, n->name, &s, &rv))
		return;
	n->state = s.state;
	n->since_ms = s.since_ms;
	assert_int_equal(s.nconds, ARRAY_LEN(n->conds));
	memcpy(n->conds, s.conds, sizeof n->conds);
	for (uint32_t i = 0; i < s.nconds; i++)
		assert_string_not_equal(s.conds[i].message, "");
	n->writes++;
	w_text(next, sizeof next, "%llu", (unsigned long long)++w->rvs);
	struct core_event ev = {.type = CEV_STATUS_WRITTEN,
				.written = {.name = n->name, .rc = RC_OK, .rv = next}};
	w_step(w, &ev);
}

static void note_compute_node_status(struct world *w, const struct core_action *a)
{
	struct wnode *n = w_find(w, a->object.name);
	int64_t due = a->object.not_before_ms ? a->object.not_before_ms : w->now_ms;
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
	static const char *const kinds[] = {"RuntimeClass",
					    "PersistentVolumeClaim",
					    "PersistentVolume",
					    "StorageClass",
					    "CSIDriver",
					    "CSINodes",
					    "CSIStorageCapacities",
					    "pool"};
	switch (a->type) {
	case ACT_ORDERS: buf_printf(&w->did, "orders %s\n", a->node); break;
	case ACT_JOB_STATUS:
		put_object(w, "job-status", a);
		note_job_status(w, a);
		break;
	case ACT_COMPUTE_NODE_STATUS:
		put_object(w, "cnode-status", a);
		note_compute_node_status(w, a);
		break;
	case ACT_COMPUTE_NODE_APPLY: buf_printf(&w->did, "apply %s\n", a->node); break;
	case ACT_COMPUTE_NODE_DELETE: put_object(w, "cnode-delete", a); break;
	case ACT_POD_CREATE:
		buf_printf(&w->did, "create %s %u.%u on %s\n", a->pod_create.job_name,
			   a->pod_create.index, a->pod_create.attempt, a->pod_create.node);
		break;
	case ACT_POD_ASK:
		buf_printf(&w->did, "ask %s as %s %u.%u on %s\n", a->pod_ask.key,
			   a->pod_ask.create.job_name, a->pod_ask.create.index,
			   a->pod_ask.create.attempt, a->pod_ask.create.node);
		break;
	case ACT_SERVICE: put_object(w, "service", a); break;
	case ACT_POD_LABEL:
		buf_printf(&w->did, "label %s: %s\n", a->pod_label.uid,
			   a->pod_label.current ? "current" : "none");
		break;
	case ACT_POD_DELETE:
		buf_printf(&w->did, "delete %s: %s\n", a->pod_delete.uid, a->pod_delete.why);
		break;
	case ACT_JOB_GET: put_object(w, "get", a); break;
	case ACT_JOB_DELETE: put_object(w, "job-delete", a); break;
	case ACT_LIST_NODE: buf_printf(&w->did, "list %s\n", a->node); break;
	case ACT_NOTE:
		w->notes++;
		assert_string_not_equal(a->note.note, "");
		assert_int_equal(reason_parse(a->note.note), R_NONE); /* words, not a name */
		buf_printf(&w->did, "note %s %s\n", a->note.name, a->note.reason);
		break;
	case ACT_CHOOSE:
		buf_printf(&w->did, "choose %s on %s volume %s\n", a->choose.claim, a->choose.node,
			   a->choose.volume);
		break;
	case ACT_LOOKUP:
		buf_printf(&w->did, "lookup %s %s/%s\n", kinds[a->lookup.kind], a->lookup.ns,
			   a->lookup.name);
		break;
	case ACT_TEMPLATE_DROP: buf_printf(&w->did, "drop %s\n", a->template_name); break;
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
			write_compute_node(w, &w->nodes[i]);
	}
}

static void step(struct world *w, struct core_event *ev)
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
}

/* A turn of the program: its news, and what is due after them. */
void w_step(struct world *w, struct core_event *ev)
{
	struct core_event tick = {.type = CEV_TICK};
	step(w, ev);
	if (ev->type != CEV_TICK && !w->more_news && core_deadline(w->core) <= w->now_ms)
		step(w, &tick);
	write_due(w);
}

int w_setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	w->cfg = core_config_usual();
	w->cfg.node_not_ready_ms = 0;
	w->cfg.creates_initial = 100000;
	w->log = (struct log){.min = LOG_INFO, .self = w, .sink = sink};
	w->did = BUF_INIT(1 << 24);
	w->story = BUF_INIT(1 << 24);
	w->now_ms = 1000;
	w->wall_ms = INT64_C(1750000000000);
	w->core = core_new(&w->cfg, &w->log);
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
	w->core = core_new(&w->cfg, &w->log);
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
