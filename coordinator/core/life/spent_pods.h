/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that were refused or disrupted, of which nothing is counted but the number of attempts: the
 * last SPENT_KEPT of a job are kept for people to look at, the others are deleted. */
#pragma once

#include "coordinator/core/state/tables.h"

enum { SPENT_KEPT = 10 };

/* Asks for the deletion of those that are too many, oldest first, and not before a stored status
 * counts the attempt. */
void spent_pods_remove(struct core *c, struct job_record *j);
