/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what a leader knows of what admission makes of the pods of a namespace and
 * shape. It asks, and asks for all that wait when the answer about one has changed. */
#pragma once

#include "test/sim/checks/line.h"

void check_shape_asked(struct checks *c, struct mind *m, const struct pod_create *dry_run);
void check_shape_unanswered(struct mind *m, const struct line *l);
void check_shape_changed(struct checks *c, struct mind *m, const struct line *l);
void check_shapes_gone(struct checks *c); /* a job went, or changed */
void check_shapes_scan(struct checks *c);

/* What the leader knows of the job's pods is what admission makes of them now; at_ms: it knew that
 * then, by the model's clock. */
bool check_admission_known(const struct checks *c, const struct mind *m, const struct version *job,
			   int64_t at_ms);
/* What a member of the job takes of the resource: with what admission adds, where that is known. */
int64_t check_takes(const struct checks *c, const struct mind *m, const struct version *job,
		    const char *res);
