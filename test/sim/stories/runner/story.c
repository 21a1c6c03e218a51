/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/stories/runner/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "test/sim/checks/heard.h"
#include "test/sim/stories/runner/parts.h"

enum { STORY_BYTES_MAX = 1 << 20 };

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
	st->cluster = &st->sim->cluster;
	st->world = &st->cluster->world;
	return RC_OK;
}

static void cluster(struct story *st, const struct words *w)
{
	st->cfg.machines = (uint32_t)strtoul(word(w, 1), NULL, 10);
	st->cfg.cpu_milli = option_milli(w, "cpu", 4000);
	st->cfg.memory_milli = option_milli(w, "memory", 8000);
	st->cfg.coordinators = (uint32_t)option_whole(w, "coordinators", 2);
	st->cfg.seed = (uint64_t)option_whole(w, "seed", 1);
	st->cfg.agentless = (uint32_t)option_whole(w, "agentless", 0);
}

/* at TIME DEED … */
static bool at(struct story *st, const struct words *w)
{
	const char *deed = word(w, 2);
	return story_on_job(st, w, deed) || story_on_server(st, w, deed) ||
	       story_on_needed(st, w, deed) || story_on_node(st, w, deed) ||
	       story_on_process(st, w, deed);
}

static enum rc tell_line(struct story *st, const char *line, size_t len, struct err *e)
{
	struct words w = words_split(&st->arena, line, len);
	int64_t when;
	if (!w.n)
		return RC_OK;
	if (str_eq(w.v[0], "nodes")) {
		cluster(st, &w);
		return RC_OK;
	}
	if (clocktext_parse_duration(word(&w, 1), &when) != RC_OK)
		return err_set(e, RC_INVALID, "line %u: at or expect, then a time", st->line);
	enum rc rc = begin(st, e);
	if (rc)
		return rc;
	if (when < st->world->clock.now_ms)
		return err_set(e, RC_INVALID, "line %u: that time is over", st->line);
	world_run_until(st->world, when);
	if (st->world->failed)
		return err_set(e, RC_INVALID, "line %u: invariant %s: %s", st->line,
			       st->world->invariant, st->world->failure);
	if (str_eq(w.v[0], "expect"))
		return story_expect(st, &w, e);
	if (str_eq(w.v[0], "show"))
		return story_show(st, &w, e);
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
	fprintf(f, "%s%s%s", buf_str(&st->script), log_mark, buf_str(&st->world->log));
	return fclose(f) ? err_errno(e, RC_IO, "cannot write %s", st->path) : RC_OK;
}

static void story_done(struct story *st)
{
	for (uint32_t i = 0; i < st->nkept; i++)
		version_unref(st->kept[i].v);
	if (st->stranger.cluster)
		stranger_end(&st->stranger);
	sim_free(st->sim);
	buf_done(&st->text);
	buf_done(&st->script);
	arena_done(&st->arena);
}

/* A leader that dies takes the Events with it that were under way. */
static bool all_lived(const struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		if (!cl->coordinator[i].host.alive || cl->coordinator[i].host.incarnation > 1)
			return false;
	}
	return true;
}

/* The story as told; its log section is compared, or written anew. */
static enum rc run(struct story *st, bool update, struct err *e)
{
	enum rc rc = read_file(st->path, &st->text, e);
	if (rc)
		return rc;
	const char *all = buf_str(&st->text), *log = strstr(all, log_mark);
	buf_put(&st->script, all, log ? (size_t)(log - all) : strlen(all));
	rc = tell(st, e);
	if (rc)
		return rc;
	if (all_lived(st->cluster))
		heard_end(checks_heard(st->sim->checks));
	if (st->world->failed)
		return err_set(e, RC_INVALID, "at the end: invariant %s: %s", st->world->invariant,
			       st->world->failure);
	if (update)
		return rewrite(st, e);
	return log ? compare(log + strlen(log_mark), buf_str(&st->world->log), e) : RC_OK;
}

static struct story story_of(const char *path)
{
	return (struct story){.path = path,
			      .text = BUF_INIT(STORY_BYTES_MAX),
			      .script = BUF_INIT(STORY_BYTES_MAX),
			      .arena = ARENA_INIT(16 << 20),
			      .cfg = {.seed = 1, .log_level = LOG_INFO}};
}

enum rc story_run(const char *path, bool trace, bool update, struct err *e)
{
	AUTO(story_done) struct story st = story_of(path);
	st.trace = trace;
	return run(&st, update, e);
}

enum rc story_reasons(char *const *paths, int n, struct err *e)
{
	AUTO(buf_done) struct buf missing = BUF_INIT(4096);
	bool seen[R_N] = {0};
	for (int i = 0; i < n; i++) {
		AUTO(story_done) struct story st = story_of(paths[i]);
		enum rc rc = run(&st, false, e);
		if (rc)
			return err_wrap(e, rc, "%s", paths[i]);
		for (unsigned r = 0; r < R_N; r++)
			seen[r] |= checks_heard(st.sim->checks)->reasons[r];
	}
	for (unsigned r = 0; r < R_N; r++) {
		if (!seen[r])
			buf_printf(&missing, " %s", reason_name((enum reason)r));
	}
	if (missing.len)
		return err_set(e, RC_INVALID, "no story shows the reasons%s", buf_str(&missing));
	return RC_OK;
}

static const char page_head[] =
	"# What kubectl shows\n"
	"\n"
	"This page shows jobs and nodes in many situations, as `kubectl get` and `kubectl "
	"describe` show\n"
	"them. To find a situation, look for the reason that you see. [reasons.md](reasons.md) has "
	"all\n"
	"reasons as a table.\n"
	"\n"
	"Of the output of `kubectl describe`, the page leaves out the metadata, the spec, times, "
	"and fields\n"
	"that say nothing more about the situation. The names of Pods end in a hash, which is "
	"another one in\n"
	"your cluster.\n"
	"\n"
	"This page is generated: the simulator runs the stories of `test/sim/messages` and prints "
	"what a user\n"
	"sees (`build/release/bin/muster-sim --page test/sim/messages/*.story > "
	"docs/messages.md`).\n";

enum rc story_page(char *const *paths, int n, struct buf *page, struct err *e)
{
	buf_puts(page, page_head);
	for (int i = 0; i < n; i++) {
		AUTO(story_done) struct story st = story_of(paths[i]);
		AUTO(buf_done) struct buf shown = BUF_INIT(STORY_BYTES_MAX);
		st.page = &shown;
		enum rc rc = run(&st, false, e);
		if (rc)
			return err_wrap(e, rc, "%s", paths[i]);
		story_page_head(page, buf_str(&st.script));
		buf_puts(page, buf_str(&shown));
	}
	return buf_rc(page);
}
