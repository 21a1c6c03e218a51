/* SPDX-License-Identifier: Apache-2.0 */
/* Root on a node: its agent's frames say what it likes, and pods come from the kubelet's or the
 * agent's credentials. Of what was ordered to its node it tells the truth here: that is believed.
 */
#pragma once

#include "test/sim/cluster/cluster.h"

/* From now on the node's frames hold members that nobody ordered to it, or not any more. */
void hostile_node(struct cluster *cl, const char *node, bool on);
/* A pod with the labels and the owner of a member of the job, which ends with 0 at once. Its proof
 * is that of another pod of the job (stolen), or none. False: there is no such job. */
bool hostile_pod(struct world *w, const char *node, const char *job, uint32_t index,
		 uint32_t attempt, bool stolen);
