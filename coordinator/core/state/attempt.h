/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts. An attempt is one pod of one member. Its state says what the coordinator does about the
 * attempt; its phase is what the pod was last reported to be. The attempt that holds the slot of
 * its index is the current one. A superseded attempt only waits for the deletion of its pod. */
#pragma once

#include "coordinator/core/state/attempt_orders.h"
#include "coordinator/core/state/tables.h"

/* NULL: the attempt is not known. */
struct attempt *attempt_find(const struct core *c, const struct job_record *j, uint32_t index,
			     uint32_t attempt);
struct attempt *attempt_find_pod(const struct core *c, const char *ns, const char *pod);
/* A new attempt without a state. Its number becomes the highest of the index if it is higher. */
struct attempt *attempt_new(struct core *c, struct job_record *j, uint32_t index, uint32_t attempt,
			    struct node_record *n);
/* A new attempt without a state that the coordinator orders. The attempt holds the slot of its
 * index; its template and needs are those of the job's spec. */
struct attempt *attempt_begin(struct core *c, struct job_record *j, uint32_t index,
			      uint32_t attempt, struct node_record *n);
/* An attempt for a pod that existed before the coordinator knew of it. */
struct attempt *attempt_adopt(struct core *c, struct job_record *j, struct node_record *n,
			      const struct member *m);
/* An attempt that the previous leader ordered, and whose pod the agent is creating now. The attempt
 * goes on as if this leader had ordered it, so that no second attempt is made beside it. */
struct attempt *attempt_resume(struct core *c, struct job_record *j, struct node_record *n,
			       const struct member *m);
void attempt_free(struct core *c, struct attempt *a);
/* The node was settled with the attempt, which is not among its new ones any more. */
void attempt_settled(const struct attempt *a);
/* The pod of the attempt was found on another node. */
void attempt_move(struct core *c, struct attempt *a, struct node_record *n);

/* Moves the attempt to another state. The move is checked; room, counts and marks follow. Moving to
 * the same state changes nothing. */
void attempt_set_state(struct core *c, struct attempt *a, enum attempt_state to);
bool attempt_live(const struct attempt *a); /* neither stopping nor ended */
/* The attempt has ended, neither charged nor with success: it was refused or disrupted. */
static inline bool attempt_spent(const struct attempt *a)
{
	return a->state == ATTEMPT_ENDED &&
	       (a->phase == MEMBER_REFUSED || a->phase == MEMBER_DISRUPTED);
}
bool attempt_seen(const struct attempt *a); /* a pod of the attempt was seen */
/* The pod with this UID is there: the create has ended, and its order says so. by_agent: the node's
 * agent has told of it. */
void attempt_pod_seen(struct core *c, struct attempt *a, const char *uid, bool by_agent);
bool attempt_current(const struct attempt *a); /* the attempt holds the slot of its index */
void attempt_take_slot(struct attempt *a);     /* if no other attempt holds it */
void attempt_leave_slot(struct attempt *a);    /* if the attempt holds it */
/* The node of the attempt is lost, and the job still wants the member. */
bool attempt_missed(const struct attempt *a);
/* The node of the attempt is lost, and onNodeLoss lets another attempt take the slot. */
bool attempt_replaceable(const struct attempt *a);
/* The next try of a create or delete, or the end of a wait, is due at at_ms (monotonic); INT64_MAX:
 * none is due. */
void attempt_set_timer(struct core *c, struct attempt *a, int64_t at_ms);
void attempt_set_template(struct core *c, struct attempt *a, uint32_t template_id);
/* What its pod needs, as admitted or as resized since. */
void attempt_set_needs(struct core *c, struct attempt *a, const struct reslist *requests);
void attempt_set_ready(struct core *c, struct attempt *a, bool ready);
/* why: what a container waits for, as "ErrImagePull: …", or why the create keeps failing, or "". */
void attempt_set_waiting(struct core *c, struct attempt *a, const char *why);
/* The coordinator has read the pod of an attempt that only an agent had reported. */
void attempt_confirm(struct core *c, struct attempt *a);
/* The pod may be no member any more: the coordinator reads the pods of the node, and until then the
 * attempt counts as reported by an agent only. */
void attempt_doubt(struct core *c, struct attempt *a);
/* How many indexes have a current attempt whose pod was seen. */
uint32_t job_members_seen(const struct job_record *j);
/* The slot's replacement ended without success: the newest lost attempt of the index, if there is
 * one, gets the slot back. The pod of that attempt may still run. */
void attempt_give_back(struct core *c, const struct attempt *ended);
