/* SPDX-License-Identifier: Apache-2.0 */
/* Dependencies between jobs (spec.dependsOn), as the store has them. */
#pragma once

#include "test/sim/world/store.h"

/* What of the job, NULL if there is none, satisfies the condition now; and what makes that it never
 * will. */
bool depends_true(const struct version *job, enum dependency_condition condition);
bool depends_never(const struct version *job, enum dependency_condition condition);
/* The status of the job says that this one is satisfied. */
bool depends_told(const struct version *job, const struct dependency *d);
