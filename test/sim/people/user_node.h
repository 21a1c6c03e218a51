/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to Nodes, ComputeNodes and pods. What returns bool tells whether there was
 * anything to do it to. */
#pragma once

#include "test/sim/world/world.h"

bool user_cordon(struct world *w, const char *node, bool on);              /* the Node */
bool user_cordon_compute_node(struct world *w, const char *node, bool on); /* the ComputeNode */
bool user_label(struct world *w, const char *node, const char *key, const char *value);
bool user_label_compute_node(struct world *w, const char *node, const char *key, const char *value);
bool user_taint(struct world *w, const char *node, const struct taint *t, bool on);
/* The kubelet was configured anew: what it offers of one resource; milli < 0: nothing any more. */
bool user_resize(struct world *w, const char *node, const char *res, int64_t milli);
/* Device plugins: the node offers 8 each of these many resources, RES_OFFERED and a number, instead
 * of those of this kind that it offered before. */
#define RES_OFFERED "example.com/r"
bool user_offer(struct world *w, const char *node, uint32_t from, uint32_t n);
bool user_limit(struct world *w, const char *node, const char *res, int64_t milli);
bool user_delete_compute_node(struct world *w, const char *node);
bool user_delete_pod(struct world *w, const char *ns, const char *name);
bool user_force_delete_pod(struct world *w, const char *ns, const char *name);
/* A script that deletes whatever pod of the job comes to be, until then. False: there is none now.
 */
bool user_delete_loop(struct world *w, const char *job, int64_t until_ms);
bool user_evict_node(struct world *w, const char *node); /* drain: each pod is evicted */
/* Resizes a pod of kube-system in place. */
bool user_resize_pod(struct world *w, const char *name, int64_t cpu_milli);
/* The same for one on that node. */
bool user_resize_any_pod(struct world *w, const char *node, int64_t cpu_milli);
/* A pod of somebody else on that node, running at once. */
/* One of the namespace "default" with that claim, which its node has attached if it could. */
bool user_claim_pod(struct world *w, const char *name, const char *node, const char *claim);
bool user_foreign_pod(struct world *w, const char *name, const char *node, int64_t cpu_milli,
		      uint16_t port); /* port: a host port, 0: none */
/* The same, and it requests so many resources that no node has: a kubelet takes no notice of them
 * (removeMissingExtendedResources). Their names come before "cpu". */
/* kube-scheduler makes room for a pod on the node; binds it; somebody deletes it. */
bool user_nominate(struct world *w, const char *name, const char *node, int64_t cpu_milli);
bool user_bind(struct world *w, const char *name);
bool user_withdraw(struct world *w, const char *name);
bool user_inventive_pod(struct world *w, const char *name, const char *node, int64_t cpu_milli,
			uint32_t names);
/* Pods of somebody else that have ended there, long ago, and stay: the cluster keeps 12,500. */
bool user_ended_pods(struct world *w, const char *node, uint32_t n);
/* The cluster keeps no more than so many finished pods: the oldest go. */
bool user_collect_finished(struct world *w, uint32_t keep);
