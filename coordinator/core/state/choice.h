/* SPDX-License-Identifier: Apache-2.0 */
/* The first consumer of a claim (volumeBindingMode: WaitForFirstConsumer). Kubernetes makes or
 * binds its volume only when somebody has chosen a node, which is kube-scheduler else. Where a
 * provisioner makes the volume, the claim gets the annotation volume.kubernetes.io/selected-node;
 * where volumes are there already, one of them gets the claim as its claimRef. */
#pragma once

#include "base/bitset.h"
#include "base/buf.h"
#include "coordinator/core/state/tables.h"

/* The claim is neither bound nor under way, and waits for somebody to choose its node. */
bool choice_open(const struct lookup *claim);
/* It may be chosen now: no choice has failed just before. */
bool choice_due(const struct core *c, const struct lookup *claim);
/* Appends why a claim that waits for its first consumer is not bound yet. False: it is to be
 * chosen. */
bool choice_obstacle(const struct lookup *claim, struct buf *b);
/* Takes the nodes out of *nodes on which an open claim cannot be met. */
void choice_match(const struct core *c, const struct lookup *claim, struct bitset *nodes);

/* Whether all open claims of the request can be met on the node together. */
bool choice_possible(const struct core *c, const struct request *r, uint32_t node);
/* Whether the choice of this node for one of the open claims has come to nothing before. */
enum choice_rank { CHOICE_UNTRIED, CHOICE_TRIED, CHOICE_TRIED_LAST, CHOICE_NONE };
enum choice_rank choice_rank(const struct request *r, uint32_t node);
/* Chooses the node for all open claims of the request. */
void choice_make(struct core *c, const struct request *r, uint32_t node);
/* The choice could not be written. */
void choice_failed(struct core *c, struct lookup *claim, enum rc rc, const char *words);
