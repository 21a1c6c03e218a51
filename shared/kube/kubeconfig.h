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

/* Merges n files: the first file that has an entry wins. Reads the files that they name; notes a
 * plug-in without running it. choice may be NULL; its kubeconfig is not looked at. RC_CONFIG; then
 * *ret holds what was read so far. */
enum rc kubeconfig_parse(const struct kubeconfig_text *v, uint32_t n,
			 const struct kube_choice *choice, struct kube_config *ret,
			 struct err *e) must_use;
