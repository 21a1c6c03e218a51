/* SPDX-License-Identifier: Apache-2.0 */
/* Small files, read whole: tokens, certificates, kubeconfigs. Kubernetes replaces mounted files
 * by moving a link, so a change is seen by the file's identity. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends the file to out; RC_NOTFOUND, RC_IO, or RC_TOOBIG past out's cap. */
enum rc file_read(const char *path, struct buf *out, struct err *e) must_use;

/* The identity of the file at a path when it was last looked at. */
struct file_stamp {
	uint64_t device, inode, size;
	int64_t changed_ns;
};

/* True if the file at the path is another one than *stamp says, or appeared, or vanished; then
 * *stamp is updated. A zeroed stamp means never looked. */
bool file_changed(const char *path, struct file_stamp *stamp);
