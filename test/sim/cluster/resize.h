/* SPDX-License-Identifier: Apache-2.0 */
/* Kubelets and pods that are resized in place. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* A pod changed: its kubelet does what is desired, some time later. */
void resize_change(struct cluster *cl, const struct change *ch);
