/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: words of programs and of others in statuses and Events. */
#pragma once

#include "test/sim/checks/record.h"

void check_words(struct checks *c, const struct version *was, const struct version *is);
void check_event_words(struct checks *c, const char *note);
