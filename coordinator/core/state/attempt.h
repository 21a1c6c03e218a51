/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: one pod of one member each. The state says what the coordinator does about the attempt,
 * the phase what its pod told last. The attempt that holds its index's slot is current; a
 * superseded one only waits for its deletion. */
#pragma once

#include "coordinator/core/state/tables.h"

/* NULL: not known. */
struct attempt *attempt_find(const struct core *c, const struct job_record *j, uint32_t index,
			     uint32_t attempt);
struct attempt *attempt_find_pod(const struct core *c, const char *ns, const char *pod);
/* A new attempt without a state. Its number raises the highest number known of the index. */
struct attempt *attempt_new(struct core *c, struct job_record *j, uint32_t index, uint32_t attempt,
			    struct node_record *n);
/* An attempt for a pod that was there before it was known here. */
struct attempt *attempt_adopt(struct core *c, struct job_record *j, struct node_record *n,
			      const struct member *m);
/* An attempt that the leader before ordered, and whose pod the agent is creating just now. It goes
 * on as if it had been ordered here, so that no other attempt is made beside it. */
struct attempt *attempt_resume(struct core *c, struct job_record *j, struct node_record *n,
			       const struct member *m);
void attempt_free(struct core *c, struct attempt *a);
/* Its pod turns out to be on another node. */
void attempt_move(struct core *c, struct attempt *a, struct node_record *n);

/* The move is checked; room, counts and marks follow. The same state again changes nothing. */
void attempt_set_state(struct core *c, struct attempt *a, enum attempt_state to);
bool attempt_live(const struct attempt *a);    /* neither ended nor stopping */
bool attempt_seen(const struct attempt *a);    /* its pod was seen */
bool attempt_current(const struct attempt *a); /* it holds its index's slot */
/* It holds a slot that is wanted, on a lost node. */
bool attempt_missed(const struct attempt *a);
/* It is on a lost node, and onNodeLoss lets another attempt take its slot. */
bool attempt_replaceable(const struct attempt *a);
/* Indexes whose current attempt has a pod that was seen. */
uint32_t job_members_seen(const struct job_record *j);
/* A replacement ended without success: an attempt that was lost before has its slot back. It may
 * run still, and what onNodeLoss says now decides about it. */
void attempt_give_back(struct core *c, struct attempt *ended);

/* The attempt's order, or its place among the attempts of its job, may be another: its node's
 * orders are looked at when the node is settled. */
void attempt_order_changed(struct core *c, struct attempt *a);
void attempt_order_forget(struct attempt *a); /* the attempt leaves its node */
