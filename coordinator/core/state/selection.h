/* SPDX-License-Identifier: Apache-2.0 */
/* Selections: what a job asks of nodes by nodeSelector, nodeAffinity and tolerations, and which
 * nodes it prefers. Equal selections are one record. A selection is evaluated when it is needed.
 * The last SELECTIONS_KEPT stay evaluated, so that memory is bounded however many selections there
 * are. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Counts a reference, which selection_put gives back. The spec keeps the bounds of the CRD. */
struct selection *selection_get(struct core *c, const struct job_spec *spec);
struct selection *selection_hold(struct selection *s); /* counts another reference */
/* The selection that differs from s only in what admission adds (added of struct job_spec). */
struct selection *selection_with(struct core *c, const struct selection *s, const char *added,
				 uint32_t added_bytes);
void selection_put(struct core *c, struct selection *s);
/* Whether a change of a job's selection from a to b may move members: a and b differ, and not only
 * in preferences, the RuntimeClass or what admission adds. */
bool selection_moves(const struct selection *a, const struct selection *b);
/* What the job and its RuntimeClass tolerate, at most max; they point into the records. */
uint32_t selection_tolerations(const struct selection *s, struct toleration *v, uint32_t max);
/* The selection of the request, evaluated; valid until the next call. */
const struct selection *selection_evaluate(struct core *c, struct request *r);
/* The work of the evaluations since the last call, in eighths of a placement; 0 for small ones. */
uint32_t selection_work(struct core *c);

/* The selection of a spec, evaluated for a question: no table changes. A selection that is not in
 * the table is evaluated into *scratch, which starts out zeroed. Valid until the next question. */
const struct selection *selection_question(const struct core *c, const struct job_spec *spec,
					   struct selection *scratch);
void selection_question_done(struct selection *scratch);

/* The sets of the parts, to count what keeps each node away. */
struct selection_parts {
	struct bitset selector, affinity, taints, runtime_class, added;
};
void selection_parts(const struct core *c, const struct selection *s, struct selection_parts *ret);
void selection_parts_done(struct selection_parts *p);
