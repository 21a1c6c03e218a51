/* SPDX-License-Identifier: Apache-2.0 */
#include "net/wake.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum rc wake_init(struct wake *w, struct err *e)
{
	w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return w->fd < 0 ? err_errno(e, RC_IO, "cannot make an eventfd") : RC_OK;
}

void wake_done(struct wake *w)
{
	close(w->fd);
}

/* Errors need no handling: a full counter means that a wake-up is pending, an empty one that
 * there is none. */
void wake_ring(const struct wake *w)
{
	uint64_t one = 1;
	ssize_t ignored = write(w->fd, &one, sizeof one);
	(void)ignored;
}

void wake_drain(const struct wake *w)
{
	uint64_t count;
	ssize_t ignored = read(w->fd, &count, sizeof count);
	(void)ignored;
}
