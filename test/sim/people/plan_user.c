/* SPDX-License-Identifier: Apache-2.0 */
/* How the plan's deeds of users take place, and end where they last. */
#include "base/mem.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/people/plan_step.h"
#include "test/sim/people/user_node.h"

static const char *node_of(const struct step *st, const struct plan_op *op)
{
	return st->cluster->machine[op->a % st->cluster->cfg.machines].name;
}

static const char *job_of(const struct step *st, const struct plan_op *op)
{
	return st->plan->job[op->job].name;
}

/* ---- jobs ---- */

static bool make_again(struct step *st, const struct plan_op *op, enum deletion how)
{
	struct cluster *cl = st->cluster;
	const struct job_want *w = &st->plan->job[op->job].want;
	const struct version *v = user_job(&cl->world, w->name);
	if (v && !v->meta.deleted_ms)
		user_delete_job(&cl->world, w->name, how);
	if (user_job(&cl->world, w->name))
		return false; /* 409: it is being deleted */
	user_apply_job(&cl->world, w);
	if (user_job(&cl->world, w->name))
		server_count(&cl->world.server, FACT_RECREATED);
	return true;
}

/* kubectl delete and create in a row, until the create is accepted. */
static void on_again(void *self, uint64_t i)
{
	struct step *st = self;
	if (!make_again(st, &st->plan->op[i], DELETE_BACKGROUND))
		clock_at(&st->cluster->world.clock, st->cluster->world.clock.now_ms + 500, on_again,
			 st, i);
}

static bool recreate(struct step *st, const struct plan_op *op)
{
	bool was = user_job(&st->cluster->world, job_of(st, op)) != NULL;
	uint64_t i = (uint64_t)(op - st->plan->op);
	if (!make_again(st, op, (enum deletion)(op->b % 3)))
		clock_at(&st->cluster->world.clock, st->cluster->world.clock.now_ms + 500, on_again,
			 st, i);
	return was;
}

/* Read now, replaced when the deed ends. */
static bool read_job(struct step *st, const struct plan_op *op)
{
	struct held **h = &st->held[op - st->plan->op];
	*h = user_get_job(&st->cluster->world, job_of(st, op));
	return *h;
}

static void replace_job(struct step *st, const struct plan_op *op)
{
	user_replace_job(&st->cluster->world, job_of(st, op), st->held[op - st->plan->op],
			 op->type == OP_REPLACE, op->b);
}

static bool edit(struct step *st, const struct plan_op *op)
{
	static const enum edit what[OP_N] = {
		[OP_EDIT] = EDIT_TEMPLATE,          [OP_EDIT_SELECTOR] = EDIT_SELECTOR,
		[OP_EDIT_AFFINITY] = EDIT_AFFINITY, [OP_EDIT_TOLERATIONS] = EDIT_TOLERATIONS,
		[OP_EDIT_PRIORITY] = EDIT_PRIORITY, [OP_EDIT_BACKOFF] = EDIT_BACKOFF,
		[OP_EDIT_DEADLINE] = EDIT_DEADLINE, [OP_EDIT_TTL] = EDIT_TTL,
		[OP_EDIT_MIN] = EDIT_MIN,           [OP_EDIT_STRATEGY] = EDIT_STRATEGY,
		[OP_EDIT_LOSS] = EDIT_LOSS,
	};
	return user_edit(&st->cluster->world, job_of(st, op), what[op->type], op->c);
}

static bool on_job(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	const char *job = job_of(st, op);
	switch ((int)op->type) {
	case OP_JOB: user_apply_job(&cl->world, &st->plan->job[op->job].want); return true;
	case OP_JOB_DELETE: return user_delete_job(&cl->world, job, (enum deletion)(op->a % 3));
	case OP_JOB_RECREATE: return recreate(st, op);
	case OP_JOB_HELD:
		return user_hold_job(&cl->world, job, true) &&
		       user_delete_job(&cl->world, job,
				       op->c % 3   ? DELETE_ORPHAN
				       : op->b % 2 ? DELETE_FOREGROUND
						   : DELETE_BACKGROUND);
	case OP_TOUCH: return user_touch(&cl->world, job);
	case OP_SCALE:
		return st->plan->sweeps ? user_renumber(&cl->world, job, op->b, op->c)
					: user_scale(&cl->world, job, op->b);
	case OP_SUSPEND: return user_suspend(&cl->world, job, true);
	case OP_REPLACE:
	case OP_OVERWRITE: return read_job(st, op);
	default: return edit(st, op);
	}
}

/* ---- nodes ---- */

static struct taint taint_of(const struct plan_op *op)
{
	static const enum taint_effect effects[] = {EFFECT_NO_SCHEDULE, EFFECT_PREFER_NO_SCHEDULE,
						    EFFECT_NO_EXECUTE};
	return (struct taint){"team", op->c & 1 ? "x" : "y", effects[op->b % 3]};
}

static bool relabel(struct step *st, const struct plan_op *op)
{
	static const char *const values[] = {"a", "b", "c", NULL};
	const char *value = values[op->b % ARRAY_LEN(values)];
	if (op->type == OP_RELABEL)
		return user_label(&st->cluster->world, node_of(st, op), op->c % 3 ? "zone" : "team",
				  value);
	if (op->c % 3)
		return user_label_compute_node(&st->cluster->world, node_of(st, op), "zone", value);
	return op->c % 2
		       ? user_label_compute_node(&st->cluster->world, node_of(st, op),
						 LABEL_MANAGED_BY, "fleet")
		       : user_label_compute_node(&st->cluster->world, node_of(st, op), "size", "9");
}

/* cpu or pods, less or more than before. */
static bool resize(struct step *st, const struct plan_op *op, bool begin)
{
	struct cluster *cl = st->cluster;
	if (op->c % 3)
		return user_resize(&cl->world, node_of(st, op), "cpu",
				   begin ? (int64_t)op->b * 1000 : cl->cfg.cpu_milli);
	return user_resize(&cl->world, node_of(st, op), "pods",
			   begin ? (int64_t)op->b * 1000 : 110000);
}

static const char *foreign_name(const struct step *st, const struct plan_op *op)
{
	return arena_printf(&st->cluster->world.scratch, "other-%u", (uint32_t)(op - st->plan->op));
}

static bool on_node(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	const char *node = node_of(st, op);
	struct taint taint = taint_of(op);
	switch ((int)op->type) {
	case OP_CORDON: return user_cordon(&cl->world, node, true);
	case OP_CORDON_COMPUTE_NODE: return user_cordon_compute_node(&cl->world, node, true);
	case OP_DRAIN:
		user_cordon(&cl->world, node, true);
		return user_evict_node(&cl->world, node);
	case OP_RELABEL:
	case OP_RELABEL_COMPUTE_NODE: return relabel(st, op);
	case OP_TAINT: return user_taint(&cl->world, node, &taint, true);
	case OP_RESIZE: return resize(st, op, true);
	case OP_EXTENDED:
		return user_resize(&cl->world, node, RES_GPU, (int64_t)(op->b % 3) * 1000);
	case OP_COMPUTE_NODE_DELETE: return user_delete_compute_node(&cl->world, node);
	case OP_NODE_DELETE: machine_register(cluster_machine(cl, node), false); return true;
	case OP_LIMIT: return user_limit(&cl->world, node, "cpu", (int64_t)op->b * 500);
	default:
		if (op->b & 1) /* one that is there, if any */
			user_resize_any_pod(&cl->world, node, (int64_t)(op->b % 7 + 1) * 250);
		if (st->plan->needs && op->c % 2)
			return user_claim_pod(&cl->world, foreign_name(st, op), node, "disk");
		return user_foreign_pod(&cl->world, foreign_name(st, op), node,
					(int64_t)op->b * 250,
					st->plan->ports && op->c % 2 ? PLAN_PORT : 0);
	}
}

/* ---- pods ---- */

static bool on_pod(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	const struct version *v = sh->n ? sh->v[op->c % sh->n] : NULL;
	if (op->type == OP_POD_GC)
		return user_collect_finished(&cl->world, op->b % 3);
	if (op->type == OP_POD_LOOP)
		return user_delete_loop(&cl->world, job_of(st, op),
					cl->world.clock.now_ms + op->ms);
	if (op->type == OP_POD_FORCE)
		return v && user_force_delete_pod(&cl->world, v->meta.ns, v->meta.name);
	return v && user_delete_pod(&cl->world, v->meta.ns, v->meta.name);
}

bool plan_user_begin(struct step *st, const struct plan_op *op)
{
	if (op->type == OP_NS_DELETE) {
		user_delete_ns(&st->cluster->world, PLAN_NS);
		return true;
	}
	if (op->type <= OP_EDIT_LOSS)
		return on_job(st, op);
	return op->type <= OP_POD_GC ? on_pod(st, op) : on_node(st, op);
}

void plan_user_end(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	const char *node = node_of(st, op);
	struct taint taint = taint_of(op);
	switch ((int)op->type) {
	case OP_JOB_HELD: user_hold_job(&cl->world, job_of(st, op), false); break;
	case OP_SUSPEND: user_suspend(&cl->world, job_of(st, op), false); break;
	case OP_REPLACE:
	case OP_OVERWRITE: replace_job(st, op); break;
	case OP_CORDON:
	case OP_DRAIN: user_cordon(&cl->world, node, false); break;
	case OP_CORDON_COMPUTE_NODE: user_cordon_compute_node(&cl->world, node, false); break;
	case OP_TAINT: user_taint(&cl->world, node, &taint, false); break;
	case OP_RESIZE: resize(st, op, false); break;
	case OP_EXTENDED: user_resize(&cl->world, node, RES_GPU, op->b & 1 ? -1 : 2000); break;
	case OP_NODE_DELETE: machine_register(cluster_machine(cl, node), true); break;
	case OP_FOREIGN:
		user_force_delete_pod(&cl->world, "kube-system", foreign_name(st, op));
		user_force_delete_pod(&cl->world, "default", foreign_name(st, op));
		break;
	default: break;
	}
}
