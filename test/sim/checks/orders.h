/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the checks: what agents were told to run, and whether they do that only. */
#pragma once

#include "test/sim/checks/record.h"

/* A message has come to a process. */
void orders_message(struct checks *c, const struct proc *to, const struct msg *msg);
/* An agent creates a pod. */
void check_ordered(struct checks *c, const char *who, const char *pod);
/* After a turn of an agent: whether it has the orders of its coordinator. */
void check_same_orders(struct checks *c, const struct proc *p);
void orders_free(struct checks *c);
/* An attempt was placed, or its pod asked for. */
void check_note_asked(struct checks *c, const char *job_uid, uint32_t number, uint32_t attempt);
uint32_t check_asked(struct checks *c, const struct version *pod); /* of its index; 0: none */
