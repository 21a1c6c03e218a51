/* SPDX-License-Identifier: Apache-2.0 */
/* The failures of a job that its status tells: the FAILURES_MAX that finished last. The order in
 * which a failure is noted, and how often, does not matter: by the leader that charged it, from the
 * stored status, from a pod that the next leader finds. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The attempt has failed. The texts of f are copied, in one line and within their bounds. */
void job_failure_note(struct job_record *j, const struct failure *f);
void job_failures_free(struct job_record *j);
