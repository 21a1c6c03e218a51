/* SPDX-License-Identifier: Apache-2.0 */
#include "story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "model/quantity.h"
#include "plan.h"

enum { WORDS_MAX = 24, STORY_BYTES_MAX = 1 << 20 };

struct words {
	const char *v[WORDS_MAX];
	uint32_t n;
};

struct story {
	const char *path;
	struct buf text;   /* the file */
	struct buf script; /* up to its log section */
	struct arena arena;
	struct sim_config cfg;
	struct sim *sim;
	uint32_t line;
	bool trace;
};

static enum rc read_file(const char *path, struct buf *ret, struct err *e)
{
	char part[4096];
	FILE *f = fopen(path, "r");
	if (!f)
		return err_errno(e, RC_IO, "cannot read %s", path);
	for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
		buf_put(ret, part, n);
	fclose(f);
	return buf_rc(ret);
}

/* ---- words ---- */

static struct words split(struct arena *a, const char *line, size_t len)
{
	struct words w = {0};
	char *s = arena_strndup(a, line, len);
	while (*s && w.n < WORDS_MAX) {
		s += strspn(s, " \t");
		size_t n = strcspn(s, " \t");
		if (!n || *s == '#')
			break;
		w.v[w.n++] = arena_strndup(a, s, n);
		s += n;
	}
	return w;
}

static const char *word(const struct words *w, uint32_t i)
{
	return i < w->n ? w->v[i] : "";
}

/* The value of key=value among the words, or NULL. */
static const char *option(const struct words *w, const char *key)
{
	size_t len = strlen(key);
	for (uint32_t i = 0; i < w->n; i++) {
		if (!strncmp(w->v[i], key, len) && w->v[i][len] == '=')
			return w->v[i] + len + 1;
	}
	return NULL;
}

static int64_t quantity(const struct words *w, const char *key, int64_t otherwise)
{
	const char *s = option(w, key);
	int64_t milli = otherwise;
	return s && quantity_parse(s, &milli) == RC_OK ? milli : otherwise;
}

static int64_t whole(const struct words *w, const char *key, int64_t otherwise)
{
	return quantity(w, key, otherwise * 1000) / 1000;
}

static int64_t duration(const char *s, int64_t otherwise)
{
	int64_t ms = otherwise;
	return s && clocktext_parse_duration(s, &ms) == RC_OK ? ms : otherwise;
}

/* ---- deeds ---- */

static bool apply(struct story *st, const struct words *w)
{
	const char *exit_code = option(w, "exit"), *fails = option(w, "fails");
	const char *selector = option(w, "selector");
	struct job_want want = {
		.name = word(w, 4),
		.parallelism = (uint32_t)whole(w, "parallelism", 1),
		.min_parallelism = (uint32_t)whole(w, "min", 0),
		.backoff_limit = (uint32_t)whole(w, "backoff", 6),
		.priority = (int32_t)whole(w, "priority", 0),
		.deadline_s = whole(w, "deadline", -1),
		.ttl_s = whole(w, "ttl", -1),
		.on_node_loss = str_eq(option(w, "loss"), "Wait")   ? LOSS_WAIT
				: str_eq(option(w, "loss"), "Fail") ? LOSS_FAIL
								    : LOSS_REPLACE,
		.credentials = option(w, "credentials") != NULL,
	};
	want.template_text = arena_printf(
		&st->arena,
		"run=%" PRId64 " exit=%s fails=%s cpu=%" PRId64 " memory=%" PRId64 " v=%s",
		duration(option(w, "run"), 1000), exit_code ? exit_code : "0", fails ? fails : "0",
		quantity(w, "cpu", 100), quantity(w, "memory", 1000),
		option(w, "v") ? option(w, "v") : "1");
	if (selector) {
		const char *eq = strchr(selector, '=');
		if (!eq)
			return false;
		want.selector_key = arena_strndup(&st->arena, selector, (size_t)(eq - selector));
		want.selector_value = eq + 1;
	}
	user_apply_job(st->sim, &want);
	return true;
}

static struct proc *process(struct sim *s, const char *name)
{
	struct machine *m = sim_machine(s, name);
	if (m)
		return &m->agent;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		struct proc *p = &s->coordinator[i];
		if (str_eq(p->name, name) ||
		    (str_eq(name, "leader") && p->alive && coordinator_leading(p->c)))
			return p;
	}
	return NULL;
}

static void delete_member(struct sim *s, const char *job, const char *index)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	AUTO(buf_done) struct buf start = BUF_INIT(128);
	buf_printf(&start, "%s-%s-", job, index);
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!strncmp(sh->v[i]->meta.name, buf_str(&start), start.len)) {
			user_delete_pod(s, sh->v[i]->meta.ns, sh->v[i]->meta.name);
			return;
		}
	}
}

static bool on_job(struct story *st, const struct words *w, const char *deed)
{
	const char *name = word(w, 4), *how = word(w, 5);
	if (str_eq(deed, "apply"))
		return apply(st, w);
	if (str_eq(deed, "delete"))
		user_delete_job(st->sim, name,
				str_eq(how, "foreground") ? DELETE_FOREGROUND
				: str_eq(how, "orphan")   ? DELETE_ORPHAN
							  : DELETE_BACKGROUND);
	else if (str_eq(deed, "scale"))
		user_scale(st->sim, name, (uint32_t)whole(w, "parallelism", 1));
	else if (str_eq(deed, "suspend") || str_eq(deed, "resume"))
		user_suspend(st->sim, name, *deed == 's');
	else if (str_eq(deed, "touch"))
		user_touch(st->sim, name);
	else
		return false;
	return true;
}

static bool on_process(struct sim *s, const struct words *w, const char *deed)
{
	struct proc *p = process(s, word(w, 3));
	if (!p)
		return false;
	if (str_eq(deed, "crash"))
		proc_crash(p, true);
	else if (str_eq(deed, "start"))
		proc_start(p);
	else if (str_eq(deed, "pause"))
		proc_pause(p, duration(word(w, 4), 1000));
	else
		return false;
	return true;
}

static bool on_machine(struct sim *s, const struct words *w, const char *deed)
{
	struct machine *m = sim_machine(s, word(w, 3));
	if (!m)
		return false;
	if (str_eq(deed, "cordon") || str_eq(deed, "uncordon"))
		user_cordon(s, m->name, *deed == 'c');
	else if (str_eq(deed, "drain"))
		user_evict_node(s, m->name);
	else if (str_eq(deed, "cut"))
		machine_cut(m, duration(word(w, 4), 1000));
	else if (str_eq(deed, "break"))
		net_break_node(s->net, m->name, str_eq(word(w, 4), "half"));
	else if (str_eq(deed, "power-off"))
		machine_power_off(m);
	else if (str_eq(deed, "power-on"))
		machine_power_on(m);
	else if (str_eq(deed, "limit"))
		user_limit(s, m->name, "cpu", quantity(w, "cpu", 1000));
	else
		return false;
	return true;
}

/* at TIME DEED … */
static bool at(struct story *st, const struct words *w)
{
	const char *deed = word(w, 2);
	if (str_eq(word(w, 3), "job"))
		return on_job(st, w, deed);
	if (str_eq(deed, "delete") && str_eq(word(w, 3), "member")) {
		delete_member(st->sim, word(w, 4), word(w, 5));
		return true;
	}
	if (str_eq(deed, "cut-watches")) {
		conns_cut_watches(st->sim->conns);
		return true;
	}
	if (str_eq(deed, "lose-answers")) {
		conns_weather(st->sim->conns)->answer_lost = (uint32_t)whole(w, "percent", 0);
		return true;
	}
	return on_machine(st->sim, w, deed) || on_process(st->sim, w, deed);
}

/* ---- expectations ---- */

static const char *job_field(struct arena *a, const struct version *v, const char *field)
{
	const struct job_status *s = &v->job.status;
	const struct {
		const char *name;
		uint32_t n;
	} numbers[] = {{"active", s->active},       {"ready", s->ready},
		       {"succeeded", s->succeeded}, {"failed", s->failed},
		       {"attempts", s->attempts},   {"nodes", s->active_nodes.n}};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (str_eq(field, numbers[i].name))
			return arena_printf(a, "%u", numbers[i].n);
	}
	if (str_eq(field, "state"))
		return job_state_text(s->state);
	if (str_eq(field, "reason"))
		return str_or_empty(s->reason);
	if (str_eq(field, "completed"))
		return str_or_empty(s->completed);
	return NULL;
}

static uint32_t pods_of(const struct sim *s, const char *job)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->meta.owner_name, job) != 0;
	return n;
}

/* What there is, as text; NULL: the words make no sense. */
static const char *actual(struct story *st, const struct words *w, const char **ret_wanted)
{
	struct sim *s = st->sim;
	const char *what = word(w, 2), *name = word(w, 3);
	*ret_wanted = word(w, 5);
	if (str_eq(what, "job") && str_eq(word(w, 4), "gone")) {
		*ret_wanted = "gone";
		return user_job(s, name) ? "there" : "gone";
	}
	if (str_eq(what, "job")) {
		const struct version *v = user_job(s, name);
		return v ? job_field(&st->arena, v, word(w, 4)) : "no such job";
	}
	if (str_eq(what, "node") && str_eq(word(w, 4), "state")) {
		const struct version *v = store_find(&s->server.store, API_CNODE, NULL, name);
		return v ? cnode_state_text(v->cnode.status.state) : "no such ComputeNode";
	}
	*ret_wanted = word(w, 4);
	if (str_eq(what, "pods"))
		return arena_printf(&st->arena, "%u", pods_of(s, name));
	*ret_wanted = word(w, 3);
	if (str_eq(what, "created"))
		return arena_printf(&st->arena, "%" PRIu64, s->server.pods_created);
	return NULL;
}

static enum rc expect(struct story *st, const struct words *w, struct err *e)
{
	const char *wanted, *is = actual(st, w, &wanted);
	if (!is)
		return err_set(e, RC_INVALID, "line %u: nothing to expect like that", st->line);
	if (!str_eq(is, wanted))
		return err_set(e, RC_INVALID, "line %u: at %s expected %s, found %s", st->line,
			       word(w, 1), wanted, is);
	return RC_OK;
}

/* ---- lines ---- */

static enum rc begin(struct story *st, struct err *e)
{
	if (st->sim)
		return RC_OK;
	if (!st->cfg.machines)
		return err_set(e, RC_INVALID, "line %u: \"nodes N\" must come first", st->line);
	st->cfg.trace = st->trace;
	st->cfg.keep_log = true;
	st->sim = sim_new(&st->cfg);
	return RC_OK;
}

static enum rc tell_line(struct story *st, const char *line, size_t len, struct err *e)
{
	struct words w = split(&st->arena, line, len);
	enum rc rc = RC_OK;
	int64_t when;
	if (!w.n)
		return RC_OK;
	if (str_eq(w.v[0], "nodes")) {
		st->cfg.machines = (uint32_t)strtoul(word(&w, 1), NULL, 10);
		st->cfg.cpu_milli = quantity(&w, "cpu", 4000);
		st->cfg.memory_milli = quantity(&w, "memory", 8000);
		st->cfg.coordinators = (uint32_t)whole(&w, "coordinators", 2);
		return RC_OK;
	}
	if (clocktext_parse_duration(word(&w, 1), &when) != RC_OK)
		return err_set(e, RC_INVALID, "line %u: at or expect, then a time", st->line);
	rc = begin(st, e);
	if (rc)
		return rc;
	sim_run_until(st->sim, when);
	if (st->sim->failed)
		return err_set(e, RC_INVALID, "line %u: invariant %s: %s", st->line,
			       st->sim->invariant, st->sim->failure);
	if (str_eq(w.v[0], "expect"))
		return expect(st, &w, e);
	if (!str_eq(w.v[0], "at") || !at(st, &w))
		return err_set(e, RC_INVALID, "line %u: not understood", st->line);
	return RC_OK;
}

static enum rc tell(struct story *st, struct err *e)
{
	const char *p = buf_str(&st->script);
	while (*p) {
		size_t len = strcspn(p, "\n");
		st->line++;
		enum rc rc = tell_line(st, p, len, e);
		if (rc)
			return rc;
		p += len;
		p += *p == '\n';
	}
	return st->sim ? RC_OK : err_set(e, RC_INVALID, "nothing is told");
}

/* ---- the log section ---- */

static const char log_mark[] = "\nlog\n";

static enum rc compare(const char *wanted, const char *is, struct err *e)
{
	for (uint32_t line = 1; *wanted || *is; line++) {
		size_t a = strcspn(wanted, "\n"), b = strcspn(is, "\n");
		if (a != b || strncmp(wanted, is, a) != 0)
			return err_set(e, RC_INVALID, "log line %u\n  told:  %.*s\n  found: %.*s",
				       line, (int)a, wanted, (int)b, is);
		wanted += a + (wanted[a] == '\n');
		is += b + (is[b] == '\n');
	}
	return RC_OK;
}

static enum rc rewrite(struct story *st, struct err *e)
{
	FILE *f = fopen(st->path, "w");
	if (!f)
		return err_errno(e, RC_IO, "cannot write %s", st->path);
	fprintf(f, "%s%s%s", buf_str(&st->script), log_mark, buf_str(&st->sim->log));
	return fclose(f) ? err_errno(e, RC_IO, "cannot write %s", st->path) : RC_OK;
}

static void story_done(struct story *st)
{
	sim_free(st->sim);
	buf_done(&st->text);
	buf_done(&st->script);
	arena_done(&st->arena);
}

enum rc story_run(const char *path, bool trace, bool update, struct err *e)
{
	AUTO(story_done)
	struct story st = {.path = path,
			   .text = BUF_INIT(STORY_BYTES_MAX),
			   .script = BUF_INIT(STORY_BYTES_MAX),
			   .arena = ARENA_INIT(16 << 20),
			   .cfg = {.seed = 1, .log_level = LOG_INFO},
			   .trace = trace};
	enum rc rc = read_file(path, &st.text, e);
	if (rc)
		return rc;
	const char *all = buf_str(&st.text), *log = strstr(all, log_mark);
	buf_put(&st.script, all, log ? (size_t)(log - all) : strlen(all));
	rc = tell(&st, e);
	if (rc)
		return rc;
	if (update)
		return rewrite(&st, e);
	return log ? compare(log + strlen(log_mark), buf_str(&st.sim->log), e) : RC_OK;
}
