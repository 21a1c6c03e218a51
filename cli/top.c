/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster top: what nodes offer and what members ask of them, from ComputeNodes; or what
 * each job asks, from ComputeJobs. These are requests, by which Muster places: not what is
 * measured. */
#include "cli/queue.h"

#include <string.h>

#include "base/mem.h"
#include "cli/show.h"
#include "cli/submit.h"
#include "cli/text.h"
#include "model/quantity.h"

struct top {
	struct show show;
	uint64_t n, placeable;
	int64_t cpu[3], memory[3]; /* capacity, allocated, available of all */
	bool namespaces;
};

static enum colour node_colour(enum compute_node_state st)
{
	switch (st) {
	case COMPUTE_NODE_RUNNING: return COLOUR_GOOD;
	case COMPUTE_NODE_FAILED: return COLOUR_BAD;
	case COMPUTE_NODE_NONE:
	case COMPUTE_NODE_PENDING:
	case COMPUTE_NODE_DRAINING: return COLOUR_WAIT;
	case COMPUTE_NODE_DRAINED: return COLOUR_DIM;
	}
	return COLOUR_NONE;
}

/* Devices and the like: what people look for beside CPUs and memory. */
static bool special(const char *name)
{
	return strchr(name, '/') != NULL;
}

static void put_amount(struct buf *out, const char *name, int64_t milli)
{
	if (!strcmp(name, "memory") || !strcmp(name, "ephemeral-storage") ||
	    !strncmp(name, "hugepages-", 10))
		text_memory(out, milli);
	else
		text_cpus(out, milli);
}

/* "nvidia.com/gpu 3/8": used and all. */
static void put_special(struct buf *out, const struct reslist *all, const struct reslist *used)
{
	for (uint32_t i = 0; i < all->n; i++) {
		const char *name = all->v[i].name;
		if (!special(name) || !all->v[i].milli)
			continue;
		buf_printf(out, "%s%s ", out->len ? ", " : "", name);
		put_amount(out, name, reslist_get(used, name));
		buf_putc(out, '/');
		put_amount(out, name, all->v[i].milli);
	}
}

static void cell_amount(struct table *t, const char *name, int64_t milli)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	put_amount(&b, name, milli);
	table_cell(t, buf_str(&b));
}

static void cells_of(struct table *t, const char *name, const int64_t v[3])
{
	for (int i = 0; i < 3; i++)
		cell_amount(t, name, v[i]);
}

static void amounts(const struct compute_node_status *st, const char *name, int64_t ret[3])
{
	ret[0] = reslist_get(&st->capacity, name);
	ret[1] = reslist_get(&st->allocated, name);
	ret[2] = reslist_get(&st->available, name);
}

static void add_up(int64_t sum[3], const int64_t v[3])
{
	for (int i = 0; i < 3; i++)
		sum[i] = quantity_sum(sum[i], v[i]);
}

static enum rc node_row(struct show *sh)
{
	struct top *top = sh->self;
	const struct compute_node *n = &sh->decoded.compute_node;
	const struct compute_node_status *st = &n->status;
	AUTO(buf_done) struct buf other = BUF_INIT(64 * 1024);
	int64_t cpu[3], memory[3];
	amounts(st, "cpu", cpu);
	amounts(st, "memory", memory);
	add_up(top->cpu, cpu);
	add_up(top->memory, memory);
	top->n++;
	top->placeable += st->state == COMPUTE_NODE_RUNNING;
	table_cell(&sh->table, n->meta.name);
	table_cell(&sh->table,
		   st->state == COMPUTE_NODE_NONE ? "New" : compute_node_state_text(st->state));
	table_cellf(&sh->table, "%u", st->members);
	cells_of(&sh->table, "cpu", cpu);
	cells_of(&sh->table, "memory", memory);
	put_special(&other, &st->capacity, &st->allocated);
	table_cell(&sh->table, buf_str(&other));
	if (sh->format == FORMAT_WIDE) {
		table_cell(&sh->table, st->agent_version);
		table_cell(&sh->table, st->reason);
		const char *drained = js_str(js_path(sh->object, "metadata", "annotations"),
					     ANNOTATION_DRAIN_REASON);
		table_cellf(&sh->table, "%s%s%s", n->unschedulable ? str_or_empty(drained) : "",
			    n->unschedulable && drained ? "; " : "", str_or_empty(st->message));
	}
	return table_row(&sh->table, node_colour(st->state), NULL);
}

/* The sum of all, behind the last row. */
static void put_sum(struct top *top)
{
	struct buf *out = &top->show.session->out.b;
	static const char *const words[] = {"", " used", " free"};
	if (!top->n || session_flag(top->show.session, FLAG_NO_HEADERS))
		return;
	buf_printf(out, "\n%llu nodes, %llu of them Running: CPUs ", (unsigned long long)top->n,
		   (unsigned long long)top->placeable);
	for (int i = 0; i < 3; i++) {
		buf_puts(out, i ? ", " : "");
		text_cpus(out, top->cpu[i]);
		buf_puts(out, words[i]);
	}
	buf_puts(out, "; memory ");
	for (int i = 0; i < 3; i++) {
		buf_puts(out, i ? ", " : "");
		text_memory(out, top->memory[i]);
		buf_puts(out, words[i]);
	}
	buf_putc(out, '\n');
}

static enum rc top_nodes(struct session *s, enum format f, struct err *e)
{
	static const char *const titles[] = {"NAME",     "STATE",           "MEMBERS", "CPU",
					     "CPU-USED", "CPU-FREE",        "MEMORY",  "MEM-USED",
					     "MEM-FREE", "OTHER(USED/ALL)", "AGENT",   "REASON",
					     "MESSAGE"};
	enum { WIDE = 3 };
	struct top top = {.n = 0};
	top.show = (struct show){.session = s,
				 .format = f,
				 .kind = API_COMPUTE_NODE,
				 .name = "computenode.muster.dev",
				 .at_once = true,
				 .self = &top,
				 .row = node_row};
	uint32_t n = (uint32_t)ARRAY_LEN(titles) - (f == FORMAT_WIDE ? 0 : WIDE);
	enum rc rc = show_list(&top.show, titles, n,
			       "No nodes found: Muster's coordinator makes one "
			       "ComputeNode for each Node; is it running?",
			       e);
	if (rc == RC_OK && format_is_table(f))
		put_sum(&top);
	return rc;
}

/* ---- jobs ---- */

/* What all members that a job has now ask together. */
static int64_t times(int64_t milli, uint32_t n)
{
	int64_t ret;
	return __builtin_mul_overflow(milli, (int64_t)n, &ret) ? INT64_MAX : ret;
}

static bool job_wanted(const struct show *sh)
{
	return sh->decoded.job.status.active > 0;
}

static void put_job_special(struct buf *out, const struct reslist *each, uint32_t members)
{
	for (uint32_t i = 0; i < each->n; i++) {
		const char *name = each->v[i].name;
		if (!special(name) || !each->v[i].milli)
			continue;
		buf_printf(out, "%s%s ", out->len ? ", " : "", name);
		put_amount(out, name, times(each->v[i].milli, members));
	}
}

static enum rc job_row(struct show *sh)
{
	const struct top *top = sh->self;
	const struct job *j = &sh->decoded.job;
	struct table *t = &sh->table;
	AUTO(buf_done) struct buf other = BUF_INIT(64 * 1024);
	uint32_t n = j->status.active;
	int64_t cpu = reslist_get(&j->spec.requests, "cpu"),
		mem = reslist_get(&j->spec.requests, "memory");
	if (top->namespaces)
		table_cell(t, j->meta.ns);
	table_cell(t, j->meta.name);
	table_cell(t, show_job_state(j->status.state));
	table_cellf(t, "%u", n);
	cell_amount(t, "cpu", times(cpu, n));
	cell_amount(t, "memory", times(mem, n));
	put_job_special(&other, &j->spec.requests, n);
	table_cell(t, buf_str(&other));
	cell_amount(t, "cpu", cpu);
	cell_amount(t, "memory", mem);
	int64_t key[TABLE_KEYS] = {-times(cpu, n), -times(mem, n), 0};
	return table_row(t, show_job_colour(j->status.state), key);
}

static enum rc top_jobs(struct session *s, enum format f, struct err *e)
{
	static const char *const titles[] = {"NAMESPACE", "NAME",       "STATE",
					     "MEMBERS",   "CPU-USED",   "MEM-USED",
					     "OTHER",     "CPU/MEMBER", "MEM/MEMBER"};
	struct top top = {.namespaces = !*s->ns};
	uint32_t skip = top.namespaces ? 0 : 1;
	top.show = (struct show){.session = s,
				 .format = f,
				 .kind = API_JOB,
				 .name = "computejob.muster.dev",
				 .self = &top,
				 .wanted = job_wanted,
				 .row = job_row};
	return show_list(&top.show, titles + skip, (uint32_t)ARRAY_LEN(titles) - skip,
			 "No job has members now", e);
}

enum rc top_run(struct session *s, struct err *e)
{
	const char *what = s->line->nwords ? s->line->words[0] : "nodes";
	enum format f;
	enum rc rc = format_of(s, &f, e);
	if (rc != RC_OK)
		return rc;
	if (!strcmp(what, "nodes") || !strcmp(what, "node"))
		return top_nodes(s, f, e);
	if (!strcmp(what, "jobs") || !strcmp(what, "job"))
		return top_jobs(s, f, e);
	return err_set(e, RC_BADREQUEST, "top shows nodes or jobs, not \"%.50s\"", what);
}
