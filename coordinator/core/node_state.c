/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's state is a function of what is known, asked again at each change:
 *
 *	no Node, or never heard .............. Pending
 *	silent, or Node NotReady ............. Failed
 *	cordoned (either object) ............. Draining with members, Drained without
 *	else ................................. Running
 *
 * After a change of leader the last written state holds until the node is heard or the unheard
 * grace ends. What the state means for members stands here too: att_lost and att_found. */
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/inside.h"

static bool unready(const struct mnode *n)
{
	return n->ready != COND_TRUE || n->out_of_service;
}

static bool keeps_last(const struct core *c, const struct mnode *n)
{
	return n->inherited && !n->heard && !c->all_heard;
}

static enum cnode_state state_of(const struct core *c, const struct mnode *n)
{
	if (!n->has_node)
		return CNODE_PENDING;
	if (n->silent || unready(n))
		return CNODE_FAILED;
	if (keeps_last(c, n))
		return n->state;
	if (!n->heard)
		return CNODE_PENDING;
	if (node_cordoned(n))
		return n->nlive ? CNODE_DRAINING : CNODE_DRAINED;
	return CNODE_RUNNING;
}

static enum loss loss_of(const struct core *c, const struct mnode *n)
{
	/* The taint alone, on a node that answers, is somebody's mistake. */
	if (!n->has_node || (n->out_of_service && (n->ready != COND_TRUE || n->silent)))
		return LOSS_SURE;
	if (unready(n) || (n->silent && !c->suspects_itself))
		return LOSS_MAYBE;
	return LOSS_NO;
}

/* Why not: the first that applies. */
static enum reason trouble(const struct mnode *n)
{
	if (!n->has_node)
		return R_NodeNotFound;
	if (n->out_of_service)
		return R_NodeOutOfService;
	if (n->ready != COND_TRUE)
		return R_NodeNotReady;
	if (n->silent)
		return R_AgentSilent;
	return n->connected ? R_NONE : R_AgentNotConnected;
}

static void set_cond(const struct core *c, struct mnode *n, enum ncond which, enum reason bad,
		     enum reason good)
{
	struct cond_state *s = &n->conds[which];
	enum cond_status st = bad ? COND_FALSE : COND_TRUE;
	if (s->status != st)
		s->since_ms = whole_seconds(c->wall_ms);
	s->status = st;
	s->reason = bad ? bad : good;
}

static void set_conds(const struct core *c, struct mnode *n)
{
	enum reason bad = trouble(n);
	bool registered = n->heard && bad == R_AgentNotConnected;
	enum reason agent =
		n->connected ? (n->silent ? R_AgentSilent : R_NONE) : R_AgentNotConnected;
	set_cond(c, n, NC_READY, registered ? R_NONE : bad, R_NodeReady);
	set_cond(c, n, NC_AGENT, agent, R_AgentRegistered);
	set_cond(c, n, NC_SCHEDULABLE,
		 bad                ? bad
		 : node_cordoned(n) ? R_Cordoned
				    : R_NONE,
		 R_Schedulable);
}

static void set_state(struct core *c, struct mnode *n, enum cnode_state to)
{
	if (n->state == to)
		return;
	log_info(c->log, "node state", KS("node", n->name), KS("from", cnode_state_text(n->state)),
		 KS("to", cnode_state_text(to)), KS("reason", reason_name(trouble(n))));
	if (to == CNODE_FAILED && n->state != CNODE_NONE)
		act_note_node(c, n, R_NodeFailed, reason_name(trouble(n)));
	n->state = to;
	n->since_ms = whole_seconds(c->wall_ms);
}

/* New ones stand at the end. */
static struct att *first_news(const struct mnode *n)
{
	struct att *a = n->atts ? n->atts->node_prev : NULL;
	while (a && a->node_news && a != n->atts && a->node_prev->node_news)
		a = a->node_prev;
	return a && a->node_news ? a : NULL;
}

static void set_loss(struct core *c, struct mnode *n, enum loss loss)
{
	struct att *a, *next;
	bool changed = n->loss != loss;
	n->loss = loss;
	for (a = changed ? n->atts : first_news(n); a; a = next) {
		next = a->node_next;
		a->node_news = false;
		if (loss != LOSS_NO)
			att_lost(c, a);
		else
			att_found(c, a);
		if (changed) /* what was awaited may be certain now */
			job_dirty(c, a->job);
	}
}

static void set_usable(struct core *c, struct mnode *n)
{
	bool usable = n->loss == LOSS_NO && n->connected && !n->silent && n->capacity_known &&
		      !node_cordoned(n);
	if (usable == bitset_has(&c->usable, n->idx))
		return;
	queue_grown(c, n, true); /* or a reservation stands on what is gone */
	if (usable)
		bitset_set(&c->usable, n->idx);
	else
		bitset_clear(&c->usable, n->idx);
}

void node_settle(struct core *c, struct mnode *n)
{
	if (n->caps_dirty) {
		n->caps_dirty = false;
		if (res_caps(c, n))
			queue_grown(c, n, true);
	}
	set_loss(c, n, loss_of(c, n));
	set_usable(c, n);
	if (!keeps_last(c, n) || unready(n))
		set_conds(c, n);
	set_state(c, n, state_of(c, n));
	node_apply_check(c, n);
	live_list(c, n);
	node_status_check(c, n);
}

static uint64_t hash_res(uint64_t h, const struct reslist *l)
{
	uint64_t sum = 0; /* the order of a map's entries says nothing */
	for (uint32_t i = 0; i < l->n; i++)
		sum += hash_u64(hash_str(7, l->v[i].name), (uint64_t)l->v[i].milli);
	return hash_u64(h, sum);
}

static uint64_t hash_conds(uint64_t h, const struct cond *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		h = hash_str(hash_u64(h, (uint64_t)v[i].status), v[i].type);
		h = hash_str(hash_u64(h, (uint64_t)v[i].since_ms), str_or_empty(v[i].reason));
	}
	return h;
}

/* The fingerprint of a status; *ret_head is that of what is never held back. */
static uint64_t fingerprint(const struct cnode_status *s, uint64_t *ret_head)
{
	uint64_t h = hash_u64(hash_u64(3, (uint64_t)s->state), (uint64_t)s->since_ms);
	h = hash_str(hash_str(h, str_or_empty(s->reason)), str_or_empty(s->message));
	*ret_head = hash_conds(h, s->conds, s->nconds);
	h = hash_u64(*ret_head, s->members);
	h = hash_res(hash_res(hash_res(h, &s->capacity), &s->allocated), &s->available);
	h = hash_str(hash_str(h, str_or_empty(s->agent_version)), str_or_empty(s->boot_id));
	return hash_u64(h, (uint64_t)s->observed_generation);
}

static struct reslist view_res(const struct core *c, struct arena *a, const struct mnode *n,
			       int what)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	struct res *v = arena_alloc(a, (c->nres + 1) * sizeof *v);
	struct reslist ret = {.v = v};
	must(v);
	for (uint32_t r = 0; r < c->nres; r++) {
		int64_t left = cap[r] > used[r] ? cap[r] - used[r] : 0;
		if (res_row(c, n, ROW_ALLOC)[r] == RES_ABSENT)
			continue;
		v[ret.n++] = (struct res){c->res_names[r], what == 0   ? cap[r]
							   : what == 1 ? used[r]
								       : left};
	}
	return ret;
}

static const char *state_message(const struct mnode *n)
{
	enum reason bad = trouble(n);
	static const char *const text[R_N] = {
		[R_NodeNotFound] = "there is no Node of this name",
		[R_NodeOutOfService] = "the Node is tainted node.kubernetes.io/out-of-service",
		[R_NodeNotReady] = "the Node is not ready: look at its kubelet",
		[R_AgentSilent] = "the node's agent has fallen silent",
		[R_AgentNotConnected] =
			"no agent is connected from this node: look at the muster-agent pod there",
		[R_Cordoned] = "cordoned: no new members are placed here",
	};
	if (!bad && node_cordoned(n))
		bad = R_Cordoned;
	return str_or_empty(text[bad]);
}

static void view(const struct core *c, struct arena *a, const struct mnode *n,
		 struct cnode_status *s)
{
	static const char *const types[NC_N] = {"Ready", "AgentConnected", "Schedulable"};
	struct cond *conds = arena_alloc(a, NC_N * sizeof *conds);
	must(conds);
	*s = (struct cnode_status){.state = n->state,
				   .since_ms = n->since_ms,
				   .message = state_message(n),
				   .members = n->nlive,
				   .capacity = view_res(c, a, n, 0),
				   .allocated = view_res(c, a, n, 1),
				   .available = view_res(c, a, n, 2),
				   .agent_version = n->version,
				   .boot_id = n->boot_id,
				   .observed_generation = n->generation,
				   .conds = conds,
				   .nconds = NC_N};
	enum reason bad = trouble(n);
	s->reason = reason_name(!bad && node_cordoned(n) ? R_Cordoned : bad);
	for (uint32_t i = 0; i < NC_N; i++)
		conds[i] = (struct cond){.type = types[i],
					 .status = n->conds[i].status,
					 .reason = reason_name(n->conds[i].reason),
					 .message = "",
					 .since_ms = n->conds[i].since_ms,
					 .observed_generation = n->generation};
}

void node_status_check(struct core *c, struct mnode *n)
{
	struct cnode_status s;
	uint64_t head, full;
	if (!n->has_cnode || n->mark == MARK_URGENT || (keeps_last(c, n) && !unready(n)))
		return;
	view(c, &c->act_text, n, &s);
	full = fingerprint(&s, &head);
	if (full == n->base || (head == n->base_head && n->mark == MARK_LATER))
		return;
	n->mark = head == n->base_head ? MARK_LATER : MARK_URGENT;
	struct core_action *act = act_new(c, ACT_CNODE_STATUS);
	act->object.ns = "";
	act->object.name = act_str(c, n->name);
	act->object.uid = act_str(c, n->uid);
	act->object.ahead = true;
	act->object.urgent = n->mark == MARK_URGENT;
	act->object.not_before_ms = act->object.urgent ? 0 : c->now_ms + c->cfg.cnode_numbers_ms;
}

static void adopt_conds(struct mnode *n, const struct cnode_status *st)
{
	static const char *const types[NC_N] = {"Ready", "AgentConnected", "Schedulable"};
	for (uint32_t i = 0; i < st->nconds; i++) {
		for (uint32_t k = 0; k < NC_N; k++) {
			if (!str_eq(st->conds[i].type, types[k]) || n->conds[k].since_ms)
				continue;
			n->conds[k].status = st->conds[i].status;
			n->conds[k].since_ms = st->conds[i].since_ms;
		}
	}
}

/* A status as the API server has it. What we wrote ourselves is compared as we meant it. */
void node_status_echo(struct core *c, struct mnode *n, const struct cnode_status *st,
		      const char *rv)
{
	uint64_t head, full = fingerprint(st, &head);
	(void)c;
	if (!n->heard)
		adopt_conds(n, st);
	if (full != n->echo && strcmp(n->rv, str_or_empty(rv)) != 0) {
		n->base = full;
		n->base_head = head;
	}
	n->echo = full;
	mem_strset(&n->rv, rv);
}

bool core_cnode_status(struct core *c, const char *name, struct cnode_status *ret,
		       const char **ret_rv)
{
	struct mnode *n = node_find(c, name);
	if (!n || !n->has_cnode || !c->synced)
		return false;
	view(c, &c->view, n, ret);
	n->sent = fingerprint(ret, &n->sent_head);
	if (n->sent == n->base) {
		n->mark = MARK_NONE;
		return false;
	}
	*ret_rv = n->rv;
	return true;
}

void node_on_written(struct core *c, const struct core_event *ev)
{
	struct mnode *n = node_find(c, ev->written.name);
	if (!n)
		return;
	if (ev->written.rc == RC_OK &&
	    rv_older(str_or_empty(ev->written.rv), str_or_empty(n->rv))) {
		n->mark = MARK_NONE; /* overtaken by the watch, see job_on_written */
	} else if (ev->written.rc == RC_OK) {
		n->mark = MARK_NONE;
		n->base = n->sent;
		n->base_head = n->sent_head;
		mem_strset(&n->rv, ev->written.rv);
	} else if (rc_retry(ev->written.rc) == RETRY_NEVER) {
		/* Not again before something changes: the same would be refused again. */
		n->mark = MARK_NONE;
		n->base = n->sent;
		n->base_head = n->sent_head;
		log_warn(c->log, "computenode status not written", KS("node", n->name),
			 KS("error", ev->written.message));
	}
	node_dirty(c, n);
}
