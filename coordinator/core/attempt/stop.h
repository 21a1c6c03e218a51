/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt is stopped: the order is withdrawn, and the pod is deleted under its UID until it
 * is gone. Also: when the coordinator's own operations are tried again. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Withdraws the order and deletes the pod. If no pod was seen, waits a while, since the agent may
 * be creating the pod now. An attempt that only an agent told of is not touched. why: a literal,
 * for the log. */
void attempt_stop(struct core *c, struct attempt *a, const char *why);
void attempts_stop_all(struct core *c, struct job_record *j, const char *why);
/* Deletes the pod of an attempt that is spent. The attempt stays known until its pod is gone. */
void attempt_remove(struct core *c, struct attempt *a);
/* The job orphans the attempt: the pod is left alone. The attempt holds its room until the agent
 * counts the pod as another's or, if there is no pod, until none can come. */
void attempt_orphan(struct core *c, struct attempt *a);
/* From here on the attempt of an orphaned job waits anew: for a pod that may still come or, if its
 * pod was seen, for the agent to count that as another's. */
void attempt_orphan_left(struct core *c, struct attempt *a);
/* The pod is certainly gone: frees the attempt. */
void attempt_vanished(struct core *c, struct attempt *a);
/* The timer of the attempt fired: a create or delete is tried again. */
void attempt_timer_due(struct core *c, struct attempt *a);
/* A create or delete failed and is tried again after a pause, never before retry_after_ms (0: the
 * server named no time). */
void attempt_retry(struct core *c, struct attempt *a, int64_t retry_after_ms);
