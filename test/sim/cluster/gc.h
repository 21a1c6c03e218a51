/* SPDX-License-Identifier: Apache-2.0 */
/* The garbage collector. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* An object changed: what belongs to an owner that is gone will be collected. */
void gc_change(struct cluster *cl, const struct change *ch);
