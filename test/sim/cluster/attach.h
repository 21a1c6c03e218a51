/* SPDX-License-Identifier: Apache-2.0 */
/* The attach/detach controller: a volume that one node at a time may have is given to the first
 * whose pod asks for it, and to another when no pod of that node uses it any more and its kubelet
 * has said so. And that word of the kubelet: volumesInUse of its Node. */
#pragma once

#include "test/sim/cluster/cluster.h"
#include "test/sim/world/template.h"

/* A volume of the pod is attached to another node; else all are attached to its own from now on. */
bool attach_waits(struct cluster *cl, const struct version *pod, const struct template_facts *t);
void attach_change(struct cluster *cl, const struct change *ch);
/* Pods of the node that have not ended use volumes that are attached to nodes. */
bool attach_in_use(const struct cluster *cl, const char *node);
