/* SPDX-License-Identifier: Apache-2.0 */
/* As for an Indexed Job of batch/v1 with backoffLimitPerIndex (KEP-3850): the job goes on when an
 * index has failed, with the others. */
#include "coordinator/core/life/job_indexes.h"

#include "base/mem.h"
#include "coordinator/core/life/job_finish.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/success.h"

enum { INDEXES_TOLD = 64 }; /* bytes of a list of indexes in a message */

/* The first of the failed indexes; "…" stands for the others. */
static void put_failed(struct buf *b, const struct job_record *j)
{
	AUTO(buf_done) struct buf all = BUF_INIT(COMPLETIONS_MAX * 6);
	runs_format(&j->members.failed_indexes, j->spec.completions, &all);
	size_t n = all.len;
	if (n > INDEXES_TOLD) {
		for (n = INDEXES_TOLD; all.data[n] != ',';)
			n--;
	}
	buf_put(b, buf_str(&all), n);
	if (n < all.len)
		buf_puts(b, ",…");
}

/* The indexes are told as a condition's message can take them, and with the last failure. */
static void fail(struct core *c, struct job_record *j, enum reason reason, const char *rule)
{
	AUTO(buf_done) struct buf failed = BUF_INIT(INDEXES_TOLD + 8);
	uint32_t n = j->members.nfailed_indexes;
	put_failed(&failed, j);
	job_set_message(j, reason, "%u of %u indexes %s failed (%s)%s%s%s", n, j->spec.completions,
			n == 1 ? "has" : "have", buf_str(&failed), rule,
			*j->told.last_failure ? "; the last was " : "", j->told.last_failure);
	job_finish(c, j, JOB_FAILED, reason);
}

bool job_failed_indexes_exceeded(struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf rule = BUF_INIT(64);
	uint32_t most = j->spec.failed_indexes_fail;
	if (!most || j->members.nfailed_indexes < most)
		return false;
	buf_printf(&rule, ", maxFailedIndexes is %u", most - 1);
	fail(c, j, R_MaxFailedIndexesExceeded, buf_str(&rule));
	return true;
}

bool job_success_met(struct core *c, struct job_record *j)
{
	uint32_t rule;
	if (!success_met(j, &rule))
		return false;
	job_set_message(j, R_SuccessPolicy,
			"%u of %u indexes have succeeded, which meets successPolicy.rules[%u]",
			j->members.ncompleted, j->spec.completions, rule);
	job_set_condition(c, j, JC_SUCCESS_MET, COND_TRUE, R_SuccessPolicy);
	job_finish(c, j, JOB_COMPLETED, R_SuccessPolicy);
	return true;
}

bool job_indexes_done(struct core *c, struct job_record *j)
{
	uint32_t n = j->spec.completions;
	if (job_remaining(j))
		return false;
	if (j->members.nfailed_indexes) {
		fail(c, j, R_FailedIndexes,
		     j->members.ncompleted ? ", the others have succeeded" : "");
		return true;
	}
	if (n == 1)
		job_set_message(j, R_CompletionsReached, "the member has succeeded");
	else
		job_set_message(j, R_CompletionsReached, "all %u %s have succeeded", n,
				n == j->spec.parallelism ? "members" : "indexes");
	job_finish(c, j, JOB_COMPLETED, R_CompletionsReached);
	return true;
}
