/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"

struct version *version_new(enum api_kind kind)
{
	struct version *v = mem_zalloc(1, sizeof *v);
	v->refs = 1;
	v->kind = kind;
	v->arena = ARENA_INIT(SIM_ARENA_MAX);
	return v;
}

void version_ref(struct version *v)
{
	v->refs++;
}

void version_unref(struct version *v)
{
	if (!v || --v->refs)
		return;
	pod_tree_done(&v->tree);
	arena_done(&v->arena);
	free(v);
}

static void clone_body(struct version *c, const struct version *v)
{
	struct arena *a = &c->arena;
	switch (v->kind) {
	case API_JOB:
		c->job.meta = copy_meta(a, &v->meta);
		c->job.spec = copy_job_spec(a, &v->job.spec);
		c->job.status = copy_job_status(a, &v->job.status);
		break;
	case API_COMPUTE_NODE:
		c->compute_node = v->compute_node;
		c->compute_node.meta = copy_meta(a, &v->meta);
		c->compute_node.resources = copy_reslist(a, &v->compute_node.resources);
		c->compute_node.status = copy_compute_node_status(a, &v->compute_node.status);
		break;
	case API_NODE: c->node = copy_node(a, &v->node); break;
	case API_POD: pod_tree_clone(&c->tree, &v->tree, a, &c->pod_decoded); break;
	case API_LEASE: c->lease = copy_lease(a, &v->lease); break;
	case API_SERVICE: c->meta = copy_meta(a, &v->meta); break;
	case API_SECRET:
	case API_CONFIGMAP:
		c->data.meta = copy_meta(a, &v->meta);
		c->data.data = copy_kvs(a, &v->data.data);
		break;
	case API_RUNTIME_CLASS:
	case API_CLAIM:
	case API_VOLUME:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY: c->needed = copy_needed(a, &v->needed); break;
	case API_EVENT:
	case API_TOKENREVIEW:
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
	case API_KIND_N: must(!"stored");
	}
}

struct version *version_clone(const struct version *v)
{
	struct version *c = version_new(v->kind);
	clone_body(c, v);
	c->rv = v->rv;
	c->foreground = v->foreground;
	c->held = v->held;
	c->applied = v->applied;
	c->node_owner_uid = copy_str(&c->arena, v->node_owner_uid);
	c->user_res = copy_strs(&c->arena, &v->user_res);
	c->command = copy_str(&c->arena, v->command);
	c->grace_s = v->grace_s;
	c->admitted = v->admitted;
	c->forged = v->forged;
	c->whole = v->whole;
	c->waits_ms = v->waits_ms;
	c->desired_milli = v->desired_milli;
	c->began_ms = v->began_ms;
	c->ended_ms = v->ended_ms;
	c->claim_ns = copy_str(&c->arena, v->claim_ns);
	c->claim_name = copy_str(&c->arena, v->claim_name);
	c->where = copy_where(&c->arena, &v->where);
	return c;
}

struct api_object version_object(const struct version *v)
{
	struct api_object o = {.kind = v->kind, .meta = &v->meta};
	switch (v->kind) {
	case API_JOB: o.job = &v->job; break;
	case API_COMPUTE_NODE: o.compute_node = &v->compute_node; break;
	case API_NODE: o.node = &v->node; break;
	case API_POD: o.pod = &v->pod; break;
	case API_LEASE: o.lease = &v->lease; break;
	case API_SECRET:
	case API_CONFIGMAP: o.data = &v->data; break;
	case API_RUNTIME_CLASS:
	case API_CLAIM:
	case API_VOLUME:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY: o.needed = &v->needed; break;
	case API_SERVICE:
	case API_EVENT:
	case API_TOKENREVIEW:
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
	case API_KIND_N: break;
	}
	return o;
}

void version_label(struct version *v, const char *key, const char *value)
{
	struct kv *l = arena_alloc(&v->arena, (v->meta.labels.n + 1) * sizeof *l);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->meta.labels.n; i++) {
		if (!str_eq(v->meta.labels.v[i].key, key))
			l[n++] = v->meta.labels.v[i];
	}
	if (value)
		l[n++] = (struct kv){copy_str(&v->arena, key), copy_str(&v->arena, value)};
	v->meta.labels = (struct kvs){l, n};
}

bool pod_ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

/* ---- what a version says, as text ---- */

static void say_meta(struct buf *b, const struct version *v)
{
	const struct meta *m = &v->meta;
	buf_printf(b, "%s|%s|%" PRId64 "|%d%d%d|%s|", m->uid, str_or_empty(v->node_owner_uid),
		   m->deleted_ms, m->orphan_finalizer, v->held, v->applied,
		   str_or_empty(m->owner_uid));
	for (uint32_t i = 0; i < m->labels.n; i++)
		buf_printf(b, "%s=%s,", m->labels.v[i].key, m->labels.v[i].val);
}

static void say_reslist(struct buf *b, const struct reslist *l)
{
	buf_putc(b, '[');
	for (uint32_t i = 0; i < l->n; i++)
		buf_printf(b, "%s:%" PRId64 " ", l->v[i].name, l->v[i].milli);
	buf_putc(b, ']');
}

static void say_strs(struct buf *b, const struct strs *l)
{
	buf_putc(b, '[');
	for (uint32_t i = 0; i < l->n; i++)
		buf_printf(b, "%s ", l->v[i]);
	buf_putc(b, ']');
}

static void say_conds(struct buf *b, const struct cond *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		buf_printf(b, "(%s %d %s %s %" PRId64 " %" PRId64 ")", v[i].type, (int)v[i].status,
			   str_or_empty(v[i].reason), str_or_empty(v[i].message),
			   v[i].since_ms / 1000, v[i].observed_generation);
}

static void say_job_status(struct buf *b, const struct job_status *s)
{
	buf_printf(b, "%s %" PRId64 " %" PRId64 " %u %u %u %u %u %s|%s|%s|%s|%s %" PRId64,
		   job_state_text(s->state), s->start_ms / 1000, s->end_ms / 1000, s->active,
		   s->ready, s->succeeded, s->failed, s->attempts, str_or_empty(s->completed),
		   str_or_empty(s->failed_indexes), str_or_empty(s->selector),
		   str_or_empty(s->reason), str_or_empty(s->message), s->observed_generation);
	say_strs(b, &s->active_nodes);
	for (uint32_t i = 0; i < s->nsuperseded; i++)
		buf_printf(b, "{%u %u %u %s}", s->superseded[i].index, s->superseded[i].attempt,
			   s->superseded[i].by, s->superseded[i].node);
	for (uint32_t i = 0; i < s->nfailures; i++)
		buf_printf(b, "{%u %u %d %" PRId64 " %s %s %s}", s->failures[i].index,
			   s->failures[i].attempt, s->failures[i].exit_code,
			   s->failures[i].finished_ms / 1000, s->failures[i].node,
			   s->failures[i].reason, s->failures[i].message);
	for (uint32_t i = 0; i < s->nsatisfied; i++)
		buf_printf(b, "{%s %d}", s->satisfied[i].name, (int)s->satisfied[i].condition);
	say_conds(b, s->conds, s->nconds);
}

static void say_compute_node(struct buf *b, const struct version *v)
{
	const struct compute_node_status *s = &v->compute_node.status;
	buf_printf(b, "%d ", v->compute_node.unschedulable);
	say_reslist(b, &v->compute_node.resources);
	say_strs(b, &v->user_res);
	buf_printf(b, "%s %" PRId64 " %s|%s %u %s %s %" PRId64, compute_node_state_text(s->state),
		   s->since_ms / 1000, str_or_empty(s->reason), str_or_empty(s->message),
		   s->members, str_or_empty(s->agent_version), str_or_empty(s->boot_id),
		   s->observed_generation);
	say_reslist(b, &s->capacity);
	say_reslist(b, &s->allocated);
	say_reslist(b, &s->available);
	say_conds(b, s->conds, s->nconds);
}

static void say(struct buf *b, const struct version *v)
{
	say_meta(b, v);
	if (v->kind == API_JOB)
		say_job_status(b, &v->job.status);
	else
		say_compute_node(b, v);
}

bool version_same(const struct version *a, const struct version *b)
{
	AUTO(buf_done) struct buf x = BUF_INIT(1 << 22);
	AUTO(buf_done) struct buf y = BUF_INIT(1 << 22);
	must(a->kind == b->kind && (a->kind == API_JOB || a->kind == API_COMPUTE_NODE));
	say(&x, a);
	say(&y, b);
	must(buf_rc(&x) == RC_OK && buf_rc(&y) == RC_OK);
	return a->meta.generation == b->meta.generation && str_eq(buf_str(&x), buf_str(&y));
}

/* ---- shelves ---- */

static int compare(const struct version *v, const char *ns, const char *name)
{
	int c = strcmp(str_or_empty(v->meta.ns), str_or_empty(ns));
	return c ? c : strcmp(v->meta.name, name);
}

/* The place of a key, or where it would be. */
static uint32_t place(const struct shelf *sh, const char *ns, const char *name, bool *ret_found)
{
	uint32_t lo = 0, hi = sh->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = compare(sh->v[mid], ns, name);
		if (!c) {
			*ret_found = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret_found = false;
	return lo;
}

struct version *store_find(const struct store *s, enum api_kind kind, const char *ns,
			   const char *name)
{
	bool found;
	uint32_t i = place(&s->shelf[kind], ns, name, &found);
	return found ? s->shelf[kind].v[i] : NULL;
}

static void record(struct store *s, struct shelf *sh, struct change ch)
{
	VEC_GROW(sh->history, sh->nhistory, sh->cap_history);
	if (ch.prev)
		version_ref(ch.prev);
	version_ref(ch.now);
	sh->history[sh->nhistory++] = ch;
	s->on_change(s->self, &ch);
}

static void stamp(struct store *s, struct version *v)
{
	v->rv = ++s->rv;
	v->meta.rv = arena_printf(&v->arena, "%" PRIu64, v->rv);
	if (v->kind == API_POD)
		pod_tree_seal(&v->tree, v->grace_s, &v->arena, &v->pod_decoded);
}

struct version *store_put(struct store *s, struct version *own_v, int64_t wall_ms)
{
	struct shelf *sh = &s->shelf[own_v->kind];
	bool found;
	uint32_t i = place(sh, own_v->meta.ns, own_v->meta.name, &found);
	if (found) {
		stamp(s, own_v);
		struct version *prev = sh->v[i];
		sh->v[i] = own_v;
		record(s, sh, (struct change){own_v->rv, WATCH_MODIFIED, prev, own_v});
		version_unref(prev);
		return own_v;
	}
	own_v->meta.uid = arena_printf(&own_v->arena, "u%" PRIu64, ++s->uids);
	own_v->meta.created_ms = wall_ms;
	own_v->meta.generation = 1;
	stamp(s, own_v);
	VEC_GROW(sh->v, sh->n, sh->cap);
	memmove(&sh->v[i + 1], &sh->v[i], (sh->n - i) * sizeof(struct version *));
	sh->v[i] = own_v;
	sh->n++;
	record(s, sh, (struct change){own_v->rv, WATCH_ADDED, NULL, own_v});
	return own_v;
}

void store_remove(struct store *s, const struct version *v)
{
	struct shelf *sh = &s->shelf[v->kind];
	bool found;
	uint32_t i = place(sh, v->meta.ns, v->meta.name, &found);
	must(found);
	struct version *prev = sh->v[i], *last = version_clone(prev);
	sh->n--;
	memmove(&sh->v[i], &sh->v[i + 1], (sh->n - i) * sizeof(struct version *));
	stamp(s, last);
	record(s, sh, (struct change){last->rv, WATCH_DELETED, prev, last});
	version_unref(prev);
	version_unref(last);
}

static void forget_changes(struct shelf *sh, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sh->compacted_rv = sh->history[i].rv;
		version_unref(sh->history[i].prev);
		version_unref(sh->history[i].now);
	}
	sh->nhistory -= n;
	if (sh->nhistory)
		memmove(sh->history, sh->history + n, sh->nhistory * sizeof(struct change));
}

void store_compact(struct store *s, uint64_t keep)
{
	for (int k = 0; k < API_KIND_N; k++) {
		struct shelf *sh = &s->shelf[k];
		if (sh->nhistory > keep)
			forget_changes(sh, sh->nhistory - (uint32_t)keep);
	}
}

void store_done(struct store *s)
{
	for (int k = 0; k < API_KIND_N; k++) {
		struct shelf *sh = &s->shelf[k];
		forget_changes(sh, sh->nhistory);
		for (uint32_t i = 0; i < sh->n; i++)
			version_unref(sh->v[i]);
		free(sh->v);
		free(sh->history);
	}
	*s = (struct store){0};
}
