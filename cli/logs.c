/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster logs. Without -f one log after the other, by index. With -f up to FOLLOW_MAX at
 * once, as streams of few HTTP/2 connections; the others follow as those end. */
#include "cli/logs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/pods.h"
#include "cli/text.h"
#include "kube/js.h"
#include "kube/path.h"
#include "net/http.h"
#include "net/loop.h"

enum { FOLLOW_MAX = SESSION_IN_FLIGHT, LINE_MAX_BYTES = 64 * 1024 };

struct logs {
	struct session *session;
	const char *ns;
	struct pick pick;
	bool follow, prefix;
	uint32_t tail; /* UINT32_MAX: all */
	uint32_t next, running, failed;
};

struct stream { /* the log of one pod */
	struct logs *logs;
	const struct picked *of;
	struct buf line, refusal;
	int status;
};

/* ---- lines ---- */

static void put_line(struct stream *st, const char *s, size_t len)
{
	struct buf *out = &st->logs->session->out.b;
	if (st->logs->prefix)
		buf_printf(out, "[%u] ", st->of->index);
	buf_put(out, s, len);
	buf_putc(out, '\n');
}

/* A line that is longer than the bound is shown in parts. */
static void put_text(struct stream *st, const char *s, size_t len)
{
	while (len) {
		const char *newline = memchr(s, '\n', len);
		size_t n = newline ? (size_t)(newline - s) : len,
		       room = LINE_MAX_BYTES - st->line.len;
		bool ends = newline && n <= room;
		n = n < room ? n : room;
		buf_put(&st->line, s, n);
		if (ends || st->line.len == LINE_MAX_BYTES) {
			put_line(st, buf_str(&st->line), st->line.len);
			buf_reset(&st->line);
		}
		s += n + ends;
		len -= n + ends;
	}
}

static bool on_data(void *self, int status, const char *data, size_t len)
{
	struct stream *st = self;
	st->status = status;
	if (status == 200)
		put_text(st, data, len);
	else
		buf_put_words(&st->refusal, data, len);
	return out_spill(&st->logs->session->out);
}

/* The others go on. */
static void tell_failed(struct stream *st, const struct http_result *res)
{
	AUTO(js_freep) json_t *o = js_load(buf_str(&st->refusal), st->refusal.len, NULL);
	const char *said = js_str(o, "message");
	AUTO(mem_freep) char *words = mem_strdup(said ? said : res->message);
	utf8_line(words);
	out_flush(&st->logs->session->out);
	fprintf(stderr, "member %u: no log of pod %s: %s\n", st->of->index, st->of->pod, words);
	st->logs->failed++;
}

static void on_done(void *self, const struct http_result *res)
{
	struct stream *st = self;
	if (st->line.len)
		put_line(st, buf_str(&st->line), st->line.len);
	if ((res->rc != RC_OK || res->status != 200) && !st->logs->session->out.closed)
		tell_failed(st, res);
	st->logs->running--;
	buf_done(&st->line);
	buf_done(&st->refusal);
	free(st);
}

/* ---- requests ---- */

static void put_path(const struct logs *l, const struct picked *t, struct buf *path)
{
	struct api_request req = {.verb = API_GET, .kind = API_POD, .ns = l->ns, .name = t->pod};
	must(path_build(&req, NULL, path) == RC_OK);
	buf_puts(path, "/log?container=");
	buf_put_uri(path, t->container);
	if (l->follow)
		buf_puts(path, "&follow=true");
	if (l->tail != UINT32_MAX)
		buf_printf(path, "&tailLines=%u", l->tail);
}

static void start(struct logs *l, const struct picked *t)
{
	AUTO(buf_done) struct buf path = BUF_INIT(64 * 1024);
	struct stream *st = mem_zalloc(1, sizeof *st);
	*st = (struct stream){.logs = l,
			      .of = t,
			      .line = BUF_INIT(LINE_MAX_BYTES),
			      .refusal = BUF_INIT(16 * 1024)};
	put_path(l, t, &path);
	struct http_want want = {.method = "GET",
				 .path = buf_str(&path),
				 .bearer = l->session->cfg.token,
				 .deadline_ms = l->follow ? 0 : l->session->timeout_ms,
				 .self = st,
				 .on_data = on_data,
				 .on_done = on_done};
	l->running++;
	http_start(l->session->http, &want);
}

static void read_all(struct logs *l)
{
	uint32_t at_once = l->follow ? FOLLOW_MAX : 1;
	do {
		while (l->running < at_once && l->next < l->pick.n && !l->session->out.closed)
			start(l, &l->pick.v[l->next++]);
		loop_wait(l->session->loop, INT64_MAX);
		loop_run(l->session->loop);
		out_flush(&l->session->out);
	} while (l->running || (l->next < l->pick.n && !l->session->out.closed));
}

/* ---- the command ---- */

static enum rc read_attempt(const char *s, int64_t *ret, struct err *e)
{
	uint32_t n;
	bool back = *s == '-';
	if (!text_number(s + back, ATTEMPT_MAX, &n))
		return err_set(e, RC_BADREQUEST,
			       "\"%.50s\" is no attempt; write its number, or -1 for the one "
			       "before the newest",
			       s);
	*ret = back ? -(int64_t)n : n;
	return RC_OK;
}

static enum rc read_flags(struct logs *l, struct err *e)
{
	const struct session *s = l->session;
	const char *index = session_flag(s, FLAG_INDEX), *attempt = session_flag(s, FLAG_ATTEMPT),
		   *tail = session_flag(s, FLAG_TAIL);
	l->follow = session_flag(s, FLAG_FOLLOW) != NULL;
	l->pick.container = session_flag(s, FLAG_CONTAINER);
	l->tail = UINT32_MAX;
	if (tail && !text_number(tail, INT32_MAX, &l->tail))
		return err_set(e, RC_BADREQUEST, "\"%.50s\" is no number of lines; write --tail 20",
			       tail);
	enum rc rc = attempt ? read_attempt(attempt, &l->pick.attempt, e) : RC_OK;
	if (rc == RC_OK && index)
		rc = text_indexes(index, COMPLETIONS_MAX - 1, &l->pick.indexes, e);
	return rc;
}

static enum rc find_pods(struct logs *l, struct err *e)
{
	struct session *s = l->session;
	AUTO(js_freep) json_t *o = NULL;
	const char *name = s->line->words[0];
	enum rc rc = session_get(s, API_JOB, s->ns, name, &o, e);
	l->ns = s->ns;
	if (rc == RC_OK)
		rc = pick_pods(s, s->ns,
			       str_or_empty(js_str(json_object_get(o, "metadata"), "uid")),
			       &l->pick, e);
	if (rc == RC_OK && !l->pick.n)
		rc = err_set(
			e, RC_NOTFOUND,
			"no such member of %.100s has a pod; see kubectl muster explain %.100s",
			name, name);
	if (rc == RC_OK && l->pick.left_out && l->pick.attempt)
		fprintf(stderr, "%u members have no such attempt\n", l->pick.left_out);
	l->prefix = l->pick.n > 1;
	return rc;
}

enum rc logs_run(struct session *s, struct err *e)
{
	struct logs l = {.session = s};
	enum rc rc = read_flags(&l, e);
	if (rc == RC_OK)
		rc = find_pods(&l, e);
	if (rc == RC_OK)
		read_all(&l);
	if (rc == RC_OK && l.failed)
		rc = err_set(e, RC_INVALID,
			     "%u of %u logs could not be read; see kubectl muster explain %.100s",
			     l.failed, l.pick.n, s->line->words[0]);
	pick_done(&l.pick);
	return rc;
}
