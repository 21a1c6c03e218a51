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

static inline bool take_cnode_status(struct core *c, const char *name, struct cnode_status *ret,
				     const char **ret_rv)
{
	bool any = core_cnode_status(c, name, ret, ret_rv);
	core_cnode_status_taken(c, name, any ? ret : NULL);
	return any;
}
