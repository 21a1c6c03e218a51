/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: jobs that wait are not passed by others of lower priority. */
#pragma once

#include "test/sim/checks/line.h"

/* A member is placed. */
void check_passed(struct checks *c, struct mind *m, const struct line *l);
/* As all who decide know, the node could hold a member of the job now. */
bool check_could_take(struct checks *c, struct mind *m, const struct version *job,
		      const struct version *node);
/* The job is the first of those that wait, and jobs of its priority have passed it for long enough:
 * what is held for it is held from them, too. */
bool check_binds_equals(struct checks *c, struct mind *m, const struct version *job);
