/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { DECODED_MAX = 16 * 1024 * 1024 };

const char *show_job_state(enum job_state st)
{
	return st == JOB_NONE ? "New" : job_state_text(st);
}

enum colour show_job_colour(enum job_state st)
{
	static const enum colour colours[] = {
		[JOB_NONE] = COLOUR_WAIT,    [JOB_PENDING] = COLOUR_WAIT,
		[JOB_RUNNING] = COLOUR_GOOD, [JOB_COMPLETED] = COLOUR_DIM,
		[JOB_FAILED] = COLOUR_BAD,   [JOB_SUSPENDED] = COLOUR_DIM,
	};
	return colours[st];
}

static bool take(struct show *sh, json_t *o)
{
	if (!format_is_table(sh->format))
		return objects_add(&sh->objects, o);
	sh->failed = sh->row(sh);
	return sh->failed == RC_OK && !sh->session->out.closed;
}

static bool on_item(void *self, json_t *o)
{
	struct show *sh = self;
	arena_reset(&sh->arena);
	sh->object = o;
	enum rc rc = decode_object(sh->kind, o, "-", &sh->arena, &sh->decoded, NULL);
	if (rc != RC_OK) {
		sh->session->unread++;
		return true;
	}
	return sh->wanted && !sh->wanted(sh) ? true : take(sh, o);
}

/* What is known is shown at the end of each page, so that the first lines do not wait for the last.
 */
static void on_page(void *self)
{
	struct show *sh = self;
	if (format_is_table(sh->format) && sh->at_once)
		table_print(&sh->table, &sh->session->out);
	if (sh->at_once || !format_is_table(sh->format))
		out_flush(&sh->session->out);
}

static void begin(struct show *sh, const char *const *titles, uint32_t ntitles)
{
	sh->arena = ARENA_INIT(DECODED_MAX);
	sh->now_ms = session_now_ms();
	table_init(&sh->table, titles, ntitles);
	sh->table.no_titles = session_flag(sh->session, FLAG_NO_HEADERS) != NULL;
	if (!format_is_table(sh->format))
		objects_begin(&sh->objects, sh->session, sh->format, sh->name);
}

static void end(struct show *sh, const char *nothing)
{
	if (!format_is_table(sh->format)) {
		objects_end(&sh->objects);
		return;
	}
	if (!sh->at_once)
		table_sort(&sh->table);
	table_print(&sh->table, &sh->session->out);
	out_flush(&sh->session->out);
	if (!sh->table.printed)
		fprintf(stderr, "%s\n", nothing);
}

enum rc show_list(struct show *sh, const char *const *titles, uint32_t ntitles, const char *nothing,
		  struct err *e)
{
	struct list_query q = {.kind = sh->kind,
			       .ns = sh->kind == API_JOB ? sh->session->ns : "",
			       .label_selector = session_flag(sh->session, FLAG_SELECTOR),
			       .whole = !format_is_table(sh->format),
			       .self = sh,
			       .on_item = on_item,
			       .on_page = on_page};
	begin(sh, titles, ntitles);
	enum rc rc = session_list(sh->session, &q, e);
	if (sh->failed == RC_FULL)
		rc = err_set(
			e, RC_FULL,
			"more than %d rows to sort; choose with -n, -l or -t, or write --sort none",
			TABLE_ROWS_MAX);
	if (rc == RC_OK)
		end(sh, nothing);
	table_done(&sh->table);
	arena_done(&sh->arena);
	return rc;
}
