/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: what a template's pod needs beside resources. */
#pragma once

#include "kube/js.h"
#include "model/job.h"

/* Fills in the host ports, the RuntimeClass and the claims, which are of namespace ns, and invalid
 * (in words) if they are too many. */
void pod_needs(struct arena *a, const json_t *pod_spec, const char *ns, struct job_spec *spec);
