/* SPDX-License-Identifier: Apache-2.0 */
/* How often each thing that happens to the programs took place (facts.def), and how often each sort
 * of write met each mishap. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum fault_level { FAULTS_NONE, FAULTS_SOME, FAULTS_ALL };

enum fact {
#define FACT(id, level, text) FACT_##id,
#include "test/sim/world/facts.def"
#undef FACT
	FACT_N
};

/* Writes by what they write, and what may befall each of them. */
enum write {
	WRITE_AGENT_POD,
	WRITE_POD,
	WRITE_POD_DELETE,
	WRITE_JOB_STATUS,
	WRITE_JOB_DELETE,
	WRITE_COMPUTE_NODE_STATUS,
	WRITE_COMPUTE_NODE_APPLY,
	WRITE_COMPUTE_NODE_DELETE,
	WRITE_LEASE,
	WRITE_EVENT,
	WRITE_REVIEW,
	WRITE_N
};

enum mishap {
	MISHAP_NONE,
	MISHAP_LOST,         /* never carried out */
	MISHAP_ANSWER_LOST,  /* carried out; the connection breaks, or nothing is heard */
	MISHAP_LATE,         /* carried out after the deadline of who asks */
	MISHAP_CONFLICT,     /* 409 although nothing changed */
	MISHAP_THROTTLED,    /* 429 with Retry-After */
	MISHAP_FAILED,       /* 500 */
	MISHAP_UNAUTHORIZED, /* 401 */
	MISHAP_N
};

struct counts {
	uint64_t fact[FACT_N], write[WRITE_N][MISHAP_N];
};

/* Whether it can befall that write: what is not fenced meets no 409. */
bool mishap_can(enum write w, enum mishap m);
void counts_add(struct counts *to, const struct counts *from);
/* Prints each count that this level of faults brings about, and marks those that are 0. Returns how
 * many are. */
uint32_t counts_print(const struct counts *c, enum fault_level level);
/* One such line. Returns 1 if n is 0. */
uint32_t counts_print_line(const char *text, uint64_t n);
