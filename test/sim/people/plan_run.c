/* SPDX-License-Identifier: Apache-2.0 */
/* A plan's operations in their time, and the calm after them. */
#include "base/mem.h"
#include "test/sim/people/plan_step.h"
#include "test/sim/people/user_needed.h"
#include "test/sim/world/needed.h"

static bool is_users(const struct plan_op *op)
{
	return op_kinds[op->type].level == FAULTS_NONE;
}

static bool plan_has_faults(const struct plan *p)
{
	for (uint32_t i = 0; i < p->nops; i++) {
		if (!p->op[i].off && !is_users(&p->op[i]))
			return true;
	}
	return false;
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
	if (st->plan->tenant)
		tenant_end(&st->cluster->world);
	if (st->plan->stranger)
		stranger_end(&st->stranger);
	plan_fault_end_all(st);
}

#define DISKS "csi.example.com"

/* A volume that one node at a time may have, and its claim; name "": none yet. */
static void put_disk(struct world *w, const char *ns, const char *name)
{
	struct needed disk = {.modes = MODE_RWO, .driver = DISKS, .handle = name};
	struct needed claim = {.modes = MODE_RWO, .bound = *name, .volume = name};
	if (*name)
		user_needed(w, NEEDED_VOLUME, NULL, name, &disk);
	user_needed(w, NEEDED_CLAIM, ns, "disk", &claim);
}

/* What jobs need comes one after another: the RuntimeClass and claims without volumes, the volume,
 * and at last claims that are bound to it. */
static void on_needs(void *self, uint64_t stage)
{
	struct step *st = self;
	struct world *w = &st->cluster->world;
	static const char *const spaces[] = {"default", PLAN_NS}, *const disks[] = {"d1", "d2"};
	struct needed on_two = {
		.where = {needed_on(&w->scratch, "kubernetes.io/hostname", "n1,n2")}};
	struct needed claim = {.modes = MODE_RWX, .bound = stage > 0};
	claim.volume = stage > 0 ? "v1" : "";
	if (stage == 0) {
		static const struct volume_limit one = {DISKS, 1};
		const struct needed limits = {.limits = &one, .nlimits = 1};
		user_needed(w, NEEDED_CSI_NODES, NULL, "n1", &limits);
		user_needed(w, NEEDED_RUNTIME_CLASS, NULL, "box", &on_two);
	}
	if (stage > 0)
		user_needed(w, NEEDED_VOLUME, NULL, "v1", &on_two);
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		user_needed(w, NEEDED_CLAIM, spaces[i], "data", &claim);
		put_disk(w, spaces[i], stage > 0 ? disks[i] : "");
	}
}

/* A provisioner that is no CSI driver has a slash in its name. */
#define MAKER "example.com/maker"
#define MAKING_DRIVER "maker.example.com"

/* The driver tells where it has room: n1 for the claims of both namespaces, n2 for the smaller one.
 * A volume is there as well, which would do for that. */
static void put_room(struct world *w)
{
	static const char *const nodes[] = {"n1", "n2"};
	const struct needed driver = {.tells_room = true};
	struct needed there = {.modes = MODE_RWX, .storage_class = "made", .bytes = 6000};
	user_needed(w, NEEDED_CSI_DRIVER, NULL, MAKING_DRIVER, &driver);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		struct needed room = {
			.storage_class = "made",
			.bytes = i ? 9000 : 90000,
			.where = {needed_on(&w->scratch, "kubernetes.io/hostname", nodes[i])}};
		user_needed(w, NEEDED_CAPACITY, "default", nodes[i], &room);
	}
	there.where[0] = needed_on(&w->scratch, "kubernetes.io/hostname", "n1,n2");
	user_needed(w, NEEDED_VOLUME, NULL, "m1", &there);
}

/* Claims that wait for their first consumer: of one a provisioner makes the volume, for the other
 * there are volumes on two nodes. */
static void on_first(void *self, uint64_t arg)
{
	struct step *st = self;
	struct world *w = &st->cluster->world;
	static const char *const spaces[] = {"default", PLAN_NS};
	static const char *const nodes[] = {"n1", "n2"}, *const volumes[] = {"v1", "v2"};
	struct needed class = {.waits = true,
			       .provisioner = st->plan->room ? MAKING_DRIVER : MAKER};
	(void)arg;
	w->server.volumes_fail = 25;
	user_needed(w, NEEDED_STORAGE_CLASS, NULL, "made", &class);
	if (st->plan->room)
		put_room(w);
	class.provisioner = NO_PROVISIONER;
	user_needed(w, NEEDED_STORAGE_CLASS, NULL, "there", &class);
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		struct needed claim = {.modes = MODE_RWX,
				       .volume = "",
				       .selected_node = "",
				       .bytes = i ? 5000 : 50000};
		struct needed volume = {
			.modes = MODE_RWX,
			.storage_class = "there",
			.bytes = 50000,
			.where = {needed_on(&w->scratch, "kubernetes.io/hostname", nodes[i])}};
		claim.storage_class = "made";
		user_needed(w, NEEDED_CLAIM, spaces[i], "made", &claim);
		claim.storage_class = "there";
		user_needed(w, NEEDED_CLAIM, spaces[i], "there", &claim);
		user_needed(w, NEEDED_VOLUME, NULL, volumes[i], &volume);
	}
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
	if (p->where) {
		cl->world.server.added_key = "rack";
		cl->world.server.added_value = "low";
	}
	if (p->tenant) {
		st->tenant = (struct tenant){.world = &cl->world,
					     .machines = cl->cfg.machines,
					     .rng = {.s = cl->cfg.seed * 2 + 77},
					     .until_ms = p->end_ms};
		tenant_begin(&st->tenant);
	}
	if (p->stranger) {
		st->stranger = (struct stranger){.cluster = cl,
						 .rng = {.s = cl->cfg.seed * 2 + 79},
						 .until_ms = p->end_ms,
						 .undisturbed = !plan_has_faults(p)};
		stranger_begin(&st->stranger);
	}
	if (p->first)
		clock_at(&cl->world.clock, 5000, on_first, st, 0);
	if (p->needs) {
		clock_at(&cl->world.clock, 10000, on_needs, st, 0);
		clock_at(&cl->world.clock, 30000, on_needs, st, 1);
	}
	clock_at(&cl->world.clock, p->end_ms + 1, on_calm, st, 0);
}

const char *plan_op_text(const struct plan_op *op, struct buf *b)
{
	buf_printf(b, "at %d ms %s a=%u b=%u c=%u job=j%u for %d ms", (int)op->at_ms,
		   op_kinds[op->type].text, op->a, op->b, op->c, op->job, (int)op->ms);
	return buf_str(b);
}
