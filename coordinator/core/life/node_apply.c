/* SPDX-License-Identifier: Apache-2.0 */
/* An apply is all or nothing. After a 409 it is tried again without what others own, so an
 * administrator who set cpu keeps it, and so does a tool that puts its own label on every object. A
 * ComputeNode that a user made gets no owner and is never deleted. */
#include "coordinator/core/life/node_apply.h"

#include "base/backoff.h"
#include "base/hash.h"
#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"

enum { APPLY_RETRY_BASE_MS = 1000, APPLY_RETRY_CAP_MS = 60000, GONE_CAP_MS = 30000 };

/* What is applied: as much of what the Node has as the ComputeNode has place for beside what others
 * have put there, without what others own. applies has a place for each resource. */
static void choose(const struct core *c, const struct node_record *n, bool *applies)
{
	uint32_t places = RES_LISTED_MAX;
	for (uint32_t r = 0; r < c->res.n; r++) {
		bool foreign = res_row(c, n, ROW_SPEC)[r] != RES_ABSENT &&
			       res_row(c, n, ROW_ALLOC)[r] == RES_ABSENT;
		places -= foreign && places;
	}
	(void)res_listed(c, n, false, places, applies);
	for (uint32_t r = bitset_next(&n->apply.leave_out, 0); r < c->res.n;
	     r = bitset_next(&n->apply.leave_out, r + 1))
		applies[r] = false;
}

/* Of what would be applied now. */
static uint64_t apply_fingerprint(const struct core *c, const struct node_record *n)
{
	uint64_t h = hash_mix_str(1, n->kube.uid);
	bool applies[RES_NAMES_MAX];
	choose(c, n, applies);
	for (uint32_t r = 0; r < c->res.n; r++) {
		if (applies[r])
			h = hash_mix(hash_mix(h, r), (uint64_t)res_row(c, n, ROW_ALLOC)[r]);
	}
	return h | 1; /* 0 stands for no apply */
}

static bool apply_needed(const struct core *c, const struct node_record *n)
{
	bool extra = false, applies[RES_NAMES_MAX];
	if (!n->compute.exists)
		return true;
	choose(c, n, applies);
	for (uint32_t r = 0; r < c->res.n; r++) {
		int64_t spec = res_row(c, n, ROW_SPEC)[r];
		if (applies[r] && spec != res_row(c, n, ROW_ALLOC)[r])
			return true;
		extra |= spec != RES_ABSENT && res_row(c, n, ROW_ALLOC)[r] == RES_ABSENT;
	}
	/* A resource that is not applied any more vanishes with the next apply, unless a user owns
	 * it. */
	return extra && n->apply.print != apply_fingerprint(c, n);
}

static void compute_node_delete(struct core *c, const struct node_record *n)
{
	struct core_action *a = action_new(c, ACT_COMPUTE_NODE_DELETE);
	a->object.ns = "";
	a->object.name = action_str(c, n->name);
	a->object.uid = action_str(c, n->compute.uid);
	log_info(c->log, "ComputeNode deleted", KS("node", n->name));
}

void node_apply_soon(const struct core *c, struct node_record *n)
{
	int64_t soon = c->now_ms + APPLY_RETRY_BASE_MS;
	if (n->apply.repeats > 0 && n->apply.after_ms > soon)
		n->apply.after_ms = soon;
	n->apply.repeats = 0;
}

void node_apply_again(const struct core *c, struct node_record *n)
{
	if (c->now_ms - n->apply.deleted_ms > APPLY_RETRY_CAP_MS)
		n->apply.deletions = 0;
	n->apply.deleted_ms = n->apply.after_ms = c->now_ms;
	if (n->apply.deletions++ > 0)
		n->apply.after_ms +=
			backoff_plain(APPLY_RETRY_BASE_MS, GONE_CAP_MS, n->apply.deletions - 1);
	n->apply.print = 0;
	n->apply.repeats = 0;
	bitset_zero(&n->apply.leave_out);
	n->apply.leave_label = false;
}

void node_apply_renew(struct node_record *n)
{
	if (!n->apply.deletions)
		return;
	n->apply.deletions = 0;
	n->apply.after_ms = 0;
}

void node_apply_leave_in(const struct core *c, struct node_record *n)
{
	for (uint32_t r = bitset_next(&n->apply.leave_out, 0); r < c->res.n;
	     r = bitset_next(&n->apply.leave_out, r + 1)) {
		if (res_row(c, n, ROW_SPEC)[r] == RES_ABSENT)
			bitset_clear(&n->apply.leave_out, r);
	}
}

/* The numbers of names that are gone may be those of others by now: who owns what is learnt anew.
 */
static void forget_left_out(const struct core *c, struct node_record *n)
{
	if (n->apply.sweeps != c->res.sweeps)
		bitset_zero(&n->apply.leave_out);
	n->apply.sweeps = c->res.sweeps;
}

/* What the ComputeNode has and the Node has not. */
static uint32_t extras(const struct core *c, const struct node_record *n)
{
	uint32_t ret = 0;
	for (uint32_t r = 0; r < c->res.n; r++)
		ret += res_row(c, n, ROW_SPEC)[r] != RES_ABSENT &&
		       res_row(c, n, ROW_ALLOC)[r] == RES_ABSENT;
	return ret;
}

/* What was added may be a user's, or come from an apply of a leader that was deposed while it was
 * on its way: another apply tells. */
static void note_extras(const struct core *c, struct node_record *n)
{
	uint32_t now = extras(c, n);
	if (now > n->apply.extras)
		n->apply.print = 0;
	n->apply.extras = now;
}

void node_apply_check(struct core *c, struct node_record *n)
{
	forget_left_out(c, n);
	note_extras(c, n);
	if (n->apply.repeats > 0 && n->apply.print != apply_fingerprint(c, n))
		node_apply_soon(c, n);
	bool doomed = !n->kube.exists && n->compute.exists && n->compute.owned;
	n->apply.wanted = doomed || (n->kube.exists && apply_needed(c, n));
	if (n->apply.wanted && !n->apply.running && n->apply.after_ms <= c->now_ms) {
		if (doomed) {
			/* Rarely, as the garbage collector deletes the object too, by its owner. */
			n->apply.after_ms = c->now_ms + APPLY_RETRY_CAP_MS;
			compute_node_delete(c, n);
		} else {
			n->apply.running = true;
			n->apply.sent = apply_fingerprint(c, n);
			action_new(c, ACT_COMPUTE_NODE_APPLY)->node = action_str(c, n->name);
		}
	}
	pod_lists_set_timer(c, n);
}

static bool leave_label(struct core *c, struct node_record *n)
{
	if (n->apply.leave_label)
		return false;
	n->apply.leave_label = true;
	log_info(c->log, "ComputeNode label kept by another owner", KS("node", n->name),
		 KS("label", LABEL_MANAGED_BY));
	return true;
}

/* False: the conflicts name nothing that was applied, so the next apply would end alike. */
static bool leave_out(struct core *c, struct node_record *n, const struct core_event *ev)
{
	const struct strs *conflicts = &ev->applied.conflicts;
	bool news = ev->applied.label_conflict && leave_label(c, n), applies[RES_NAMES_MAX];
	choose(c, n, applies);
	for (uint32_t i = 0; i < conflicts->n; i++) {
		uint32_t r = res_find(c, conflicts->v[i]);
		if (r == UINT32_MAX || !applies[r])
			continue;
		applies[r] = false;
		news = true;
		bitset_set(&n->apply.leave_out, r);
		log_info(c->log, "ComputeNode resource kept by another owner", KS("node", n->name),
			 KS("resource", conflicts->v[i]));
	}
	return news;
}

void node_applied(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_find(c, ev->applied.name);
	if (!n || !n->apply.running)
		return;
	n->apply.running = false;
	node_dirty(c, n);
	if (ev->applied.rc == RC_OK) {
		/* The Node may have changed since. */
		uint64_t sent = n->apply.sent;
		n->apply.failures = 0;
		n->apply.repeats = sent == n->apply.print ? n->apply.repeats + 1 : 1;
		n->apply.print = sent;
		/* The watch shows the object soon. Until then the apply is repeated more and more
		 * rarely. */
		n->apply.after_ms = c->now_ms + backoff_plain(APPLY_RETRY_BASE_MS,
							      APPLY_RETRY_CAP_MS, n->apply.repeats);
		return;
	}
	n->apply.repeats = 0;
	if (ev->applied.rc == RC_CONFLICT && leave_out(c, n, ev))
		return;
	n->apply.after_ms = c->now_ms + backoff_plain(APPLY_RETRY_BASE_MS, APPLY_RETRY_CAP_MS,
						      ++n->apply.failures);
	log_warn(c->log, "ComputeNode not applied", KS("node", n->name),
		 KS("error", ev->applied.message));
}

bool node_apply_view(const struct core *c, const char *name, struct compute_node_apply *ret)
{
	const struct node_record *n = node_find(c, name);
	if (!n || !n->kube.exists)
		return false;
	struct res *v = arena_alloc(view_memory(c), (c->res.n + 1) * sizeof *v);
	const char **out = arena_alloc(view_memory(c), (c->res.n + 1) * sizeof *out);
	bool applies[RES_NAMES_MAX];
	must(v && out);
	choose(c, n, applies);
	*ret = (struct compute_node_apply){.name = n->name,
					   .resources.v = v,
					   .leave_out.v = out,
					   .leave_label = n->apply.leave_label};
	for (uint32_t r = 0; r < c->res.n; r++) {
		if (bitset_has(&n->apply.leave_out, r))
			out[ret->leave_out.n++] = c->res.names[r];
		else if (applies[r])
			v[ret->resources.n++] =
				(struct res){c->res.names[r], res_row(c, n, ROW_ALLOC)[r]};
	}
	if (!n->compute.exists || n->compute.owned)
		ret->node_uid = n->kube.uid;
	return true;
}
