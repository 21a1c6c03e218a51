/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: a member is given up with its node. */
#pragma once

#include "test/sim/checks/line.h"
#include "test/sim/checks/mind.h"

/* Looked at now and then: a coordinator that suspects itself has reason to. */
void check_doubt(struct checks *c);
/* A Node that is not Ready for longer than members are kept has failed. While a leader hears all.
 */
void check_unready(struct checks *c);
/* The Node is not Ready for as long as the job bears it, or about so: its members may be elsewhere.
 */
bool check_given_up(const struct checks *c, const struct version *job, const char *node);
void check_lost(struct checks *c, struct mind *m, const struct line *l);
