/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of a plan's execution. */
#pragma once

#include "test/sim/people/plan.h"
#include "test/sim/people/stranger.h"
#include "test/sim/people/tenant.h"

struct step { /* self of queued operations; lives as long as the run */
	struct cluster *cluster;
	struct plan *plan;
	struct held *held[PLAN_OPS_MAX]; /* what users read */
	struct tenant tenant;
	struct stranger stranger;
};

/* The operation takes place, and ends where it lasts. True: there was something to do it to. */
bool plan_user_begin(struct step *st, const struct plan_op *op);
void plan_user_end(struct step *st, const struct plan_op *op);
bool plan_fault_begin(struct step *st, const struct plan_op *op);
void plan_fault_end(struct step *st, const struct plan_op *op);
void plan_fault_end_all(struct step *st);

/* The machine that an operation of faults is about. */
struct machine *plan_machine(struct cluster *cl, const struct plan_op *op);
extern const struct taint
	plan_out_of_service; /* what an administrator says of a machine that is off */
