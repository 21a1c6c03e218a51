/* SPDX-License-Identifier: Apache-2.0 */
/* The core's tables, filled by hand, for tests of one layer: they link that layer and what is below
 * it, so nothing is decided that the test does not ask for. Time stands at 1,000 s (monotonic, and
 * of the wall) until the test moves it; the core leads and has seen all lists. */
#pragma once

#include "test/lib/check.h"

#include "coordinator/core/state/tables.h"

enum { GI = 1 << 30 };

/* cmocka's setup and teardown: *state is the core. What the tables hold is freed. */
int tables_setup(void **state);
int tables_teardown(void **state);
struct core *tables_of(void **state);

/* A Node with an agent, 110 pods and so much room, that takes new members. */
struct node_record *tables_node(struct core *c, const char *name, int64_t cpu_milli,
				int64_t memory_milli);
/* Its labels and taints from now on. */
void tables_select(struct core *c, struct node_record *n, const struct kvs *labels,
		   const struct taint *taints, uint32_t ntaints);
/* What it uses beside the members that are there. */
void tables_fill(struct core *c, struct node_record *n, int64_t cpu_milli);

/* A job default/NAME whose object was seen, Pending; its members ask for 1 CPU and 1 GiB each. */
struct job_record *tables_job(struct core *c, const char *name, uint32_t parallelism);
struct job_record *tables_job_in(struct core *c, const char *ns, const char *name,
				 uint32_t parallelism);
/* Another request instead. */
void tables_request(struct core *c, struct job_record *j, const struct job_spec *spec);
/* The next attempt of an index, as it is when it was placed and ordered. */
struct attempt *tables_attempt(struct core *c, struct job_record *j, uint32_t index,
			       struct node_record *n);

/* The job goes with all its attempts; what that does is not told by tables_did. */
void tables_job_free(struct core *c, struct job_record *j);

/* The actions since the last call, one line each: "JOB_STATUS a urgent", "POD_DELETE a-0-1 u1", …
 */
const char *tables_did(struct core *c);
/* What was logged since the last call, one line each: the message and its values. */
const char *tables_logged(struct core *c);
/* Names of the nodes of a set, by index, with spaces. */
const char *tables_names(struct core *c, const struct bitset *b);
