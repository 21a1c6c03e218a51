/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/old_pods.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void old_pods_keep(struct job_record *j, const struct job_status *st)
{
	struct job_members *m = &j->members;
	const struct strs *l = &st->active_nodes;
	size_t bytes = 0;
	old_pods_forget(j);
	for (uint32_t i = 0; i < l->n; i++)
		bytes += strlen(l->v[i]) + 1;
	m->old_attempts = st->attempts;
	m->old_nodes = mem_alloc(l->n * sizeof *m->old_nodes + bytes + 1);
	char *at = (char *)(m->old_nodes + l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i]) + 1;
		memcpy(at, l->v[i], len);
		m->old_nodes[i] = at;
		at += len;
	}
	m->nold_nodes = l->n;
	m->nold_untold = st->active > l->n ? st->active - l->n : 0;
	qsort(m->old_nodes, m->nold_nodes, sizeof *m->old_nodes, by_name);
}

void old_pods_forget(struct job_record *j)
{
	free(j->members.old_nodes);
	j->members.old_nodes = NULL;
	j->members.nold_nodes = j->members.nold_untold = 0;
}

static bool named(const struct job_members *m, const char *node)
{
	return m->nold_nodes &&
	       bsearch(&node, m->old_nodes, m->nold_nodes, sizeof *m->old_nodes, by_name);
}

bool old_pods_agree(const struct job_record *j, const char *node, const struct member *m)
{
	const struct job_members *k = &j->members;
	bool live = !member_phase_final(m->phase);
	return j->object.known && m->index < j->spec.parallelism && m->attempt <= k->old_attempts &&
	       ((live && k->nold_untold) || named(k, node));
}

void old_pods_adopted(struct job_record *j, const char *node)
{
	struct job_members *m = &j->members;
	m->nold_pods++;
	m->nold_untold -= m->nold_untold && !named(m, node);
}
