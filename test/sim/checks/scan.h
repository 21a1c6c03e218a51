/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what must come to pass in time. */
#pragma once

#include "test/sim/checks/record.h"

/* To be called often: looks every few seconds. */
void check_scan(struct checks *c);
/* A job has changed. */
void check_note_selection(struct checks *c, struct version *was, const struct version *is);
void check_moves_free(struct checks *c);
