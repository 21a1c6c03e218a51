/* SPDX-License-Identifier: Apache-2.0 */
/* Selections: what a job asks of nodes by nodeSelector, nodeAffinity and tolerations. Equal ones
 * are one record. A selection is evaluated when it is asked for, and the last SELECTIONS_KEPT of
 * them stay evaluated, so memory does not grow with distinct ones. */
#pragma once

#include "coordinator/core/state/tables.h"

/* One reference more; the spec's bounds are the CRD's. */
struct selection *selection_get(struct core *c, const struct job_spec *spec);
void selection_put(struct core *c, struct selection *s);
/* The request's selection with its sets up to date; valid until the next call. */
const struct selection *selection_evaluate(struct core *c, struct request *r);

/* The selection of a spec, for a question: evaluated as above, but no table changes. What is not
 * there already is evaluated into *scratch, which starts out zeroed. Valid until the next question.
 */
const struct selection *selection_question(const struct core *c, const struct job_spec *spec,
					   struct selection *scratch);
void selection_question_done(struct selection *scratch);

/* The same set by set, to count what keeps each node away. */
struct selection_parts {
	struct bitset selector, affinity, taints;
};
void selection_parts(const struct core *c, const struct selection *s, struct selection_parts *ret);
void selection_parts_done(struct selection_parts *p);
