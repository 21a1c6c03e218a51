/* SPDX-License-Identifier: Apache-2.0 */
/* A run's plan: what users do and what goes wrong, as one explicit list made from the seed, so that
 * a failing run's list can be shortened. */
#pragma once

#include "sim.h"

enum plan_op_type {
	/* users */
	OP_JOB,
	OP_JOB_DELETE,
	OP_TOUCH,
	OP_CORDON,
	OP_CORDON_CNODE,
	OP_POD_DELETE,
	OP_DRAIN,
	OP_SCALE,
	OP_SUSPEND,
	OP_EDIT,
	OP_CNODE_DELETE,
	OP_NODE_DELETE, /* and registered again later */
	OP_LIMIT,
	/* faults: some */
	OP_CRASH_COORDINATOR,
	OP_CRASH_LEADER,
	OP_CRASH_AGENT,
	OP_CRASH_AT_ACTION,
	OP_BREAK_LINK,
	OP_WEATHER,
	OP_CUT_WATCHES,
	OP_COMPACT,
	OP_SLOW_LINK,
	/* faults: all */
	OP_PAUSE,
	OP_CUT_MACHINE,
	OP_POWER,
	OP_KUBELET,
	OP_CLOCK_JUMP,
	OP_QUOTA,
	OP_N
};

struct plan_op {
	int64_t at_ms, ms; /* when; how long, where it lasts */
	enum plan_op_type type;
	uint32_t a, b; /* which machine, process, job; how much */
	uint32_t job;  /* index into jobs */
	bool off;      /* shortened away */
};

enum { PLAN_OPS_MAX = 256, PLAN_JOBS_MAX = 32 };
enum fault_level { FAULTS_NONE, FAULTS_SOME, FAULTS_ALL };

struct plan_job {
	char name[16];
	char template_text[96];
	struct job_want want;
	bool expect_failed; /* its containers fail more often than it may */
	bool may_fail;      /* disruptions could keep it from failing */
};

struct plan {
	struct plan_op op[PLAN_OPS_MAX];
	uint32_t nops;
	struct plan_job job[PLAN_JOBS_MAX];
	uint32_t njobs;
	int64_t end_ms; /* all of it is over */
};

struct plan_config {
	uint64_t seed;
	uint32_t jobs, machines; /* most; 0: from the seed */
	enum fault_level faults;
	bool wide; /* users also scale, suspend and edit */
};

void plan_make(struct plan *p, const struct plan_config *cfg, struct sim_config *ret_sim);
/* Queues the plan's operations. */
void plan_schedule(struct plan *p, struct sim *s);
const char *plan_op_text(const struct plan_op *op, struct buf *b);
/* Whether every job has come to its end, as the plan lets expect; what is missing goes to why. */
bool plan_settled(const struct plan *p, struct sim *s, struct buf *why);
