/* SPDX-License-Identifier: Apache-2.0 */
/* A job behind may use a node that is held if it delays nobody: it ends before the nodes are free,
 * or what it takes is left over. So a job that waits for a GPU keeps nobody from the idle CPUs of
 * the node. */
#include "coordinator/core/place/passer.h"

#include "coordinator/core/place/ends.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/tables.h"
#include "model/quantity.h"

struct passer passer_of(const struct core *c, const struct job_record *j)
{
	return (struct passer){j,
			       j->ns,
			       j->spec.priority,
			       ends_at(c, j),
			       &j->spec.request->needs,
			       &j->spec.request->ports};
}

struct passer passer_of_spec(const struct core *c, const struct job_spec *spec,
			     const struct needs *needs)
{
	int64_t end = ends_from_now(c, spec->active_deadline_s, spec->grace_s);
	return (struct passer){NULL, NULL, spec->priority, end, needs, &spec->ports};
}

static bool is_ahead(const struct reservation *r, const struct passer *p)
{
	if (p->job)
		return r->job != p->job && queue_ahead(r->job, p->job);
	return r->job->spec.priority >= p->priority;
}

/* Whether it has to leave the nodes alone. */
static bool binds(const struct reservation *r, const struct passer *p)
{
	if (reservation_foreign(r, p->ns) || !is_ahead(r, p) ||
	    (r->job->spec.priority == p->priority && !r->equal))
		return false;
	return r->at_ms == INT64_MAX || p->end_ms > r->at_ms;
}

/* What a member of the job needs of the resource; 0: nothing. */
static int64_t needed(const struct job_record *j, uint32_t res)
{
	const struct needs *needs = &j->spec.request->needs;
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res == res)
			return needs->v[i].milli;
	}
	return 0;
}

/* A host port is left over for nobody: who has it on a node keeps the job from there. */
static bool wants_its_port(const struct reservation *r, const struct passer *p)
{
	return host_ports_conflict(&r->job->spec.request->ports, p->ports) != 0;
}

/* So many more members delay none of the job's: they take nothing of what the node lacks for those
 * that it is held for, and of nothing else too much. */
static bool delays_nobody(const struct core *c, const struct reservation *r, const struct passer *p,
			  const struct node_record *n, uint32_t members)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	if (wants_its_port(r, p))
		return false;
	for (uint32_t i = 0; i < p->needs->n; i++) {
		const struct need *need = &p->needs->v[i];
		int64_t kept = need->milli ? needed(r->job, need->res) : 0;
		if (!kept)
			continue;
		kept = quantity_times(kept, reservation_members(r, n->idx));
		int64_t takes = quantity_times(need->milli, members);
		if (cap[need->res] - used[need->res] < quantity_sum(takes, kept))
			return false;
	}
	return true;
}

/* Removes nodes from b on which it would delay the job. Some more may stay. */
static void without_delayed(const struct core *c, const struct reservation *r,
			    const struct passer *p, struct bitset *b)
{
	if (wants_its_port(r, p))
		bitset_zero(b);
	for (uint32_t i = 0; i < p->needs->n; i++) {
		const struct need *need = &p->needs->v[i];
		int64_t kept = need->milli ? needed(r->job, need->res) : 0;
		struct need both = {need->res, need->milli < INT64_MAX - kept ? need->milli + kept
									      : INT64_MAX};
		if (kept)
			levels_with_room(c, &(struct needs){&both, 1}, false, b);
	}
}

/* A node that came free after the cycle had begun may serve the job as well as those that are held,
 * which were chosen without it: it is held until the next cycle chooses again. */
static bool holds(const struct core *c, const struct reservation *r, uint32_t node)
{
	return bitset_has(&r->nodes, node) ||
	       (bitset_has(&c->queue.grown, node) && bitset_has(&r->possible, node));
}

static void find_held(const struct core *c, const struct reservation *r, struct bitset *ret)
{
	bitset_copy(ret, &r->possible);
	bitset_and(ret, &c->queue.grown);
	bitset_or(ret, &r->nodes);
}

bool passer_held(const struct core *c, const struct passer *p, struct bitset *ret_held,
		 struct bitset *ret_some)
{
	AUTO(bitset_done) struct bitset some = {0};
	bool any = false;
	for (uint32_t i = 0; i < c->reservations.n; i++) {
		const struct reservation *r = &c->reservations.v[i];
		if (!binds(r, p))
			continue;
		if (!any) {
			bitset_zero(ret_held);
			bitset_zero(ret_some);
		}
		any = true;
		find_held(c, r, &some);
		bitset_or(ret_held, &some);
		without_delayed(c, r, p, &some);
		bitset_or(ret_some, &some);
	}
	return any;
}

uint32_t passer_most(const struct core *c, const struct passer *p, uint32_t node, uint32_t most)
{
	while (most && passer_ahead(c, p, node, most))
		most--;
	return most;
}

const struct job_record *passer_ahead(const struct core *c, const struct passer *p, uint32_t node,
				      uint32_t members)
{
	for (uint32_t i = 0; i < c->reservations.n; i++) {
		const struct reservation *r = &c->reservations.v[i];
		if (holds(c, r, node) && binds(r, p) &&
		    !delays_nobody(c, r, p, c->nodes.at[node], members))
			return r->job;
	}
	return NULL;
}
