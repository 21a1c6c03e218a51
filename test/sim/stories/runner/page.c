/* SPDX-License-Identifier: Apache-2.0 */
/* docs/messages.md: what kubectl shows of an object in the middle of a story. The columns are those
 * of the CRDs; of a status the lines that say something, in the order of kubectl describe. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/checks/heard.h"
#include "test/sim/stories/runner/parts.h"
#include "test/sim/stories/runner/story.h"

#define INDENT "    "

/* As kubectl does: 90s, 2m5s, 12m. */
static const char *age(struct story *st, int64_t ms)
{
	int64_t s = ms / 1000;
	if (s < 120)
		return arena_printf(&st->arena, "%" PRId64 "s", s);
	if (s < 600 && s % 60)
		return arena_printf(&st->arena, "%" PRId64 "m%" PRId64 "s", s / 60, s % 60);
	return arena_printf(&st->arena, "%" PRId64 "m", s / 60);
}

static const char *age_of(struct story *st, const struct version *v)
{
	return age(st, server_wall(&st->world->server) - v->meta.created_ms);
}

static const char *quantity(struct story *st, const struct reslist *l, const char *name)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64);
	quantity_format(&b, reslist_get(l, name));
	return arena_strdup(&st->arena, buf_str(&b));
}

/* ---- kubectl get ---- */

struct column {
	const char *head, *value;
};

static void put_row(struct buf *b, const struct column *v, size_t n)
{
	for (uint32_t row = 0; row < 2; row++) {
		buf_puts(b, INDENT);
		for (size_t i = 0; i < n; i++) {
			size_t head = strlen(v[i].head), value = strlen(v[i].value);
			int width = (int)(head > value ? head : value) + 3;
			buf_printf(b, "%-*s", i + 1 < n ? width : 0, row ? v[i].value : v[i].head);
		}
		buf_puts(b, "\n");
	}
}

static const char *number(struct story *st, uint32_t n)
{
	return arena_printf(&st->arena, "%u", n);
}

static void put_job(struct story *st, const struct version *v)
{
	const struct job_status *s = &v->job.status;
	const struct column columns[] = {{"NAME", v->meta.name},
					 {"STATE", job_state_text(s->state)},
					 {"MEMBERS", number(st, v->job.spec.parallelism)},
					 {"ACTIVE", number(st, s->active)},
					 {"DONE", number(st, s->succeeded)},
					 {"FAILED", number(st, s->failed)},
					 {"AGE", age_of(st, v)}};
	buf_puts(st->page, INDENT "$ kubectl get computejobs\n");
	put_row(st->page, columns, ARRAY_LEN(columns));
}

static void put_node(struct story *st, const struct version *v)
{
	const struct compute_node_status *s = &v->compute_node.status;
	const struct column columns[] = {{"NAME", v->meta.name},
					 {"STATE", compute_node_state_text(s->state)},
					 {"MEMBERS", number(st, s->members)},
					 {"FREE-CPU", quantity(st, &s->available, "cpu")},
					 {"FREE-MEMORY", quantity(st, &s->available, "memory")},
					 {"AGE", age_of(st, v)}};
	buf_puts(st->page, INDENT "$ kubectl get computenodes\n");
	put_row(st->page, columns, ARRAY_LEN(columns));
}

/* ---- kubectl describe ---- */

static void put_line(struct buf *b, const char *key, const char *value)
{
	if (*str_or_empty(value))
		buf_printf(b, INDENT "  %-19s%s\n", key, value);
}

static void put_conditions(struct buf *b, const struct cond *v, uint32_t n)
{
	static const char *const statuses[] = {"Unknown", "False", "True"};
	buf_puts(b, INDENT "  Conditions:\n");
	for (uint32_t i = 0; i < n; i++) {
		put_line(b, "  Message:", v[i].message);
		put_line(b, "  Reason:", v[i].reason);
		put_line(b, "  Status:", statuses[v[i].status]);
		put_line(b, "  Type:", v[i].type);
	}
}

static void put_events(struct story *st, const char *object)
{
	const struct heard *h = checks_heard(st->sim->checks);
	bool any = false;
	for (uint32_t i = 0; i < h->n; i++) {
		const struct heard_event *e = &h->v[i];
		if (!str_eq(e->object, object))
			continue;
		if (!any)
			buf_printf(st->page, "%sEvents:\n%s  %-9s%-21s%-14s%s\n", INDENT, INDENT,
				   "Type", "Reason", "Age", "Message");
		any = true;
		const char *times = e->n > 1 ? arena_printf(&st->arena, " (x%u)", e->n) : "";
		times = arena_printf(&st->arena, "%s%s",
				     age(st, st->world->clock.now_ms - e->last_ms), times);
		buf_printf(st->page, INDENT "  %-9s%-21s%-14s%s\n",
			   e->warning ? "Warning" : "Normal", e->reason, times, e->note);
	}
	if (!any)
		buf_puts(st->page, INDENT "Events:              <none>\n");
}

static const char *list(struct story *st, const struct strs *l)
{
	const char *text = "";
	for (uint32_t i = 0; i < l->n; i++)
		text = arena_printf(&st->arena, "%s%s%s", text, i ? ", " : "", l->v[i]);
	return text;
}

static void describe_superseded(struct story *st, const struct job_status *s)
{
	if (s->nsuperseded)
		buf_puts(st->page, INDENT "  Superseded:\n");
	for (uint32_t i = 0; i < s->nsuperseded; i++) {
		const struct superseded *o = &s->superseded[i];
		put_line(st->page, "  Attempt:", number(st, o->attempt));
		put_line(st->page, "  Index:", number(st, o->index));
		put_line(st->page, "  Node:", o->node);
		put_line(st->page, "  Superseded By:", number(st, o->by));
	}
}

static void describe_failures(struct story *st, const struct job_status *s)
{
	if (s->nfailures)
		buf_puts(st->page, INDENT "  Failures:\n");
	for (uint32_t i = 0; i < s->nfailures; i++) {
		const struct failure *f = &s->failures[i];
		char at[CLOCKTEXT_BYTES];
		put_line(st->page, "  Attempt:", number(st, f->attempt));
		put_line(st->page, "  Exit Code:", number(st, (uint32_t)f->exit_code));
		clocktext_seconds(f->finished_ms, at);
		put_line(st->page, "  Finished At:", at);
		put_line(st->page, "  Index:", number(st, f->index));
		put_line(st->page, "  Message:", f->message);
		put_line(st->page, "  Node:", f->node);
		put_line(st->page, "  Reason:", f->reason);
	}
}

static void describe_satisfied(struct story *st, const struct job_status *s)
{
	if (s->nsatisfied)
		buf_puts(st->page, INDENT "  Satisfied Dependencies:\n");
	for (uint32_t i = 0; i < s->nsatisfied; i++) {
		put_line(st->page, "  Condition:", dependency_text(s->satisfied[i].condition));
		put_line(st->page, "  Name:", s->satisfied[i].name);
	}
}

static void describe_job(struct story *st, const struct version *v)
{
	const struct job_status *s = &v->job.status;
	struct buf *b = st->page;
	buf_printf(b, "\n" INDENT "$ kubectl describe computejob %s\n" INDENT "Status:\n",
		   v->meta.name);
	put_line(b, "Active:", number(st, s->active));
	put_line(b, "Active Nodes:", list(st, &s->active_nodes));
	put_line(b, "Completed Indexes:", s->completed);
	put_conditions(b, s->conds, s->nconds);
	put_line(b, "Failed:", number(st, s->failed));
	if (*str_or_empty(s->failed_indexes))
		put_line(b, "Failed Indexes:", s->failed_indexes);
	describe_failures(st, s);
	put_line(b, "Message:", s->message);
	put_line(b, "Ready:", number(st, s->ready));
	put_line(b, "Reason:", s->reason);
	describe_satisfied(st, s);
	put_line(b, "State:", job_state_text(s->state));
	put_line(b, "Succeeded:", number(st, s->succeeded));
	describe_superseded(st, s);
	put_events(st, v->meta.name);
}

static void describe_node(struct story *st, const struct version *v)
{
	const struct compute_node_status *s = &v->compute_node.status;
	struct buf *b = st->page;
	buf_printf(b, "\n" INDENT "$ kubectl describe computenode %s\n" INDENT "Status:\n",
		   v->meta.name);
	put_conditions(b, s->conds, s->nconds);
	put_line(b, "Members:", number(st, s->members));
	put_line(b, "Message:", s->message);
	put_line(b, "Reason:", s->reason);
	put_line(b, "State:", compute_node_state_text(s->state));
	put_events(st, v->meta.name);
}

/* ---- show ---- */

enum rc story_show(struct story *st, const struct words *w, struct err *e)
{
	bool job = str_eq(word(w, 2), "job"), node = str_eq(word(w, 2), "node");
	const struct version *v =
		job    ? user_job(st->world, word(w, 3))
		: node ? store_find(&st->world->server.store, API_COMPUTE_NODE, NULL, word(w, 3))
		       : NULL;
	if (!v)
		return err_set(e, RC_INVALID, "line %u: there is no such object", st->line);
	if (!st->page)
		return RC_OK;
	buf_puts(st->page, "\n");
	if (job)
		put_job(st, v);
	else
		put_node(st, v);
	if (job)
		describe_job(st, v);
	else
		describe_node(st, v);
	return buf_rc(st->page);
}

/* The comment at the head of the file: "## a section", "# a title", "# text". */
void story_page_head(struct buf *page, const char *text)
{
	bool titled = false;
	uint32_t texts = 0;
	while (*text == '#') {
		size_t len = strcspn(text, "\n");
		const char *words = text + 1 + strspn(text + 1, "# ");
		int n = (int)(text + len - words);
		if (text[1] == '#') {
			buf_printf(page, "\n## %.*s\n", n, words);
		} else if (!titled) {
			buf_printf(page, "\n### %.*s\n", n, words);
			titled = true;
		} else {
			buf_printf(page, "%s%.*s\n", texts++ ? "" : "\n", n, words);
		}
		text += len + (text[len] == '\n');
	}
}
