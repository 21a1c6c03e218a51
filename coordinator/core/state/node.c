/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/node.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"

static void lru_out(struct core *c, struct node_record *n)
{
	if (n->connected && !n->silent)
		DL_DELETE2(c->lru, n, lru_prev, lru_next);
}

static void lru_in(struct core *c, struct node_record *n)
{
	if (n->connected && !n->silent)
		DL_APPEND2(c->lru, n, lru_prev, lru_next);
}

void node_set_silent(struct core *c, struct node_record *n, bool silent)
{
	if (n->silent == silent)
		return;
	lru_out(c, n);
	n->silent = silent;
	c->nsilent += silent ? 1 : -1U;
	lru_in(c, n);
	node_dirty(c, n);
}

void node_set_connected(struct core *c, struct node_record *n, bool connected)
{
	lru_out(c, n);
	n->connected = connected;
	lru_in(c, n);
	node_dirty(c, n);
}

static void forget_agent(struct core *c, struct node_record *n)
{
	if (n->silent)
		c->nsilent--;
	lru_out(c, n);
	n->connected = n->silent = false;
}

bool node_unready(const struct node_record *n)
{
	return n->ready != COND_TRUE || n->out_of_service;
}

bool node_keeps_last(const struct core *c, const struct node_record *n)
{
	return n->inherited && !n->heard && !c->all_heard;
}

/* Why not: the first that applies. */
enum reason node_trouble(const struct node_record *n)
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

struct node_record *node_find(const struct core *c, const char *name)
{
	struct node_record *n;
	HASH_FIND_STR(c->nodes, name, n);
	return n;
}

static uint32_t take_index(struct core *c, struct node_record *n)
{
	if (c->nnode_spare) {
		uint32_t idx = c->node_spare[--c->nnode_spare];
		c->node_at[idx] = n;
		return idx;
	}
	VEC_GROW(c->node_at, c->nnodes, c->node_cap);
	c->node_at[c->nnodes] = n;
	return c->nnodes++;
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
	mem_strset(&n->node_uid, "");
	mem_strset(&n->ready_reason, "");
	mem_strset(&n->uid, "");
	mem_strset(&n->rv, "");
	mem_strset(&n->version, "");
	mem_strset(&n->boot_id, "");
	n->next_list_ms = INT64_MAX;
	HASH_ADD_KEYPTR(hh, c->nodes, n->name, strlen(n->name), n);
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
	DL_APPEND(c->dirty_nodes, n);
}

void node_free(struct core *c, struct node_record *n)
{
	must(!n->atts);
	forget_agent(c, n);
	labels_node_out(c, n);
	if (n->dirty)
		DL_DELETE(c->dirty_nodes, n);
	heap_remove(&c->timers, &n->timer);
	heap_remove(&c->timers, &n->room_timer);
	bitset_clear(&c->usable, n->idx);
	levels_remove(c, n);
	bitset_done(&n->leave_out);
	HASH_DEL(c->nodes, n);
	c->node_at[n->idx] = NULL;
	VEC_GROW(c->node_spare, c->nnode_spare, c->node_spare_cap);
	c->node_spare[c->nnode_spare++] = n->idx;
	for (uint32_t i = 0; i < n->ntaints; i++) {
		intern_put(c->strs, n->taints[i].key);
		intern_put(c->strs, n->taints[i].val);
	}
	labels_done(c, &n->node_labels);
	labels_done(c, &n->own_labels);
	char *own[] = {n->name, n->node_uid, n->ready_reason, n->uid,
		       n->rv,   n->version,  n->boot_id};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	free(n->taints);
	free(n->res);
	free(n->orders);
	free(n);
}

void node_maybe_free(struct core *c, struct node_record *n)
{
	if (!n->has_node && !n->has_cnode && !n->atts && !n->session)
		node_free(c, n);
}

bool node_cordoned(const struct node_record *n)
{
	return n->node_cordoned || n->own_cordoned;
}

void node_heard(struct core *c, struct node_record *n)
{
	lru_out(c, n);
	lru_in(c, n);
}
