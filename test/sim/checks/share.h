/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what the jobs of one namespace keep from those of others. */
#pragma once

#include "test/sim/checks/line.h"

/* Before what is kept for jobs of that key's namespace changes: counts the time. */
void check_share_count(struct checks *c, struct mind *m, const char *key);
/* Nodes are kept for a job, as k says. */
void check_share(struct checks *c, struct mind *m, const struct mind_kept *k);
/* They are not kept any more for the job of that key. */
void check_share_less(struct checks *c, struct mind *m, const char *key);
/* The namespace of the job has kept nodes from others for so long that it has to pause, or nearly.
 */
bool check_share_spent(const struct checks *c, const struct mind *m, const char *ns);
/* The job of that key is of the namespace. */
bool check_key_in(const char *key, const char *ns);
/* Whether what jobs of kept's namespace keep from job's may be used up, by time, or by jobs of it
 * that are ahead. */
bool check_own_share(const struct checks *c, const struct mind *m, const struct version *kept,
		     const struct version *job);
