/* SPDX-License-Identifier: Apache-2.0 */
/* spec.launcher: the variables that a program which is started once for each member looks for by
 * itself. Each is made of Muster's own variables by $(NAME), which the kubelet replaces, so one
 * template serves all members, and a change of parallelism changes no template. */
#pragma once

#include "kube/js.h"

/* The name if it asks for anything, else NULL (absent, None, or a name that the CRD refuses). */
const char *pod_launcher(const json_t *job_spec);
/* Puts the variables at the front of those of each container; one that the user sets stays as it
 * is. Returns how many bytes that adds to the text, or a little more. */
size_t pod_launcher_add(json_t *pod, const json_t *job_spec, const char *ns);
