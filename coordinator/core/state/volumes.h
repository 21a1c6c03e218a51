/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes in use. The attach/detach controller gives a volume whose access modes are ReadWriteOnce
 * or ReadWriteOncePod alone to one node at a time (IsMultiAttachAllowed), and a second pod
 * elsewhere waits in ContainerCreating. What is in use is what kubelets say (volumesInUse of their
 * Nodes), by which that controller goes too, and what members have whose kubelets have not said so
 * yet. Memory is bound by the claims of jobs and by NODE_VOLUMES_MAX for each node. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Counts a reference, which volume_use_put gives back. */
struct volume_use *volume_use_get(struct core *c, const char *driver, const char *handle);
void volume_use_put(struct core *c, struct volume_use *u); /* NULL is allowed */

/* What the kubelet of the node says: "DRIVER^HANDLE"…, which is not kept. */
void volumes_kubelet_set(struct core *c, struct node_record *n, const struct strs *in_use);
/* The node is freed: nothing is in use there. */
void volumes_forget(struct core *c, struct node_record *n);
/* An attempt with these volumes takes room on the node, or gives it back. */
void volumes_members_changed(struct core *c, const struct node_record *n,
			     const struct volume_keys *k);
/* Those of a request, as far as they are known; the caller frees them. */
struct volume_keys volumes_of(const struct request *r);

/* How many volumes of the driver the node has in use, and would have with those of *more. */
uint32_t volumes_with(const struct node_record *n, const char *driver,
		      const struct volume_keys *more);
/* A node where the volume is in use, that is not lost or in doubt: what a dead node still has
 * attached blocks nothing. The second one if another is given; NULL: there is none. */
const struct node_record *volume_user(const struct core *c, const struct volume_use *u,
				      const struct node_record *other);
/* Takes the nodes out of *nodes to which the volume cannot be attached, since another has it. */
void volume_leave_free(const struct core *c, const struct volume_use *u, struct bitset *nodes);
