/* SPDX-License-Identifier: Apache-2.0 */
/* Label selection over Node labels overlaid by a ComputeNode's own (keys outside kubernetes.io and
 * k8s.io), taints and tolerations; plain evaluation, for tests, agents and messages. The placement
 * engine evaluates the same rules over bitsets. */
#pragma once

#include "model/object.h"

/* The value of key, or NULL. */
const char *kvs_get(const struct kvs *l, const char *key);
/* core/v1 nodeSelectorRequirement semantics; labels value NULL means absent. */
bool sel_expr_matches_value(const struct sel_expr *e, const char *value);
bool toleration_tolerates(const struct toleration *t, const struct taint *taint);
/* Whether a taint keeps pods away (NoSchedule and NoExecute) and no toleration covers it. */
bool taint_blocks(const struct taint *taint, const struct toleration *v, uint32_t n);
/* Whether a taint is PreferNoSchedule and no toleration covers it: the node is taken when no better
 * is. */
bool taint_avoids(const struct taint *taint, const struct toleration *v, uint32_t n);
/* For how long pods with these tolerations stay on a Node with a NoExecute taint of this key and no
 * value, in ms: as the taint eviction controller has it, by the first toleration that covers the
 * taint. INT64_MAX: for ever. -1: no word on this taint: none covers it, or one that covers every
 * taint and has no time. */
int64_t tolerations_stay_ms(const struct toleration *v, uint32_t n, const char *key);
/* Whether a ComputeNode's label may overlay the Node's: keys of kubernetes.io, k8s.io may not. */
bool label_may_overlay(const char *key);
