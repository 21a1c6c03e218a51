/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/explain.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/text.h"
#include "kube/js.h"

enum { FEW = 20, LABEL_WIDTH = 10 };

struct page {
	struct out *out;
	const json_t *x;
	int64_t now_ms;
	bool wide;
};

static void line(const struct page *p, const char *label, enum colour c, const char *text)
{
	AUTO(mem_freep) char *s = mem_strdup(text);
	utf8_line(s);
	if (!*s)
		return;
	out_puts(p->out, COLOUR_HEAD, label);
	buf_printf(&p->out->b, "%*s", (int)(LABEL_WIDTH - strlen(label)), "");
	out_puts(p->out, c, s);
	buf_putc(&p->out->b, '\n');
}

static void put_ago(struct buf *b, const struct page *p, const char *key, const char *words)
{
	int64_t when = js_time(p->x, key);
	if (!when)
		return;
	buf_printf(b, "%s%s ", b->len ? ", " : "", words);
	text_since(b, when, p->now_ms);
	buf_puts(b, " ago");
}

static void put_times(const struct page *p)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1000);
	put_ago(&b, p, "created", "created");
	put_ago(&b, p, "started", "started");
	put_ago(&b, p, "ended", "ended");
	line(p, "Times", COLOUR_NONE, buf_str(&b));
}

static void put_state(const struct page *p)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	const char *reason = js_str(p->x, "reason");
	enum job_state st = job_state_parse(js_str(p->x, "state"));
	buf_puts(&b, show_job_state(st));
	if (reason && *reason)
		buf_printf(&b, " (%s)", reason);
	if (js_bool(p->x, "deleting"))
		buf_puts(&b, ", being deleted");
	line(p, "State", show_job_colour(st), buf_str(&b));
	line(p, "Why", COLOUR_NONE, js_str(p->x, "message"));
	line(p, "Advice", COLOUR_NONE, js_str(p->x, "advice"));
	if (st != JOB_NONE && !js_bool(p->x, "upToDate"))
		line(p, "Note", COLOUR_WAIT,
		     "the last change of this job has not been seen by Muster yet");
}

static void put_members(const struct page *p)
{
	const json_t *m = json_object_get(p->x, "members");
	AUTO(buf_done) struct buf b = BUF_INIT(1000);
	buf_printf(&b,
		   "%lld of %lld ready, %lld active; %lld of %lld done; %lld failures (%lld are "
		   "tried again)",
		   (long long)js_int(m, "ready", 0), (long long)js_int(m, "wanted", 0),
		   (long long)js_int(m, "active", 0), (long long)js_int(m, "succeeded", 0),
		   (long long)js_int(m, "completions", 0), (long long)js_int(m, "failed", 0),
		   (long long)js_int(m, "backoffLimit", 0));
	line(p, "Members", COLOUR_NONE, buf_str(&b));
}

static void put_nodes(const struct page *p)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64 * 1024);
	AUTO(arena_done) struct arena a = ARENA_INIT(4 * 1024 * 1024);
	struct strs l = js_strs(&a, json_object_get(p->x, "nodes"));
	const char **v = arena_alloc(&a, l.n * sizeof *v);
	if (!l.n || !v)
		return;
	memcpy(v, l.v, l.n * sizeof *v);
	text_hosts(&b, v, l.n, p->wide ? 32 * 1024 : 80);
	line(p, "Nodes", COLOUR_NONE, buf_str(&b));
}

/* ---- sections ---- */

static void section(const struct page *p, const char *title, size_t shown, int64_t of)
{
	buf_putc(&p->out->b, '\n');
	out_puts(p->out, COLOUR_HEAD, title);
	if ((int64_t)shown < of)
		buf_printf(&p->out->b, " (%zu of %lld; -o wide shows more)", shown, (long long)of);
	buf_putc(&p->out->b, '\n');
}

static void cell_ago(struct table *t, const struct page *p, const json_t *o, const char *key)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	text_since(&b, js_time(o, key), p->now_ms);
	table_cell(t, buf_str(&b));
}

static void cell_int(struct table *t, const json_t *o, const char *key)
{
	table_cellf(t, "%lld", (long long)js_int(o, key, 0));
}

static void put_conditions(const struct page *p)
{
	static const char *const titles[] = {"TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"};
	const json_t *l = json_object_get(p->x, "conditions");
	AUTO(table_done) struct table t;
	table_init(&t, titles, ARRAY_LEN(titles));
	t.indent = "  ";
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i);
		table_cell(&t, js_str(o, "type"));
		table_cell(&t, js_str(o, "status"));
		cell_ago(&t, p, o, "lastTransitionTime");
		table_cell(&t, js_str(o, "reason"));
		table_cell(&t, js_str(o, "message"));
		must(table_row(&t, COLOUR_NONE, NULL) == RC_OK);
	}
	if (!t.n)
		return;
	section(p, "Conditions", t.n, t.n);
	table_print(&t, p->out);
}

/* What is not as it should be comes first: then members that are not ready, then the others by
 * index. */
static int64_t member_rank(const json_t *o)
{
	const char *phase = str_or_empty(js_str(o, "phase")), *reason = js_str(o, "reason");
	if (!strcmp(phase, "Succeeded"))
		return 3;
	if (js_bool(o, "ready"))
		return 2;
	return reason && *reason ? 0 : 1;
}

static void member_row(const struct page *p, struct table *t, const json_t *o)
{
	const char *reason = str_or_empty(js_str(o, "reason")),
		   *words = str_or_empty(js_str(o, "message"));
	cell_int(t, o, "index");
	cell_int(t, o, "attempt");
	table_cell(t, js_str(o, "phase"));
	table_cell(t, js_bool(o, "ready") ? "yes" : "no");
	table_cell(t, js_str(o, "node"));
	table_cell(t, js_str(o, "pod"));
	cell_ago(t, p, o, "created");
	table_cellf(t, "%s%s%s", reason, *reason && *words ? ": " : "", words);
	int64_t key[TABLE_KEYS] = {member_rank(o), js_int(o, "index", 0), js_int(o, "attempt", 0)};
	must(table_row(t, COLOUR_NONE, key) == RC_OK);
}

/* Keeps the first n rows of a sorted table. */
static void keep(struct table *t, uint32_t n)
{
	while (t->n > n)
		mem_freep(&t->v[--t->n].cells);
}

static void put_pods(const struct page *p)
{
	static const char *const titles[] = {"INDEX", "ATTEMPT", "PHASE", "READY",
					     "NODE",  "POD",     "AGE",   "REASON"};
	const json_t *l = json_object_get(p->x, "pods");
	AUTO(table_done) struct table t;
	table_init(&t, titles, ARRAY_LEN(titles));
	t.indent = "  ";
	for (size_t i = 0; i < json_array_size(l); i++)
		member_row(p, &t, json_array_get(l, i));
	int64_t all = t.n + js_int(p->x, "podsLeftOut", 0);
	table_sort(&t);
	keep(&t, p->wide ? UINT32_MAX : FEW);
	if (!t.n)
		return;
	section(p, "Members", t.n, all);
	table_print(&t, p->out);
}

static void put_failures(const struct page *p)
{
	static const char *const titles[] = {"INDEX", "ATTEMPT", "EXIT",   "NODE",
					     "ENDED", "REASON",  "MESSAGE"};
	const json_t *l = json_object_get(p->x, "failures");
	AUTO(table_done) struct table t;
	table_init(&t, titles, ARRAY_LEN(titles));
	t.indent = "  ";
	for (size_t i = 0; i < json_array_size(l); i++) {
		const json_t *o = json_array_get(l, i);
		cell_int(&t, o, "index");
		cell_int(&t, o, "attempt");
		cell_int(&t, o, "exitCode");
		table_cell(&t, js_str(o, "node"));
		cell_ago(&t, p, o, "finishedAt");
		table_cell(&t, js_str(o, "reason"));
		table_cell(&t, js_str(o, "message"));
		must(table_row(&t, COLOUR_NONE, NULL) == RC_OK);
	}
	if (!t.n)
		return;
	section(p, "Failures, the newest last", t.n, t.n);
	table_print(&t, p->out);
}

static void put_events(const struct page *p)
{
	static const char *const titles[] = {"LAST", "TYPE", "REASON", "COUNT", "MESSAGE"};
	const json_t *l = json_object_get(p->x, "events");
	size_t n = json_array_size(l), from = p->wide || n < FEW ? 0 : n - FEW;
	AUTO(table_done) struct table t;
	table_init(&t, titles, ARRAY_LEN(titles));
	t.indent = "  ";
	for (size_t i = from; i < n; i++) {
		const json_t *o = json_array_get(l, i);
		cell_ago(&t, p, o, "last");
		table_cell(&t, js_str(o, "type"));
		table_cell(&t, js_str(o, "reason"));
		cell_int(&t, o, "count");
		table_cell(&t, js_str(o, "message"));
		must(table_row(&t, COLOUR_NONE, NULL) == RC_OK);
	}
	if (!t.n)
		return;
	section(p, "Events, the newest last", t.n, (int64_t)n + js_int(p->x, "eventsLeftOut", 0));
	table_print(&t, p->out);
}

void explain_text(struct out *o, const json_t *x, int64_t now_ms, bool wide)
{
	const struct page p = {o, x, now_ms, wide};
	AUTO(buf_done) struct buf name = BUF_INIT(1000);
	buf_printf(&name, "%s/%s", str_or_empty(js_str(x, "namespace")),
		   str_or_empty(js_str(x, "name")));
	line(&p, "Job", COLOUR_NONE, buf_str(&name));
	put_state(&p);
	put_times(&p);
	put_members(&p);
	put_nodes(&p);
	put_conditions(&p);
	put_pods(&p);
	put_failures(&p);
	put_events(&p);
}
