/* SPDX-License-Identifier: Apache-2.0 */
/* What counts of the end of a member's pod. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The pod of the attempt has ended, reported for the first time; m->phase is final. */
void member_ended(struct core *c, struct attempt *a, const struct member *m);
/* The pod of the attempt has failed: status.failures tells it. */
void member_note_failure(const struct core *c, const struct attempt *a, const struct member *m);
/* The pod of the attempt is gone without a word of how it ended. Frees the attempt. */
void member_gone(struct core *c, struct attempt *a);
/* The attempt has no pod, for something else has the pod's name. Frees the attempt. */
void member_held(struct core *c, struct attempt *a, const struct member *m);
