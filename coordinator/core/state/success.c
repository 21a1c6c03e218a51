/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/success.h"

#include <stdlib.h>

#include "base/mem.h"

void success_free(struct job_record *j)
{
	for (uint32_t i = 0; j->spec.success && i < j->spec.success->n; i++)
		runs_done(&j->spec.success->v[i].indexes);
	free(j->spec.success);
	j->spec.success = NULL;
}

void success_set(struct job_record *j, const struct job_spec *spec)
{
	success_free(j);
	if (!spec->nsuccess)
		return;
	struct success_policy *p = mem_zalloc(1, sizeof *p);
	for (; p->n < spec->nsuccess && p->n < SUCCESS_RULES_MAX; p->n++) {
		const struct success_rule *from = &spec->success[p->n];
		struct success_want *to = &p->v[p->n];
		to->listed = from->indexes != NULL;
		to->counted = from->counted;
		to->count = from->count;
		/* What cannot be read is empty, and met by nothing; job_bound lets none through. */
		if (to->listed &&
		    runs_parse(&to->indexes, from->indexes, COMPLETIONS_MAX - 1) != RC_OK)
			to->counted = false;
	}
	j->spec.success = p;
}

static bool met(const struct job_record *j, const struct success_want *r)
{
	uint32_t n = j->members.ncompleted;
	if (!r->listed)
		return r->counted && n >= r->count;
	/* Indexes from completions on do not count, as if there were no such: then not all of the
	 * rule's have completed. */
	n = runs_common(&r->indexes, &j->members.completed, j->spec.completions);
	uint32_t all = runs_count(&r->indexes, UINT32_MAX);
	return all && (n == all || (r->counted && n >= r->count));
}

bool success_met(struct job_record *j, uint32_t *ret_rule)
{
	struct success_policy *p = j->spec.success;
	uint32_t i = 0;
	if (!p || !j->members.ncompleted)
		return false;
	if (p->seen_completed == j->members.ncompleted && p->seen_of == j->spec.completions)
		return false;
	while (i < p->n && !met(j, &p->v[i]))
		i++;
	*ret_rule = i;
	if (i < p->n)
		return true;
	p->seen_completed = j->members.ncompleted;
	p->seen_of = j->spec.completions;
	return false;
}
