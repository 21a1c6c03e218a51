/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: what its files offer one another. Nothing here is for other rooms. */
#pragma once

#include "coordinator/core/inside_jobs.h"
#include "coordinator/core/inside_nodes.h"

/* place.c, queue.c, why.c */
void queue_put(struct core *c, struct mjob *j, uint32_t want);
void queue_take(struct core *c, struct mjob *j);
/* A new priority; whether it waits or not. */
void queue_prioritize(struct core *c, struct mjob *j, int32_t priority);
void place_cycle(struct core *c);
uint32_t place_min(const struct mjob *j);        /* how many must fit at once */
void why_soon(struct core *c, struct mjob *j);   /* it waits, or for something else than before */
void why_forget(struct core *c, struct mjob *j); /* it waits no more */
void why_tell(struct core *c);                   /* once a step, when all else is settled */
int64_t why_deadline(const struct core *c);
void queue_look(struct core *c, struct mjob *j); /* it may fit now */
void queue_grown(struct core *c, const struct mnode *n, bool whole);
void queue_forget(struct core *c);
bool refused_there(const struct core *c, const struct mjob *j, const struct mnode *n);

/* status.c, write.c, orders.c */
void job_status_check(struct core *c, struct mjob *j);
bool job_head_stored(const struct mjob *j); /* its state and conditions are written */
void job_status_echo(struct core *c, struct mjob *j, const struct job_status *st, const char *rv);
void job_on_written(struct core *c, const struct core_event *ev);
struct core_action *act_new(struct core *c, enum core_action_type type);
const char *act_str(struct core *c, const char *s);
void act_job(struct core *c, enum core_action_type type, const struct mjob *j);
void act_note_job(struct core *c, const struct mjob *j, enum reason reason, const char *note);
void act_note_node(struct core *c, const struct mnode *n, enum reason reason, const char *note);
void templates_use(struct core *c, uint32_t thash, int sign);
void templates_forget(struct core *c);
uint32_t templates_count(const struct core *c);
/* Agents were denied this template's pods in this namespace, and we were not. */
bool templates_by_us(const struct core *c, const char *ns, uint32_t thash);
void templates_remember(struct core *c, const char *ns, uint32_t thash);
void orders_changed(struct core *c, struct att *a); /* or its place among its job's did */
void orders_forget(struct att *a);                  /* it leaves its node */
void orders_emit(struct core *c, struct mnode *n);
uint64_t orders_sum(const struct mnode *n); /* what mnode.orders_sum must be; for checks */
int64_t whole_seconds(int64_t wall_ms);
/* Whether resourceVersion a is older than b (decimal and ordered: KEP-5504); false if not known. */
bool rv_older(const char *a, const char *b);
