/* SPDX-License-Identifier: Apache-2.0 */
/* Steps at moments when much changes at once: a new leader's lists are complete, all agents are
 * heard or fall silent, n jobs are deleted or meet their deadline, nodes are kept for a gang. */
#pragma once

#include "drive.h"

/* Prints a line for each, with n jobs (n > 0); l is made, its own jobs are not used. */
void moments(struct load *l, int64_t n);
