/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of one live field of a job, chosen by a number, and the selections to choose from. */
#pragma once

#include "test/sim/world/store.h"

enum edit {
	EDIT_TEMPLATE,
	EDIT_SELECTOR,
	EDIT_AFFINITY,
	EDIT_TOLERATIONS,
	EDIT_PRIORITY,
	EDIT_BACKOFF,
	EDIT_DEADLINE,
	EDIT_TTL,
	EDIT_MIN,
	EDIT_STRATEGY,
	EDIT_LOSS,
};
/* Of all but the template, which is user_set_template()'s. */
void edit_spec(struct version *v, enum edit what, uint32_t n);
/* Some selections and tolerations to choose from; 0: none. */
const struct sel_term *pattern_terms(uint32_t n, uint32_t *ret_n);
const struct sel_preference *pattern_preferred(uint32_t n, uint32_t *ret_n);
const struct toleration *pattern_tolerations(uint32_t n, uint32_t *ret_n);
struct dependency pattern_dependency(uint32_t n); /* of j0…j11 */
