/* SPDX-License-Identifier: Apache-2.0 */
/* How many questions a second the core answers while half of the load's jobs run: what would be
 * placed of a job if the job came now. A sample of the answers is checked: the job comes, and gets
 * just the nodes of the answer. */
#pragma once

#include "drive.h"

/* Asks n questions; false: an answer was wrong, or a question changed something. */
bool what_if_run(struct load *l, int64_t n);
