/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/circle.h"

#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"

/* From job to job, depth first: each waits for the next. */
struct path {
	struct {
		struct job_record *job;
		uint32_t entry; /* the next to go along */
	} v[CIRCLE_LOOKS_MAX + 1];
	uint32_t n, looks; /* looks: at jobs of this name, in all */
};

/* Who has started waits for nobody. */
static bool waits(const struct job_record *j)
{
	return j && dependencies_open(j) && !job_finished(j) && !j->life.start_ms;
}

/* The next job that the last of the path waits for; NULL: there is no other. */
static struct job_record *next(const struct core *c, struct path *p)
{
	struct job_record *from = p->v[p->n - 1].job;
	while (p->v[p->n - 1].entry < from->depends->n && p->looks < CIRCLE_LOOKS_MAX) {
		p->looks++;
		const struct dependency_entry *e = &from->depends->v[p->v[p->n - 1].entry++];
		struct job_record *to = e->satisfied ? NULL : job_find(c, from->ns, e->name);
		if (waits(to))
			return to;
	}
	return NULL;
}

static void push(struct path *p, struct job_record *j)
{
	p->v[p->n].job = j;
	p->v[p->n++].entry = 0;
}

static bool find(struct core *c, struct job_record *j, struct path *p)
{
	dependencies_search(c);
	push(p, j);
	while (p->n) {
		struct job_record *to = next(c, p);
		if (to == j)
			return true;
		if (!to)
			p->n--;
		else if (dependencies_visit(c, to))
			push(p, to);
	}
	return false;
}

static void put_names(const struct path *p, struct buf *b)
{
	for (uint32_t i = 0; i < p->n && i < CIRCLE_NAMES_TOLD; i++)
		buf_printf(b, "%s%s waits for %s", i ? ", " : "", p->v[i].job->name,
			   p->v[(i + 1) % p->n].job->name);
	if (p->n > CIRCLE_NAMES_TOLD)
		buf_printf(b, ", and so on through %u jobs", p->n);
}

/* Where nothing may have changed, none was found before: the rest of the message is about others.
 */
void circle_look(struct core *c, struct job_record *j, struct buf *ret_names)
{
	struct path p = {.n = 0};
	if (!j->depends->search && !j->depends->circle)
		return;
	bool found = find(c, j, &p);
	dependencies_worked(c, p.looks);
	for (uint32_t i = 0; found && i < p.n; i++) {
		if (!p.v[i].job->depends->circle && p.v[i].job != j)
			dependencies_look_for_circle(c, p.v[i].job);
	}
	if (found)
		put_names(&p, ret_names);
	dependencies_set_circle(c, j, found);
}
