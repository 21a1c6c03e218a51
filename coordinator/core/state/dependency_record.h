/* SPDX-License-Identifier: Apache-2.0 */
/* What jobs wait for of other jobs (spec.dependsOn), as records: an entry for each name of a job,
 * and a target for each name that somebody waits for, whether there is such a job or not. */
#pragma once

#include "base/hmap.h"
#include "model/job.h"

struct job_record;

/* What waiting jobs are told of the job of a name: what its stored status says. */
enum dependency_state {
	DEPENDENCY_UNTOLD,
	DEPENDENCY_ABSENT, /* there is no such job */
	DEPENDENCY_WAITS,  /* Pending or Suspended, or its end is not stored yet */
	DEPENDENCY_RUNS,
	DEPENDENCY_COMPLETED,
	DEPENDENCY_FAILED,
	DEPENDENCY_UNSTARTED, /* Failed, and never started */
};

struct dependency_target {
	struct hlink by_name;
	struct dependency_entry *first; /* the entries of this name that are watched */
	uint32_t n;
	enum dependency_state state; /* as the entries were told last */
	const char *ns, *name;       /* in the block of the target */
};

struct dependency_entry {
	struct dependency_entry *prev, *next; /* of the target */
	struct dependency_target *target;     /* NULL: not watched */
	struct job_record *job;               /* which has the entry */
	const char *name;                     /* in the block of the job's entries */
	enum dependency_condition condition;
	bool satisfied;        /* for good */
	bool inflight, stored; /* that it is satisfied: in the status that is written, or stored */
};

/* Those of a job. */
struct job_dependencies {
	uint32_t n, nopen; /* all; those that are not satisfied */
	bool waits;        /* the job is kept from starting, and says so */
	bool circle;       /* the job waits for itself through others, and says so */
	bool search;       /* it is not known whether it does */
	uint64_t visited;  /* the last search that came by */
	struct dependency_entry v[];
};

/* How many entries of a namespace are watched. */
struct dependency_share {
	struct hlink by_ns;
	uint32_t n;
	char ns[];
};

struct dependency_table {
	struct hmap targets, shares;
	uint64_t searches;
	uint32_t work; /* names that searches looked at, of which no step knows yet */
};
