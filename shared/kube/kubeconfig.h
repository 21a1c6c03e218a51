/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: kubeconfig files, as kubectl reads them. */
#pragma once

#include <stddef.h>

#include "kube/config.h"

struct kubeconfig_text { /* one file of a list */
	const char *yaml;
	size_t len;
	const char *path; /* for messages */
	const char *dir;  /* what the file's relative paths are relative to */
};
enum { KUBECONFIG_FILES_MAX = 16 };

/* Merges n files: the first that says something wins. Files that they name are read; a plug-in is
 * noted, not run. RC_CONFIG; then *ret holds what was read so far. */
enum rc kubeconfig_parse(const struct kubeconfig_text *v, uint32_t n, struct kube_config *ret,
			 struct err *e) must_use;
