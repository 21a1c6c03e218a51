/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/counts.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	enum fault_level level;
	const char *text;
} kinds[FACT_N] = {
#define FACT(id, level, text) [FACT_##id] = {FAULTS_##level, text},
#include "test/sim/world/facts.def"
#undef FACT
};

bool mishap_can(enum write w, enum mishap m)
{
	return m != MISHAP_CONFLICT || w == WRITE_JOB_STATUS || w == WRITE_COMPUTE_NODE_STATUS ||
	       w == WRITE_LEASE;
}

void counts_add(struct counts *to, const struct counts *from)
{
	for (int i = 0; i < WRITE_N; i++) {
		for (int k = 0; k < MISHAP_N; k++)
			to->write[i][k] += from->write[i][k];
	}
	for (int i = 0; i < FACT_N; i++)
		to->fact[i] += from->fact[i];
}

uint32_t counts_print_line(const char *text, uint64_t n)
{
	printf("%10" PRIu64 " %s%s\n", n, text, n ? "" : " (NEVER)");
	return !n;
}

static uint32_t print_write(const struct counts *c, enum write w)
{
	static const char *const whats[WRITE_N] = {
		[WRITE_AGENT_POD] = "pod create, agent",
		[WRITE_POD] = "pod create, coordinator",
		[WRITE_POD_DELETE] = "pod delete",
		[WRITE_JOB_STATUS] = "job status",
		[WRITE_JOB_DELETE] = "job delete",
		[WRITE_COMPUTE_NODE_STATUS] = "ComputeNode status",
		[WRITE_COMPUTE_NODE_APPLY] = "ComputeNode apply",
		[WRITE_COMPUTE_NODE_DELETE] = "ComputeNode delete",
		[WRITE_LEASE] = "lease",
		[WRITE_EVENT] = "event",
		[WRITE_REVIEW] = "token review",
	};
	static const char *const mishaps[MISHAP_N] = {"",    "lost", "answer-lost", "late",
						      "409", "429",  "500",         "401"};
	uint32_t never = 0;
	printf("           %-24s", whats[w]);
	for (int m = 1; m < MISHAP_N; m++) {
		if (!mishap_can(w, (enum mishap)m))
			continue;
		printf(" %s=%" PRIu64 "%s", mishaps[m], c->write[w][m],
		       c->write[w][m] ? "" : " (NEVER)");
		never += !c->write[w][m];
	}
	printf("\n");
	return never;
}

uint32_t counts_print(const struct counts *c, enum fault_level level)
{
	uint32_t never = 0;
	for (int i = 0; i < FACT_N; i++) {
		if (kinds[i].level <= level)
			never += counts_print_line(kinds[i].text, c->fact[i]);
	}
	for (int i = 0; i < WRITE_N && level > FAULTS_NONE; i++)
		never += print_write(c, (enum write)i);
	return never;
}
