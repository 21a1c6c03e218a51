/* SPDX-License-Identifier: Apache-2.0 */
/* All checks that look at a cluster while it runs; quiet.h has those that look at its end. */
#pragma once

#include "test/sim/cluster/cluster.h"

struct checks;
struct heard;

/* They look at all that happens from now on, and break an invariant with world_fail(). */
struct checks *checks_new(struct cluster *cl);
struct checks *checks_free(struct checks *c); /* when nothing happens any more */
const struct heard *checks_heard(const struct checks *c);
