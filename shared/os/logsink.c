/* SPDX-License-Identifier: Apache-2.0 */
#include "os/logsink.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "base/clocktext.h"
#include "base/mem.h"
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

/* A write of up to PIPE_BUF bytes to a pipe that is ready does not block (pipe(7)). Whoever reads
 * our log and stops doing so stops no turn: what does not fit is lost, and counted. */
static bool put_part(const char *data, size_t len)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
	if (poll(&p, 1, 0) != 1 || !(p.revents & POLLOUT))
		return false;
	return write(STDERR_FILENO, data, len) == (ssize_t)len;
}

static void put_lost(struct logsink *s)
{
	AUTO(buf_done) struct buf text = BUF_INIT(128);
	buf_printf(&text,
		   s->json ? "{\"level\":\"warn\",\"msg\":\"log lines lost\",\"n\":%llu}\n"
			   : "level=warn msg=\"log lines lost\" n=%llu\n",
		   (unsigned long long)s->lost);
	if (put_part(buf_str(&text), text.len))
		s->lost = 0;
}

static void put(struct logsink *s, const char *data, size_t len)
{
	bool whole = true;
	if (s->lost)
		put_lost(s);
	while (len && whole && !s->lost) {
		size_t n = len < PIPE_BUF ? len : PIPE_BUF;
		whole = put_part(data, n);
		data += n;
		len -= n;
	}
	s->lost += !whole || s->lost;
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
	put(s, s->line.data, s->line.len);
}

void logsink_init(struct logsink *s, enum log_level min, bool json)
{
	*s = (struct logsink){.json = json, .line = BUF_INIT(LINE_MAX_BYTES)};
	s->log = (struct log){.min = min, .self = s, .sink = sink};
}
