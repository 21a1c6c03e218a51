/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that wait for each other in a circle (spec.dependsOn). The job whose dependencies close the
 * circle finds it; it makes the others look. A search looks at up to CIRCLE_LOOKS_MAX names, so a
 * namespace full of jobs that depend on each other costs each of them no more than that. */
#pragma once

#include "base/buf.h"
#include "coordinator/core/state/tables.h"

enum { CIRCLE_LOOKS_MAX = 256, CIRCLE_NAMES_TOLD = 8 };

/* Looks whether the job, which has open dependencies, waits for itself, if that may have changed,
 * and notes it. ret_names: "a waits for b, b waits for a", if it does. */
void circle_look(struct core *c, struct job_record *j, struct buf *ret_names);
