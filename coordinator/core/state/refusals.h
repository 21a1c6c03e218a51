/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals of members by kubelets. After a refusal no member of the job is placed on the node
 * during a pause, which grows with each refusal. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The kubelet of the node refused a member of the job now. Returns the end of the pause
 * (monotonic). */
int64_t refusals_add(const struct core *c, struct job_record *j, const struct node_record *n);
/* A member ended on the node soon after its start, by whatever cause: for 5 minutes the job takes
 * the node only if no other fits. */
void refusals_avoid(const struct core *c, struct job_record *j, const struct node_record *n);
/* The kubelet of the node refused a member of the job for what its pod is: it would refuse each one
 * of the same template, until it is configured anew. So the node gets no member of the job before
 * its Node has changed, or the template of the job. A kubelet that is only started anew may not
 * show in its Node: after an hour the node comes last, but may be asked again. */
void refusals_forbid(const struct core *c, struct job_record *j, const struct node_record *n);
/* Ends the pauses that are over. True: one has ended, so the job may fit. *ret_next_ms: when the
 * next ends, or is to be looked for; INT64_MAX: none is left. */
bool refusals_end(const struct core *c, struct job_record *j, int64_t *ret_next_ms);
void refusals_forget(struct job_record *j); /* no pause is left, and the next is short again */
/* A kubelet on this node refused a member of the job, and the pause after it is not over. */
bool job_refused_by(const struct core *c, const struct job_record *j, const struct node_record *n);
/* A kubelet on this node refused a member of the job for what its pod is, less than an hour ago,
 * and its Node has not changed since. */
bool job_forbidden_by(const struct core *c, const struct job_record *j,
		      const struct node_record *n);
/* The node gets no member of the job now: after one kind of refusal or the other. */
bool refusal_keeps_away(const struct core *c, const struct refusal *r);
/* If the node may get one, it is taken after all others. */
bool refusal_comes_last(const struct core *c, const struct refusal *r);
/* There is a node that the job may use, and the kubelet of each such node, whether or not it can be
 * used now, has refused a member for what its pod is, however long ago, and its Node has not
 * changed since. *ret_nodes: how many such nodes there are. */
bool job_forbidden_everywhere(struct core *c, const struct job_record *j, uint32_t *ret_nodes);
