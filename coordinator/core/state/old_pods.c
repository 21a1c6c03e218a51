/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/old_pods.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A leader may have tried so many nodes that refused the pod before a status told of the first. */
enum { TRIES_MAX = 16 };

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void keep_nodes(struct job_members *m, const struct strs *l)
{
	size_t bytes = 0;
	for (uint32_t i = 0; i < l->n; i++)
		bytes += strlen(l->v[i]) + 1;
	m->old_nodes = mem_alloc(l->n * sizeof *m->old_nodes + bytes + 1);
	char *at = (char *)(m->old_nodes + l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i]) + 1;
		memcpy(at, l->v[i], len);
		m->old_nodes[i] = at;
		at += len;
	}
	m->nold_nodes = l->n;
	qsort(m->old_nodes, m->nold_nodes, sizeof *m->old_nodes, by_name);
}

/* How many indexes may have a member: at most parallelism of those that are not completed. */
static uint32_t unfinished(const struct job_status *st, const struct job_spec *spec)
{
	AUTO(runs_done) struct runs done = {0};
	uint32_t n = spec->completions;
	if (runs_parse(&done, str_or_empty(st->completed), COMPLETIONS_MAX - 1) == RC_OK)
		n -= runs_count(&done, n);
	return n < spec->parallelism ? n : spec->parallelism;
}

void old_pods_keep(struct job_record *j, const struct job_status *st, const struct job_spec *spec)
{
	struct job_members *m = &j->members;
	uint32_t n = unfinished(st, spec);
	old_pods_forget(j);
	m->old_attempts = st->attempts;
	keep_nodes(m, &st->active_nodes);
	m->nold_untold = n > m->nold_nodes ? n - m->nold_nodes : 0;
}

void old_pods_forget(struct job_record *j)
{
	free(j->members.old_nodes);
	j->members.old_nodes = NULL;
	j->members.nold_nodes = j->members.nold_untold = 0;
	bitset_done(&j->members.old_elsewhere);
}

static bool named(const struct job_members *m, const char *node)
{
	return m->nold_nodes &&
	       bsearch(&node, m->old_nodes, m->nold_nodes, sizeof *m->old_nodes, by_name);
}

/* The status does not say where this index is: it was about to run or lost, or has ended since.
 * What failed there counts as the status has it. */
static bool untold(const struct job_members *k, const struct member *m)
{
	bool counts = !member_phase_final(m->phase) || m->phase == MEMBER_SUCCEEDED;
	return counts && !runs_has(&k->completed, m->index) &&
	       (k->nold_untold || bitset_has(&k->old_elsewhere, m->index));
}

/* The job may have been scaled down while nobody led: what runs of the indexes that it has no more
 * is a member too, to be stopped. It counts for nothing. */
bool old_pods_agree(const struct job_record *j, const char *node, const struct member *m)
{
	const struct job_members *k = &j->members;
	if (!j->object.known || m->attempt > k->old_attempts + TRIES_MAX)
		return false;
	if (m->index >= j->spec.completions)
		return !member_phase_final(m->phase);
	return (m->attempt <= k->old_attempts && named(k, node)) || untold(k, m);
}

void old_pods_adopted(struct job_record *j, const char *node, uint32_t index)
{
	struct job_members *m = &j->members;
	m->nold_pods++;
	if (index >= j->spec.completions || named(m, node) || bitset_has(&m->old_elsewhere, index))
		return;
	m->nold_untold -= m->nold_untold > 0;
	bitset_set(&m->old_elsewhere, index);
}
