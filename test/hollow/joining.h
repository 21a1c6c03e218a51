/* SPDX-License-Identifier: Apache-2.0 */
/* What a node needs before its agent can start: a Node, the agent's pod, and a token of the agent's
 * ServiceAccount that is bound to this pod, as a kubelet projects it. */
#pragma once

#include "admin.h"
#include "options.h"

struct identity {
	char *node, *token; /* token is good for the API server and for the coordinator */
};

/* Makes what is missing and waits for it. v has o->nodes entries. */
void joining_run(struct admin *a, const struct hollow_options *o, struct identity *v);
