/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a member is placed: where, whether, when and in whose turn. */
#pragma once

#include "test/sim/checks/line.h"

void check_placed(struct checks *c, struct mind *m, const struct line *l);
void check_gangs_over(struct checks *c, struct mind *m); /* those placed before this moment */
bool check_selects(const struct kvs *selector, const struct version *node,
		   const struct version *compute_node);
/* The weights of the preferred terms that the node matches. */
uint32_t check_prefers(const struct job_spec *s, const struct version *node,
		       const struct version *compute_node);
/* What of the selection the node does not match; NULL: it matches. cnode may be NULL. */
const char *check_mismatch(const struct job_spec *s, const struct version *node,
			   const struct version *compute_node);
