/* SPDX-License-Identifier: Apache-2.0 */
/* What the shell does when a status write goes out: the view, and the word that it was taken. */
#pragma once

#include "coordinator/core/core.h"

static inline bool take_job_status(struct core *c, const char *ns, const char *name,
				   struct job_status *ret, const char **ret_rv)
{
	bool any = core_job_status(c, ns, name, ret, ret_rv);
	core_job_status_taken(c, ns, name, any ? ret : NULL);
	return any;
}

static inline bool take_compute_node_status(struct core *c, const char *name,
					    struct compute_node_status *ret, const char **ret_rv)
{
	bool any = core_compute_node_status(c, name, ret, ret_rv);
	core_compute_node_status_taken(c, name, any ? ret : NULL);
	return any;
}
