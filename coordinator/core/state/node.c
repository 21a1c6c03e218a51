/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/node.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/text.h"
#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/unproven_record.h"
#include "coordinator/core/state/volumes.h"

static void lru_out(struct core *c, struct node_record *n)
{
	if (node_answers(n))
		DL_DELETE2(c->nodes.connected, n, heard_prev, heard_next);
}

static void lru_in(struct core *c, struct node_record *n)
{
	if (node_answers(n))
		DL_APPEND2(c->nodes.connected, n, heard_prev, heard_next);
}

void node_set_silent(struct core *c, struct node_record *n, bool silent)
{
	if (n->agent.silent == silent)
		return;
	lru_out(c, n);
	n->agent.silent = silent;
	n->agent.silent_with_most = false;
	c->nodes.nsilent += silent ? 1 : -1U;
	lru_in(c, n);
	node_dirty(c, n);
}

void node_silent_with_most(struct node_record *n, bool with_most)
{
	n->agent.silent_with_most = with_most;
}

void node_set_connected(struct core *c, struct node_record *n, bool connected)
{
	lru_out(c, n);
	n->agent.connected = connected;
	lru_in(c, n);
	node_dirty(c, n);
}

static void forget_agent(struct core *c, struct node_record *n)
{
	if (n->agent.silent)
		c->nodes.nsilent--;
	lru_out(c, n);
	n->agent.connected = n->agent.silent = false;
}

bool node_unready(const struct node_record *n)
{
	return n->kube.ready != COND_TRUE || n->kube.out_of_service;
}

bool node_keeps_last(const struct core *c, const struct node_record *n)
{
	return n->verdict.inherited && !n->agent.heard && !c->gate.open;
}

bool node_registered(const struct node_record *n)
{
	return n->agent.connected && (!n->told_agentless || n->status.refusals);
}

enum reason node_trouble(const struct node_record *n)
{
	if (!n->kube.exists)
		return R_NodeNotFound;
	if (n->kube.out_of_service)
		return R_NodeOutOfService;
	if (n->kube.ready != COND_TRUE)
		return R_NodeNotReady;
	if (n->agent.silent)
		return R_AgentSilent;
	return n->agent.connected ? R_NONE : R_AgentNotConnected;
}

struct node_record *node_find(const struct core *c, const char *name)
{
	struct node_record *n;
	HASH_FIND_STR(c->nodes.by_name, name, n);
	return n;
}

static uint32_t take_index(struct core *c, struct node_record *n)
{
	if (c->nodes.nspare) {
		uint32_t idx = c->nodes.spare[--c->nodes.nspare];
		c->nodes.at[idx] = n;
		return idx;
	}
	VEC_GROW(c->nodes.at, c->nodes.n, c->nodes.cap);
	c->nodes.at[c->nodes.n] = n;
	return c->nodes.n++;
}

struct node_record *node_get(struct core *c, const char *name)
{
	static const struct reslist none;
	struct node_record *n = node_find(c, name);
	if (n)
		return n;
	n = mem_zalloc(1, sizeof *n);
	n->name = mem_strdup(name);
	n->idx = take_index(c, n);
	n->timer.kind = TIMER_NODE;
	n->room_timer.kind = TIMER_ROOM;
	mem_strset(&n->kube.uid, "");
	mem_strset(&n->compute.uid, "");
	text_set(&n->status.rv, "");
	mem_strset(&n->agent.version, "");
	mem_strset(&n->agent.boot_id, "");
	n->list.next_ms = INT64_MAX;
	n->verdict.kept_due_ms = INT64_MAX;
	HASH_ADD_KEYPTR(hh, c->nodes.by_name, n->name, strlen(n->name), n);
	res_row_set(c, n, ROW_ALLOC, &none);
	labels_node_in(c, n);
	node_dirty(c, n);
	return n;
}

void node_dirty(struct core *c, struct node_record *n)
{
	if (n->dirty)
		return;
	n->dirty = true;
	DL_APPEND(c->nodes.dirty, n);
}

void node_caps_dirty(struct core *c, struct node_record *n)
{
	n->caps_dirty = true;
	node_dirty(c, n);
}

static void dirty_list_remove(struct core *c, struct node_record *n)
{
	if (n->dirty)
		DL_DELETE(c->nodes.dirty, n);
	n->dirty = false;
}

struct node_record *node_take_dirty(struct core *c)
{
	struct node_record *n = c->nodes.dirty;
	if (n)
		dirty_list_remove(c, n);
	return n;
}

void node_want_list(struct node_record *n)
{
	n->list.wanted = true;
}

void node_set_usable(struct core *c, const struct node_record *n, bool usable)
{
	if (usable)
		bitset_set(&c->nodes.usable, n->idx);
	else
		bitset_clear(&c->nodes.usable, n->idx);
}

void node_set_narrow(struct core *c, struct node_record *n, bool narrow)
{
	n->agent.narrow = narrow;
	if (narrow)
		bitset_set(&c->nodes.narrow, n->idx);
	else
		bitset_clear(&c->nodes.narrow, n->idx);
}

void nodes_leave_narrow(const struct core *c, const struct job_record *j, struct bitset *nodes)
{
	if (j->spec.completions > INDEX_NARROW)
		bitset_andnot(nodes, &c->nodes.narrow);
}

void node_set_timer(struct core *c, struct node_record *n, int64_t at_ms)
{
	heap_set(&c->timers, &n->timer, at_ms);
}

void node_set_room_timer(struct core *c, struct node_record *n, int64_t at_ms)
{
	if (!n->room_timer.pos || at_ms < n->room_timer.due_ms)
		heap_set(&c->timers, &n->room_timer, at_ms);
}

void node_free(struct core *c, struct node_record *n)
{
	must(!n->attempts);
	forget_agent(c, n);
	labels_node_out(c, n);
	dirty_list_remove(c, n);
	heap_remove(&c->timers, &n->timer);
	heap_remove(&c->timers, &n->room_timer);
	node_set_usable(c, n, false);
	bitset_clear(&c->nodes.narrow, n->idx);
	levels_remove(c, n);
	ports_forget(c, n);
	volumes_forget(c, n);
	node_unproven_done(&n->unproven);
	bitset_done(&n->apply.leave_out);
	HASH_DEL(c->nodes.by_name, n);
	c->nodes.at[n->idx] = NULL;
	VEC_GROW(c->nodes.spare, c->nodes.nspare, c->nodes.spare_cap);
	c->nodes.spare[c->nodes.nspare++] = n->idx;
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		intern_put(c->strs, n->kube.taints[i].key);
		intern_put(c->strs, n->kube.taints[i].val);
	}
	labels_done(c, &n->kube.labels);
	labels_done(c, &n->compute.labels);
	char *own[] = {n->name, n->kube.uid, n->compute.uid, n->agent.version, n->agent.boot_id};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	text_free(n->status.rv);
	free(n->kube.taints);
	free(n->res);
	free(n);
}

void nodes_forget(struct core *c)
{
	struct node_record *n, *tmp;
	HASH_ITER (hh, c->nodes.by_name, n, tmp)
		node_free(c, n);
	c->nodes.nspare = c->nodes.n = 0;
	bitset_zero(&c->nodes.usable);
	bitset_zero(&c->nodes.narrow);
}

void node_free_if_unused(struct core *c, struct node_record *n)
{
	if (!n->kube.exists && !n->compute.exists && !n->attempts && !n->agent.session)
		node_free(c, n);
}

bool node_cordoned(const struct node_record *n)
{
	return n->kube.cordoned || n->compute.cordoned;
}

void node_heard(struct core *c, struct node_record *n)
{
	lru_out(c, n);
	lru_in(c, n);
}
