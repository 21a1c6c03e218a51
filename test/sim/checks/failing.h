/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a pod that the API server fails to create for long is said in status. */
#pragma once

#include "test/sim/checks/record.h"

/* who asks for this pod; it is not created yet. */
void check_failing(struct checks *c, const char *who, const struct pod_create *p);
void check_failing_free(struct checks *c);
