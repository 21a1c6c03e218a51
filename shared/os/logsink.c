/* SPDX-License-Identifier: Apache-2.0 */
#include "os/logsink.h"

#include <unistd.h>

#include "base/clocktext.h"
#include "os/clock.h"

enum { LINE_MAX_BYTES = 16 * 1024 };

static void format(struct logsink *s, const char *when, enum log_level level, const char *msg,
		   const struct log_kv *kv, size_t n)
{
	buf_reset(&s->line);
	if (s->json)
		log_format_json(&s->line, when, level, msg, kv, n);
	else
		log_format_logfmt(&s->line, when, level, msg, kv, n);
	buf_putc(&s->line, '\n');
}

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	static const struct log_kv cut = {"cut", "the values were too long for a line", 0};
	struct logsink *s = self;
	char when[CLOCKTEXT_BYTES];
	clocktext_millis(clock_wall_ms(), when);
	format(s, when, level, msg, kv, n);
	/* A partial line would be invalid JSON. */
	if (buf_rc(&s->line) != RC_OK)
		format(s, when, level, msg, &cut, 1);
	if (buf_rc(&s->line) != RC_OK)
		format(s, when, level, "a message too long for a line", &cut, 1);
	ssize_t ignored = write(STDERR_FILENO, s->line.data, s->line.len);
	(void)ignored;
}

void logsink_init(struct logsink *s, enum log_level min, bool json)
{
	*s = (struct logsink){.json = json, .line = BUF_INIT(LINE_MAX_BYTES)};
	s->log = (struct log){.min = min, .self = s, .sink = sink};
}
