/* SPDX-License-Identifier: Apache-2.0 */
/* What a node is to a job, and what an index list says, by Kubernetes' own words and without a line
 * of the code that ships: for tests that judge it. Nothing is kept. */
#pragma once

#include "base/bitset.h"
#include "model/job.h"

/* core/v1 NodeSelectorRequirement. have: the value of its key on the node; NULL: it has none. */
bool ref_expr_holds(const struct sel_expr *e, const char *have);
/* core/v1 Toleration: whether any of them covers the taint. */
bool ref_tolerates(const struct toleration *v, uint32_t n, const struct taint *t);
/* The taint keeps pods with these tolerations away, or makes them leave. */
bool ref_repels(const struct taint *t, const struct toleration *v, uint32_t n);
/* batch/v1 completedIndexes: "1,3-5,7", ascending, no index twice, each below the bound. False: it
 * is none; ret is then empty. */
bool ref_indexes(struct bitset *ret, const char *text, uint32_t below);
