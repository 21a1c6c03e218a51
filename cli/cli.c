/* SPDX-License-Identifier: Apache-2.0 */
/* From the command line to the exit code. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "cli/help.h"
#include "cli/main.h"
#include "cli/session.h"
#include "os/file.h"

/* One line, whatever others have put into it. */
static int fail(enum rc rc, struct err *e)
{
	int code = session_exit_code(rc);
	if (code == EXIT_FINE)
		return code;
	utf8_line(e->msg);
	fprintf(stderr, "error: %s%s\n", e->msg[0] ? e->msg : rc_text(rc), session_next_step(rc));
	return code;
}

static void tell_unread(const struct session *s)
{
	if (s->unread)
		fprintf(stderr,
			"warning: %u objects are too large or could not be read, and are left out; "
			"see them with kubectl get\n",
			s->unread);
}

/* The peak of this program: getrusage would count what it was before it was started. */
static uint32_t peak_mib(void)
{
	AUTO(buf_done) struct buf b = BUF_INIT(64 * 1024);
	uint32_t kib = 0;
	if (file_read("/proc/self/status", &b, NULL) != RC_OK)
		return 0;
	const char *p = strstr(buf_str(&b), "VmHWM:");
	for (p = p ? p + strcspn(p, "0123456789") : ""; *p >= '0' && *p <= '9'; p++)
		kib = kib * 10 + (uint32_t)(*p - '0');
	return kib / 1024;
}

static void tell_times(const struct session *s)
{
	if (!s->out.first_us || !s->last_us)
		return;
	fprintf(stderr,
		"the API server's answer: %.1f ms after the start; the first line: %.1f ms after "
		"the answer; memory: %u MiB\n",
		(double)(s->last_us - s->begun_us) / 1000,
		(double)(s->out.first_us - s->last_us) / 1000, peak_mib());
}

static bool talks(const struct command *c)
{
	return (ON_SERVER & BIT(command_id(c))) != 0;
}

static enum rc run(struct session *s, const struct cmdline *line, struct err *e)
{
	enum rc rc = RC_OK;
	s->line = line;
	if (line->help) {
		help_put(&s->out.b, line->command);
		return RC_OK;
	}
	if (talks(line->command))
		rc = session_open(s, line, e);
	return rc == RC_OK ? line->command->run(s, e) : rc;
}

/* What was to be written and is not: an error, unless the reader went away. */
static enum rc unwritten(const struct out *o, struct err *e)
{
	if (!o->failed)
		return RC_OK;
	return err_set(e, RC_FULL, "the output could not be written whole: %s; write it elsewhere",
		       strerror(o->failed));
}

static int complete(int argc, char **argv)
{
	struct out o;
	out_init(&o, 1);
	const char **words = mem_zalloc((size_t)argc, sizeof *words);
	for (int i = 2; i < argc; i++)
		words[i - 2] = argv[i];
	help_complete(&o.b, words, (uint32_t)argc - 2);
	mem_freep(&words);
	struct err e = {""};
	enum rc rc = out_flush(&o) ? RC_OK : unwritten(&o, &e);
	out_done(&o);
	return fail(rc, &e);
}

int cli_main(int argc, char **argv)
{
	struct err e = {""};
	struct session s = {.status = EXIT_FINE};
	AUTO(cmdline_done) struct cmdline line;
	if (argc > 1 && !strcmp(argv[1], "__complete"))
		return complete(argc, argv);
	out_init(&s.out, 1);
	enum rc rc = cmdline_parse(argc, argv, &line, &e);
	if (rc == RC_OK)
		rc = run(&s, &line, &e);
	if (!out_flush(&s.out) && (rc == RC_OK || rc == RC_CANCELED))
		rc = unwritten(&s.out, &e);
	tell_unread(&s);
	if (line.value[FLAG_SHOW_TIMES])
		tell_times(&s);
	session_done(&s);
	out_done(&s.out);
	return rc == RC_OK ? s.status : fail(rc, &e);
}
