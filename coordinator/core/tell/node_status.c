/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/tell/node_status.h"

#include "base/clocktext.h"
#include "base/hash.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/conditions.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/status_slot.h"

static uint64_t hash_res(uint64_t h, const struct reslist *l)
{
	uint64_t sum = 0; /* the order of a map's entries does not count */
	for (uint32_t i = 0; i < l->n; i++)
		sum += hash_mix(hash_mix_str(7, l->v[i].name), (uint64_t)l->v[i].milli);
	return hash_mix(h, sum);
}

static uint64_t hash_conds(uint64_t h, const struct cond *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		h = hash_mix_str(hash_mix(h, (uint64_t)v[i].status), v[i].type);
		h = hash_mix_str(hash_mix(h, (uint64_t)v[i].since_ms), str_or_empty(v[i].reason));
	}
	return h;
}

static struct status_print fingerprint(const struct compute_node_status *s)
{
	uint64_t h = hash_mix(hash_mix(3, (uint64_t)s->state), (uint64_t)s->since_ms);
	h = hash_mix_str(hash_mix_str(h, str_or_empty(s->reason)), str_or_empty(s->message));
	uint64_t head = hash_conds(h, s->conds, s->nconds);
	h = hash_mix(head, s->members);
	h = hash_res(hash_res(hash_res(h, &s->capacity), &s->allocated), &s->available);
	h = hash_mix_str(hash_mix_str(h, str_or_empty(s->agent_version)), str_or_empty(s->boot_id));
	return (struct status_print){hash_mix(h, (uint64_t)s->observed_generation), head};
}

static struct reslist view_res(const struct core *c, struct arena *a, const struct node_record *n,
			       int what, const bool *listed)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	struct res *v = arena_alloc(a, (c->res.n + 1) * sizeof *v);
	struct reslist ret = {.v = v};
	must(v);
	for (uint32_t r = 0; r < c->res.n; r++) {
		int64_t left = cap[r] > used[r] ? cap[r] - used[r] : 0;
		if (!listed[r])
			continue;
		v[ret.n++] = (struct res){c->res.names[r], what == 0   ? cap[r]
							   : what == 1 ? used[r]
								       : left};
	}
	return ret;
}

/* The reason of the state. R_NONE: the node takes new members, and all is told of it. */
static enum reason state_reason(const struct node_record *n, bool all_listed)
{
	enum reason bad = node_trouble(n);
	if (bad)
		return bad;
	return node_cordoned(n) ? R_Cordoned : all_listed ? R_NONE : R_ResourcesNotListed;
}

/* While members are kept on a Node that is not Ready (life/not_ready.c), with both times. */
static const char *words_not_ready(struct arena *a, const struct node_record *n)
{
	char since[CLOCKTEXT_BYTES], until[CLOCKTEXT_BYTES];
	clocktext_seconds(n->verdict.conditions[NC_READY].since_ms, since);
	clocktext_seconds(n->verdict.kept_until_ms, until);
	const char *s = arena_printf(
		a,
		"the Node is not Ready since %s, but its agent answers; its members are "
		"kept until %s, or for as long as their job tolerates it, and no new "
		"ones are placed here; look at the kubelet of this node",
		since, until);
	must(s);
	return s;
}

/* kubectl uncordon does not help where the ComputeNode is cordoned. */
static const char *words_of(struct arena *a, const struct node_record *n, enum reason reason)
{
	if (reason == R_NodeNotReady && n->verdict.loss == NODE_UNREADY &&
	    n->verdict.state != COMPUTE_NODE_FAILED)
		return words_not_ready(a, n);
	if (reason == R_Cordoned && !n->kube.cordoned)
		return "spec.unschedulable of the ComputeNode is true, so no new members are "
		       "placed on the node; set it to false to use the node again";
	return reason_message(reason);
}

static const char *state_message(struct arena *a, const struct node_record *n, enum reason reason,
				 uint32_t count, uint32_t listed)
{
	if (reason != R_ResourcesNotListed)
		return reason ? words_of(a, n, reason) : "";
	const char *s =
		n->left_out
			? arena_printf(
				  a,
				  "the Node has %u resources, and jobs can get no more than "
				  "%u of them; let the Node's device plugins offer fewer names",
				  count, count - n->left_out)
			: arena_printf(a,
				       "the Node has %u resources, of which %u are listed here; "
				       "jobs can ask for the others all the same",
				       count, listed);
	must(s);
	return s;
}

static void view(const struct core *c, struct arena *a, const struct node_record *n,
		 struct compute_node_status *s)
{
	struct cond *conds = arena_alloc(a, NC_N * sizeof *conds);
	bool listed[RES_NAMES_MAX];
	uint32_t nlisted = res_listed(c, n, true, RES_LISTED_MAX, listed);
	uint32_t count = res_count(c, n);
	enum reason reason = state_reason(n, nlisted == count);
	must(conds);
	*s = (struct compute_node_status){.state = n->verdict.state,
					  .since_ms = n->verdict.since_ms,
					  .reason = reason_name(reason),
					  .message = state_message(a, n, reason, count, nlisted),
					  .members = n->nlive,
					  .capacity = view_res(c, a, n, 0, listed),
					  .allocated = view_res(c, a, n, 1, listed),
					  .available = view_res(c, a, n, 2, listed),
					  .agent_version = n->agent.version,
					  .boot_id = n->agent.boot_id,
					  .observed_generation = n->compute.generation,
					  .conds = conds,
					  .nconds = NC_N};
	for (uint32_t i = 0; i < NC_N; i++) {
		const struct cond_state *k = &n->verdict.conditions[i];
		conds[i] = (struct cond){.type = node_condition_type(i),
					 .status = k->status,
					 .reason = reason_name(k->reason),
					 .message = words_of(a, n, k->reason),
					 .since_ms = k->since_ms,
					 .observed_generation = n->compute.generation};
	}
}

static void mark(struct core *c, struct node_record *n, enum mark m)
{
	n->status.mark = m;
	struct core_action *a = action_new(c, ACT_COMPUTE_NODE_STATUS);
	a->object.ns = "";
	a->object.name = action_str(c, n->name);
	a->object.uid = action_str(c, n->compute.uid);
	a->object.ahead = true;
	a->object.urgent = m == MARK_URGENT;
	a->object.not_before_ms = a->object.urgent ? 0 : c->now_ms + c->cfg.compute_node_numbers_ms;
}

/* Before agents had their time to come, nothing is written of a node that is not heard: what the
 * previous leader wrote stands, or else the next leader would take it that the node has no agent.
 */
static bool unknown_yet(const struct core *c, const struct node_record *n)
{
	if (n->agent.heard || c->gate.open)
		return false;
	return !n->verdict.inherited || !node_unready(n);
}

void node_status_check(struct core *c, struct node_record *n)
{
	struct compute_node_status s;
	if (!n->compute.exists || n->status.mark == MARK_URGENT || unknown_yet(c, n))
		return;
	view(c, action_memory(c), n, &s);
	struct status_print p = fingerprint(&s);
	bool head = p.head != n->status.stored_head;
	if (!slot_differs(&n->status, p) || (!head && n->status.mark == MARK_LATER))
		return;
	if (!slot_held(&n->status, p, c->now_ms)) /* the node's timer has the next try */
		mark(c, n, head ? MARK_URGENT : MARK_LATER);
}

static bool says_agentless(const struct compute_node_status *st)
{
	return st->state == COMPUTE_NODE_PENDING && !*str_or_empty(st->agent_version);
}

void node_status_seen(struct node_record *n, const struct compute_node_status *st, const char *rv)
{
	n->told_agentless = says_agentless(st);
	slot_seen(&n->status, fingerprint(st), rv);
}

void node_status_forget(struct node_record *n)
{
	n->told_agentless = false;
	slot_forget(&n->status);
}

bool node_status_view(const struct core *c, const char *name, struct compute_node_status *ret,
		      const char **ret_rv)
{
	const struct node_record *n = node_find(c, name);
	if (!n || !n->compute.exists || !c->synced)
		return false;
	view(c, view_memory(c), n, ret);
	*ret_rv = n->status.rv;
	return slot_differs(&n->status, fingerprint(ret));
}

void node_status_taken(struct core *c, const char *name, const struct compute_node_status *sent)
{
	struct node_record *n = node_find(c, name);
	if (!n)
		return;
	n->telling_of_agent = sent && !says_agentless(sent);
	n->told_agentless |= sent && says_agentless(sent);
	if (sent)
		slot_taken(&n->status, fingerprint(sent));
	else
		slot_settled(&n->status);
}

static void not_written(struct core *c, struct node_record *n, const struct core_event *ev)
{
	const char *words = str_or_empty(ev->written.message);
	log_warn(c->log, "ComputeNode status not written", KS("node", n->name), KS("error", words));
	event_node(c, n, R_FailedUpdateStatus,
		   slot_failure(action_memory(c), *words ? words : rc_text(ev->written.rc)));
}

void node_status_written(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_find(c, ev->written.name);
	if (!n)
		return;
	if (ev->written.rc == RC_OK && n->telling_of_agent)
		n->told_agentless = false;
	enum slot_end end = slot_written(&n->status, ev->written.rc, ev->written.rv, c->now_ms);
	if ((end == SLOT_REFUSED || end == SLOT_AGAIN) &&
	    slot_tell(&n->status, ev->written.rc, c->now_ms))
		not_written(c, n, ev);
	node_dirty(c, n);
}
