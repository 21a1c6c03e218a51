/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what the API server refuses is said in status. */
#pragma once

#include "test/sim/checks/line.h"

/* The coordinator says that a pod of the line's job was refused. */
void check_denied(struct checks *c, struct mind *m, const struct line *l);
/* Any line: something else happened to its job. */
void check_not_denied(struct mind *m, const struct line *l, const char *msg);
/* What was refused long ago must be in status by now. */
void check_refusals(struct checks *c);
/* A kubelet refused a member. */
void check_member_refused(struct checks *c, struct mind *m, const struct line *l);
/* A pod of a job runs: enough may run at the same time. */
void check_note_together(struct checks *c, const struct version *pod);
int64_t check_together_at(struct checks *c, const char *uid); /* last; INT64_MIN: never */
/* The same, past their init containers: surely. */
int64_t check_ran_together_at(struct checks *c, const char *uid);
