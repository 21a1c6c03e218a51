/* SPDX-License-Identifier: Apache-2.0 */
/* What the API server is asked for, held against what happened (budget.c has the formula). */
#pragma once

#include "test/sim/cluster/cluster.h"

struct budget;

struct budget *budget_new(struct cluster *cl);
struct budget *budget_free(struct budget *b);
void budget_change(struct budget *b, const struct change *ch);
void budget_request(struct budget *b, const char *who, const struct api_request *req);
void budget_message(struct budget *b, const struct proc *to, const struct msg *msg);
/* A waiting job begins or ends to hold nodes, which its message says. */
void budget_admission_changed(struct budget *b); /* for some shape, as a coordinator says */
void budget_held(struct budget *b, const char *job_uid);
void budget_quiet(struct budget *b); /* invariant "budget" */
