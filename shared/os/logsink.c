/* SPDX-License-Identifier: Apache-2.0 */
#include "os/logsink.h"

#include <unistd.h>

#include "base/clocktext.h"
#include "os/clock.h"

enum { LINE_MAX_BYTES = 16 * 1024 };

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	struct logsink *s = self;
	char when[CLOCKTEXT_BYTES];
	clocktext_millis(clock_wall_ms(), when);
	buf_reset(&s->line);
	if (s->json)
		log_format_json(&s->line, when, level, msg, kv, n);
	else
		log_format_logfmt(&s->line, when, level, msg, kv, n);
	/* A line past the cap is cut where it is; its newline has room of its own. */
	s->line.max = LINE_MAX_BYTES + 1;
	s->line.toobig = false;
	buf_putc(&s->line, '\n');
	s->line.max = LINE_MAX_BYTES;
	ssize_t ignored = write(STDERR_FILENO, s->line.data, s->line.len);
	(void)ignored;
}

void logsink_init(struct logsink *s, enum log_level min, bool json)
{
	*s = (struct logsink){.json = json, .line = BUF_INIT(LINE_MAX_BYTES)};
	s->log = (struct log){.min = min, .self = s, .sink = sink};
}
