/* SPDX-License-Identifier: Apache-2.0 */
/* The twin of a run: the same users, without faults. Whatever went wrong, each job comes to the end
 * to which it comes when nothing does. Apart: jobs whose end faults may change by rule (a deadline,
 * retries that are exhausted, onNodeLoss Fail), and those that an edit reached in one run only,
 * because it had ended in the other. */
#include "test/sim/people/twin.h"

#include "base/hash.h"
#include "base/mem.h"

static uint64_t hash_selection(uint64_t h, const struct job_spec *s)
{
	for (uint32_t i = 0; i < s->node_selector.n; i++)
		h = hash_str(hash_str(h, s->node_selector.v[i].key), s->node_selector.v[i].val);
	for (uint32_t i = 0; i < s->nterms; i++) {
		for (uint32_t k = 0; k < s->terms[i].n; k++)
			h = hash_u64(hash_str(h, s->terms[i].v[k].key),
				     (uint64_t)s->terms[i].v[k].op);
	}
	return hash_u64(h, s->ntolerations);
}

static uint64_t hash_spec(const struct job_spec *s)
{
	uint64_t h = hash_u64(
		hash_u64(17 + s->completions + ((uint64_t)s->per_node << 32), s->parallelism),
		s->min_parallelism);
	h = hash_u64(hash_u64(h, s->backoff_limit), (uint64_t)s->active_deadline_s);
	h = hash_u64(h, (uint64_t)s->start_deadline_s);
	h = hash_u64(h, s->names);
	for (uint32_t i = 0; i < s->ndepends_on; i++)
		h = hash_u64(hash_str(h, s->depends_on[i].name),
			     (uint64_t)s->depends_on[i].condition);
	h = hash_u64(hash_u64(h, s->failures_fail_index), s->failed_indexes_fail);
	h = hash_u64(h, s->nsuccess);
	h = hash_u64(hash_u64(h, s->suspend), (uint64_t)s->on_node_loss);
	return hash_selection(hash_str(h, str_or_empty(s->template_hash)), s);
}

void twin_note(const struct plan *p, struct cluster *cl, struct job_end *ret)
{
	for (uint32_t i = 0; i < p->njobs; i++) {
		const struct version *v = user_job(&cl->world, p->job[i].name);
		if (!v)
			continue;
		const struct job_spec *spec = &v->job.spec;
		const char *why = str_or_empty(v->job.status.reason);
		ret[i] = (struct job_end){
			.there = true,
			.by_rule = spec->active_deadline_s >= 0 || spec->start_deadline_s > 0 ||
				   p->job[i].sysctl > 1 || str_eq(why, "NodeLost") ||
				   str_eq(why, "DependencyNeverSatisfied") ||
				   (!p->job[i].expect_failed &&
				    (str_eq(why, "BackoffLimitExceeded") ||
				     str_eq(why, "FailedIndexes") ||
				     str_eq(why, "MaxFailedIndexesExceeded"))),
			.fleeting = spec->ttl_s >= 0,
			.state = v->job.status.state,
			.spec = hash_spec(spec)};
	}
}

static bool is_fault(const struct plan_op *op)
{
	return op_kinds[op->type].level != FAULTS_NONE;
}

/* Some faults come with deeds of users. How long a namespace, or a job that waits for its pods,
 * takes to end, faults decide, and so what a second deletion meets, or a creation. */
static bool apart(const struct plan *p, uint32_t job)
{
	uint32_t deleted = 0;
	for (uint32_t i = 0; i < p->nops; i++) {
		const struct plan_op *op = &p->op[i];
		if (op->off)
			continue;
		if ((op->type == OP_LAG || op->type == OP_AIMED || op->type == OP_HANDOVER) &&
		    op->job == job)
			return true;
		if (op->type == OP_NS_DELETE && p->job[job].want.ns)
			return true;
		if (op->type == OP_JOB_HELD && op->job == job)
			return true;
		deleted += op->job == job &&
			   (op->type == OP_JOB_DELETE || op->type == OP_JOB_RECREATE);
	}
	return deleted > 1;
}

static bool final(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

/* A ttl that is set late reaches the job in one run, and meets its end in the other. */
static bool ttl_changes(const struct plan *p, uint32_t job)
{
	for (uint32_t i = 0; i < p->nops; i++) {
		if (!p->op[i].off && p->op[i].type == OP_EDIT_TTL && p->op[i].job == job)
			return true;
	}
	return false;
}

/* A pod on a machine that never comes back keeps its job, if that is deleted in the foreground. */
static bool held_by_gone(const struct plan *p)
{
	for (uint32_t i = 0; i < p->nops; i++) {
		if (!p->op[i].off && p->op[i].type == OP_GONE)
			return true;
	}
	return false;
}

/* What does not end for want of nodes, the plan has judged (plan_end.c). */
static bool same_end(const struct job_end *a, const struct job_end *b)
{
	if (a->there != b->there)
		return (a->there ? a : b)->fleeting;
	if (!a->there || a->spec != b->spec || a->by_rule || b->by_rule)
		return true;
	return a->state == b->state || !final(a->state) || !final(b->state);
}

bool twin_differs(const struct plan *p, const struct job_end *run, const struct job_end *twin,
		  struct buf *why)
{
	for (uint32_t i = 0; i < p->njobs; i++) {
		const struct job_end *a = &run[i], *b = &twin[i];
		bool late = a->there != b->there && (ttl_changes(p, i) || held_by_gone(p));
		if (apart(p, i) || late || same_end(a, b))
			continue;
		buf_printf(why, "job %s is %s, without faults %s", p->job[i].name,
			   a->there ? job_state_text(a->state) : "gone",
			   b->there ? job_state_text(b->state) : "gone");
		return true;
	}
	return false;
}

bool twin_make(const struct plan *p, struct plan *ret)
{
	bool faults = p->tenant || p->stranger;
	*ret = *p;
	ret->stranger = false;
	ret->tenant = false; /* no object of one namespace changes another's job */
	for (uint32_t i = 0; i < p->nops; i++) {
		faults |= !p->op[i].off && is_fault(&p->op[i]);
		ret->op[i].off |= is_fault(&p->op[i]);
	}
	return faults;
}
