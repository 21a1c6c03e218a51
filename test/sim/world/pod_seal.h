/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of the store are JSON. Between clone and put, a version's metadata is its typed meta, and
 * its spec and status are JSON (pod_edit.h). A put writes the metadata into the JSON and decodes
 * all of it with shared/kube, once: watches and lists hand out that struct. */
#pragma once

#include "base/arena.h"
#include "model/member.h"

struct json_t;

struct pod_tree {
	struct json_t *root;
	bool unsealed;           /* it was not put yet */
	const void *labels_were; /* unsealed: as the JSON has them */
};

/* Takes a new pod: the root, which gets a status. */
void pod_tree_init(struct pod_tree *t, struct json_t *own_root, struct arena *a, struct pod *ret);
/* An editable copy: spec and annotations are shared, the status is its own. */
void pod_tree_clone(struct pod_tree *c, const struct pod_tree *t, struct arena *a, struct pod *ret);
/* pod: its meta goes into the JSON, with this deletionGracePeriodSeconds; all of it comes back. */
void pod_tree_seal(struct pod_tree *t, int64_t grace_s, struct arena *a, struct pod *pod);
void pod_tree_done(struct pod_tree *t);
