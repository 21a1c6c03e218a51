/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what an edit of a job's selection does to nodes. */
#pragma once

#include "test/sim/checks/record.h"

/* nodeSelector, nodeAffinity and tolerations are the same. */
bool check_same_selection(const struct job_spec *a, const struct job_spec *b);
/* Whether the edit from one spec to the other excludes the node, as the node is now: what the edit
 * leaves as it was excludes nobody. */
bool check_excluded(const struct job_spec *was, const struct job_spec *is,
		    const struct version *node, const struct version *compute_node);
