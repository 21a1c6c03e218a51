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
