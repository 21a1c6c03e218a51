/* SPDX-License-Identifier: Apache-2.0 */
/* Small whole files: tokens, certificates, kubeconfigs. Kubernetes replaces mounted files by moving
 * a link, so a file is read whole and looked at again by its identity. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends the file to out; RC_NOTFOUND, RC_IO, or RC_TOOBIG past out's cap. */
enum rc file_read(const char *path, struct buf *out, struct err *e) must_use;

/* What a path showed when it was last looked at. */
struct file_stamp {
	uint64_t device, inode, size;
	int64_t changed_ns;
};

/* True when the path shows something else than *stamp says (also when it went or came); updates
 * *stamp. A zeroed stamp is "never looked". */
bool file_changed(const char *path, struct file_stamp *stamp);
