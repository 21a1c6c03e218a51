/* SPDX-License-Identifier: Apache-2.0 */
/* A run's plan: what users do and what goes wrong, as one explicit list made from the seed, so that
 * a failing run's list can be shortened. */
#pragma once

#include "test/sim/cluster/cluster.h"
#include "test/sim/people/ops.h"
#include "test/sim/people/user.h"

#define PLAN_NS "team"     /* the namespace of some jobs, which users delete */
enum { PLAN_PORT = 8080 }; /* the host port that some pods want, in every 8th run */

struct plan_op {
	int64_t at_ms, ms; /* when; how long, where it lasts */
	enum op_type type;
	uint32_t a, b, c; /* which machine, process; how much; which of several */
	uint32_t job;     /* index into jobs */
	bool off;         /* shortened away */
};

enum { PLAN_OPS_MAX = 256, PLAN_JOBS_MAX = 32 };
struct plan_job {
	char name[16];
	char template_text[256];
	struct job_want want;
	int64_t at_ms, run_ms; /* when it is created, how long its containers run */
	bool expect_failed;    /* its containers fail more often than it may */
	bool may_fail;         /* disruptions could keep it from failing */
	uint32_t sysctl;       /* kubelets refuse it for what it is, as its template says */
};

struct plan {
	struct plan_op op[PLAN_OPS_MAX];
	uint32_t nops;
	struct plan_job job[PLAN_JOBS_MAX];
	uint32_t njobs;
	bool ports;     /* jobs and foreign pods have host ports */
	bool prefers;   /* jobs prefer some nodes */
	bool sweeps;    /* jobs have completions of their own */
	bool depends;   /* jobs wait for others */
	bool shares;    /* members of jobs may share nodes */
	bool indexes;   /* jobs have limits for the failures of an index */
	bool first;     /* jobs have claims that wait for their first consumer */
	bool room;      /* the provisioner of these tells where it has room */
	bool needs;     /* jobs have a RuntimeClass and claims */
	bool where;     /* admission adds a nodeSelector to pods */
	bool tenant;    /* a hostile tenant is there */
	bool stranger;  /* a hostile peer without a token is there */
	int64_t end_ms; /* all of it is over */
	struct op_counts
		done; /* operations that met something to do it to, since plan_schedule() */
};

struct plan_config {
	uint64_t seed;
	uint32_t jobs, machines; /* most; 0: from the seed */
	enum fault_level faults;
	bool narrow; /* users only create and delete jobs, cordon and drain nodes */
};

void plan_make(struct plan *p, const struct plan_config *cfg, struct cluster_config *ret_cluster);
/* Queues the plan's operations. */
void plan_schedule(struct plan *p, struct cluster *cl);
const char *plan_op_text(const struct plan_op *op, struct buf *b);
/* Whether every job has come to its end, as the plan lets expect; what is missing goes to why. */
bool plan_settled(const struct plan *p, struct cluster *cl, struct buf *why);
