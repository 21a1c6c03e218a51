/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"

static bool wants_colours(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fd) && !(no && *no) && !str_eq(term, "") && !str_eq(term, "dumb");
}

void out_init(struct out *o, int fd)
{
	*o = (struct out){.b = BUF_INIT(64 * 1024 * 1024), .fd = fd, .colours = wants_colours(fd)};
}

void out_done(struct out *o)
{
	buf_done(&o->b);
}

void out_puts(struct out *o, enum colour c, const char *s)
{
	static const char *const codes[] = {
		[COLOUR_GOOD] = "32", [COLOUR_WAIT] = "33", [COLOUR_BAD] = "31",
		[COLOUR_DIM] = "2",   [COLOUR_HEAD] = "1",
	};
	if (c == COLOUR_NONE || !o->colours)
		buf_puts(&o->b, s);
	else
		buf_printf(&o->b, "\033[%sm%s\033[0m", codes[c], s);
}

static bool write_all(struct out *o)
{
	size_t at = 0;
	while (at < o->b.len) {
		ssize_t n = write(o->fd, o->b.data + at, o->b.len - at);
		if (n > 0) {
			at += (size_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd p = {.fd = o->fd, .events = POLLOUT};
			poll(&p, 1, -1);
		} else if (n < 0 && errno != EINTR) {
			o->failed = errno == EPIPE ? 0 : errno;
			return false;
		}
	}
	return true;
}

bool out_flush(struct out *o)
{
	must(buf_rc(&o->b) == RC_OK);
	if (o->b.len && !o->first_us)
		o->first_us = (uint64_t)clock_mono_us();
	if (!o->closed && !write_all(o))
		o->closed = true;
	buf_reset(&o->b);
	return !o->closed;
}

bool out_spill(struct out *o)
{
	return o->b.len < OUT_CHUNK ? !o->closed : out_flush(o);
}
