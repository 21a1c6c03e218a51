/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster queue: jobs in squeue's columns. What only the coordinator knows (the position in
 * its queue, the expected start) is no column yet; its place is behind PRIORITY. */
#include "cli/queue.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cli/show.h"
#include "cli/text.h"

enum { HOSTS_MAX = 60, HOSTS_WIDE_MAX = 4096 };

struct queue {
	struct show show;
	uint32_t states; /* bits of enum job_state */
	bool namespaces;
};

static const struct state_word {
	const char *name, *brief;
	enum job_state st;
} state_words[] = {
	{"Pending", "PD", JOB_PENDING},    {"Running", "R", JOB_RUNNING},
	{"Suspended", "S", JOB_SUSPENDED}, {"Completed", "CD", JOB_COMPLETED},
	{"Failed", "F", JOB_FAILED},
};

/* A job that no coordinator has seen yet waits. */
static uint32_t bits_of(enum job_state st)
{
	return BIT(st) | (st == JOB_PENDING ? BIT(JOB_NONE) : 0);
}

static uint32_t state_of(const char *s, size_t len)
{
	if (len == 3 && !strncasecmp(s, "all", 3))
		return UINT32_MAX;
	for (size_t i = 0; i < ARRAY_LEN(state_words); i++) {
		const struct state_word *w = &state_words[i];
		if ((strlen(w->name) == len && !strncasecmp(s, w->name, len)) ||
		    (strlen(w->brief) == len && !strncasecmp(s, w->brief, len)))
			return bits_of(w->st);
	}
	return 0;
}

static enum rc read_states(const char *s, uint32_t *ret, struct err *e)
{
	*ret = 0;
	for (const char *p = s;; p++) {
		size_t len = strcspn(p, ",");
		uint32_t bits = state_of(p, len);
		if (!bits)
			return err_set(e, RC_BADREQUEST,
				       "\"%.*s\" is no state; write Pending, Running, Suspended, "
				       "Completed, Failed or all",
				       (int)(len > 50 ? 50 : len), p);
		*ret |= bits;
		p += len;
		if (!*p)
			return RC_OK;
	}
}

static bool wanted(const struct show *sh)
{
	const struct queue *q = sh->self;
	return (q->states & BIT(sh->decoded.job.status.state)) != 0;
}

/* How long a job has run, or had run; of one that has not started, how long it has waited. */
static void put_time(struct buf *out, const struct job *j, int64_t now)
{
	const struct job_status *st = &j->status;
	text_since(out, st->start_ms ? st->start_ms : j->meta.created_ms,
		   st->end_ms ? st->end_ms : now);
}

static void put_reason(struct buf *out, const struct job_status *st)
{
	const char *why = st->state == JOB_NONE ? "NotSeenYet" : str_or_empty(st->reason);
	buf_printf(out, "(%s)", *why ? why : job_state_text(st->state));
}

/* The nodes of a job that has members, the reason of one that has none. */
static void put_nodes(struct buf *out, struct show *sh, const struct job_status *st)
{
	const struct strs *l = &st->active_nodes;
	const char **v = arena_alloc(&sh->arena, l->n * sizeof *v);
	if (!l->n || !v) {
		put_reason(out, st);
		return;
	}
	memcpy(v, l->v, l->n * sizeof *v);
	text_hosts(out, v, l->n, sh->format == FORMAT_WIDE ? HOSTS_WIDE_MAX : HOSTS_MAX);
	if (st->state == JOB_PENDING) {
		buf_putc(out, ' ');
		put_reason(out, st);
	}
}

static int64_t rank(enum job_state st)
{
	static const int64_t ranks[] = {
		[JOB_RUNNING] = 0,   [JOB_PENDING] = 1, [JOB_NONE] = 1,
		[JOB_SUSPENDED] = 2, [JOB_FAILED] = 3,  [JOB_COMPLETED] = 4};
	return ranks[st];
}

static void wide_cells(struct show *sh, const struct job *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(100);
	text_since(&b, j->meta.created_ms, sh->now_ms);
	table_cell(&sh->table, buf_str(&b));
	table_cellf(&sh->table, "%u/%u", j->status.succeeded, job_completions(&j->spec));
	table_cellf(&sh->table, "%u", j->status.failed);
	table_cell(&sh->table, j->status.message);
}

static enum rc row(struct show *sh)
{
	const struct queue *q = sh->self;
	const struct job *j = &sh->decoded.job;
	const struct job_status *st = &j->status;
	struct table *t = &sh->table;
	AUTO(buf_done) struct buf time = BUF_INIT(100), nodes = BUF_INIT(64 * 1024);
	if (q->namespaces)
		table_cell(t, j->meta.ns);
	table_cell(t, j->meta.name);
	table_cell(t, show_job_state(st->state));
	table_cellf(t, "%d", j->spec.priority);
	put_time(&time, j, sh->now_ms);
	table_cell(t, buf_str(&time));
	table_cellf(t, "%u/%u", st->ready, job_at_once(&j->spec));
	put_nodes(&nodes, sh, st);
	table_cell(t, buf_str(&nodes));
	if (sh->format == FORMAT_WIDE)
		wide_cells(sh, j);
	bool waits = rank(st->state) == rank(JOB_PENDING);
	int64_t key[TABLE_KEYS] = {rank(st->state), waits ? -j->spec.priority : 0,
				   j->meta.created_ms};
	if (str_eq(session_flag(sh->session, FLAG_SORT), "name"))
		memset(key, 0, sizeof key);
	return table_row(t, show_job_colour(st->state), key);
}

static enum rc read_sort(const struct session *s, bool *ret_at_once, struct err *e)
{
	const char *sort = session_flag(s, FLAG_SORT);
	*ret_at_once = str_eq(sort, "none");
	if (!sort || *ret_at_once || !strcmp(sort, "queue") || !strcmp(sort, "name"))
		return RC_OK;
	return err_set(e, RC_BADREQUEST, "--sort %.50s is unknown; write queue, name or none",
		       sort);
}

/* Titles of the columns, the first one only with -A, the last ones only with -o wide. */
static enum rc list(struct queue *q, struct err *e)
{
	static const char *const titles[] = {"NAMESPACE", "NAME",   "STATE",         "PRIORITY",
					     "TIME",      "READY",  "NODES(REASON)", "AGE",
					     "DONE",      "FAILED", "MESSAGE"};
	enum { WIDE = 4 };
	uint32_t skip = q->namespaces ? 0 : 1;
	uint32_t n =
		(uint32_t)ARRAY_LEN(titles) - skip - (q->show.format == FORMAT_WIDE ? 0 : WIDE);
	AUTO(buf_done) struct buf nothing = BUF_INIT(1000);
	bool all = q->states == UINT32_MAX;
	buf_printf(&nothing,
		   all ? "No jobs found" : "No such jobs found; -t all shows finished ones too");
	if (!q->namespaces)
		buf_printf(&nothing, " (namespace %s; -A: all)", q->show.session->ns);
	return show_list(&q->show, titles + skip, n, buf_str(&nothing), e);
}

enum rc queue_run(struct session *s, struct err *e)
{
	const char *states = session_flag(s, FLAG_STATES);
	struct queue q = {.namespaces = !*s->ns,
			  .states = bits_of(JOB_PENDING) | BIT(JOB_RUNNING) | BIT(JOB_SUSPENDED)};
	q.show = (struct show){.session = s,
			       .kind = API_JOB,
			       .name = "computejob.muster.dev",
			       .self = &q,
			       .wanted = wanted,
			       .row = row};
	enum rc rc = format_of(s, &q.show.format, e);
	if (rc == RC_OK && states)
		rc = read_states(states, &q.states, e);
	if (rc == RC_OK)
		rc = read_sort(s, &q.show.at_once, e);
	if (rc != RC_OK)
		return rc;
	return list(&q, e);
}
