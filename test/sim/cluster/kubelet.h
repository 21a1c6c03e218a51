/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelets of all machines: they start, end and refuse pods. */
#pragma once

#include "test/sim/cluster/cluster.h"

/* A pod changed: its kubelet will see it. */
void kubelet_change(struct cluster *cl, const struct change *ch);
/* The kubelet of a pod's node is there again: it looks at the pod. After a reboot what ran has
 * ended. */
void kubelet_look(struct cluster *cl, const struct version *pod, bool rebooted);
bool kubelet_renews(const struct machine *m); /* the token of its agent's pod */
