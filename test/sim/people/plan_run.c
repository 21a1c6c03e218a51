/* SPDX-License-Identifier: Apache-2.0 */
/* A plan's operations in their time, and the calm after them. */
#include "base/mem.h"
#include "test/sim/people/plan_step.h"

static bool is_users(const struct plan_op *op)
{
	return op_kinds[op->type].level == FAULTS_NONE;
}

static void on_begin(void *self, uint64_t i)
{
	struct step *st = self;
	const struct plan_op *op = &st->plan->op[i];
	AUTO(buf_done) struct buf text = BUF_INIT(256);
	world_note(&st->cluster->world, plan_op_text(op, &text));
	bool done = is_users(op) ? plan_user_begin(st, op) : plan_fault_begin(st, op);
	st->plan->done.n[op->type] += done;
}

static void on_end(void *self, uint64_t i)
{
	struct step *st = self;
	const struct plan_op *op = &st->plan->op[i];
	if (is_users(op))
		plan_user_end(st, op);
	else
		plan_fault_end(st, op);
}

static void on_calm(void *self, uint64_t arg)
{
	struct step *st = self;
	(void)arg;
	world_note(&st->cluster->world, "calm");
	plan_fault_end_all(st);
}

void plan_schedule(struct plan *p, struct cluster *cl)
{
	struct step *st = arena_alloc(&cl->world.scratch, sizeof *st);
	*st = (struct step){.cluster = cl, .plan = p};
	p->done = (struct op_counts){0};
	for (uint32_t i = 0; i < p->nops; i++) {
		if (p->op[i].off)
			continue;
		/* At times the handover is an upgrade. */
		cl->world.older_version |= p->op[i].type == OP_HANDOVER && p->op[i].c & 1;
		clock_at(&cl->world.clock, p->op[i].at_ms, on_begin, st, i);
		if (op_kinds[p->op[i].type].lasts)
			clock_at(&cl->world.clock, p->op[i].at_ms + p->op[i].ms, on_end, st, i);
	}
	clock_at(&cl->world.clock, p->end_ms + 1, on_calm, st, 0);
}

const char *plan_op_text(const struct plan_op *op, struct buf *b)
{
	buf_printf(b, "at %d ms %s a=%u b=%u c=%u job=j%u for %d ms", (int)op->at_ms,
		   op_kinds[op->type].text, op->a, op->b, op->c, op->job, (int)op->ms);
	return buf_str(b);
}
