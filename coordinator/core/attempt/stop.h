/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt is stopped: its order is withdrawn and its pod deleted, under its UID, until the
 * pod is gone; and how the coordinator's own operations on it are tried again. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Withdraws the order and deletes the pod, or waits a while for a pod that the agent may be
 * creating just now. What only an agent has claimed is not touched. why: a literal, for the log. */
void attempt_stop(struct core *c, struct attempt *a, const char *why);
void attempts_stop_all(struct core *c, struct job_record *j, const char *why);
/* The job orphans it: its pod is left alone. Its room is held until its agent counts the pod as
 * another's, or, where there is no pod yet, until none can come. */
void attempt_leave(struct core *c, struct attempt *a);
/* Its pod is certainly gone; the attempt is freed. */
void attempt_vanished(struct core *c, struct attempt *a);
/* The attempt's timer fired: the next try of a create or delete. */
void attempt_timer_due(struct core *c, struct attempt *a);
/* A create or delete failed: later again. */
void attempt_retry(struct core *c, struct attempt *a);
