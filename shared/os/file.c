/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

enum rc file_read(const char *path, struct buf *out, struct err *e)
{
	char chunk[4096];
	AUTO(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, errno == ENOENT ? RC_NOTFOUND : RC_IO, "cannot open %s", path);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, RC_IO, "cannot read %s", path);
		if (n == 0)
			break;
		buf_put(out, chunk, (size_t)n);
	}
	if (buf_rc(out) != RC_OK)
		return err_set(e, RC_TOOBIG, "%s has more than %zu bytes", path, out->max);
	return RC_OK;
}

bool file_changed(const char *path, struct file_stamp *stamp)
{
	struct stat st;
	struct file_stamp now = {0};
	if (stat(path, &st) == 0)
		now = (struct file_stamp){.device = (uint64_t)st.st_dev,
					  .inode = (uint64_t)st.st_ino,
					  .size = (uint64_t)st.st_size,
					  .changed_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 +
							st.st_mtim.tv_nsec};
	bool changed = now.device != stamp->device || now.inode != stamp->inode ||
		       now.size != stamp->size || now.changed_ns != stamp->changed_ns;
	*stamp = now;
	return changed;
}
