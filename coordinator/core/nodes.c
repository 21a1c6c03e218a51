/* SPDX-License-Identifier: Apache-2.0 */
/* The node table. An entry stands for a name: the v1 Node, the ComputeNode and the agent of that
 * name come and go independently; it is freed when none of them and no attempt is left. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/inside.h"

#define TAINT_OUT_OF_SERVICE "node.kubernetes.io/out-of-service"

struct mnode *node_find(const struct core *c, const char *name)
{
	struct mnode *n;
	HASH_FIND_STR(c->nodes, name, n);
	return n;
}

static uint32_t take_index(struct core *c, struct mnode *n)
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

struct mnode *node_get(struct core *c, const char *name)
{
	static const struct reslist none;
	struct mnode *n = node_find(c, name);
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
	match_node_in(c, n);
	node_dirty(c, n);
	return n;
}

void node_dirty(struct core *c, struct mnode *n)
{
	if (n->dirty)
		return;
	n->dirty = true;
	DL_APPEND(c->dirty_nodes, n);
}

void node_free(struct core *c, struct mnode *n)
{
	must(!n->atts);
	live_forget(c, n);
	match_node_out(c, n);
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

void node_maybe_free(struct core *c, struct mnode *n)
{
	if (!n->has_node && !n->has_cnode && !n->atts && !n->session)
		node_free(c, n);
}

static bool labels_same(const struct core *c, const struct labels *l, const struct kvs *v)
{
	if (l->n != v->n)
		return false;
	for (uint32_t i = 0; i < l->n; i++) {
		if (strcmp(intern_str(c->strs, l->v[i].key), v->v[i].key) ||
		    !str_eq(intern_str(c->strs, l->v[i].val), v->v[i].val))
			return false;
	}
	return true;
}

static bool taints_same(const struct core *c, const struct mnode *n, const struct node *node)
{
	if (n->ntaints != node->ntaints)
		return false;
	for (uint32_t i = 0; i < n->ntaints; i++) {
		if (!str_eq(intern_str(c->strs, n->taints[i].key), node->taints[i].key) ||
		    !str_eq(intern_str(c->strs, n->taints[i].val), node->taints[i].value) ||
		    n->taints[i].effect != node->taints[i].effect)
			return false;
	}
	return true;
}

static void taints_set(struct core *c, struct mnode *n, const struct node *node)
{
	for (uint32_t i = 0; i < n->ntaints; i++) {
		intern_put(c->strs, n->taints[i].key);
		intern_put(c->strs, n->taints[i].val);
	}
	free(n->taints);
	n->taints = mem_zalloc(node->ntaints, sizeof *n->taints);
	n->ntaints = node->ntaints;
	n->out_of_service = false;
	for (uint32_t i = 0; i < n->ntaints; i++) {
		const struct taint *t = &node->taints[i];
		n->taints[i] = (struct ntaint){intern_get(c->strs, t->key),
					       intern_get(c->strs, t->value), t->effect};
		n->out_of_service |= str_eq(t->key, TAINT_OUT_OF_SERVICE);
	}
}

static void set_node_selection(struct core *c, struct mnode *n, const struct node *node)
{
	if (labels_same(c, &n->node_labels, &node->meta.labels) && taints_same(c, n, node))
		return;
	match_node_out(c, n);
	labels_set(c, &n->node_labels, &node->meta.labels);
	taints_set(c, n, node);
	match_node_in(c, n);
}

void node_on_node(struct core *c, const struct node *node)
{
	struct mnode *n = node_get(c, node->meta.name);
	n->has_node = true;
	if (n->gone_times > 0 && !str_eq(n->node_uid, node->meta.uid)) {
		n->gone_times = 0; /* another Node's does not go with it */
		n->apply_after_ms = 0;
	}
	mem_strset(&n->node_uid, node->meta.uid);
	n->node_cordoned = node->unschedulable;
	n->ready = node->ready;
	mem_strset(&n->ready_reason, node->ready_reason);
	if (!n->heard && *str_or_empty(node->boot_id) && !*n->boot_id)
		mem_strset(&n->boot_id, node->boot_id);
	set_node_selection(c, n, node);
	res_row_set(c, n, ROW_ALLOC, &node->allocatable);
	n->caps_dirty = true;
	node_dirty(c, n);
}

void node_on_node_gone(struct core *c, const struct meta *gone)
{
	static const struct node none;
	static const struct reslist nothing;
	struct mnode *n = node_find(c, gone->name);
	if (!n || !n->has_node)
		return;
	n->has_node = false;
	n->node_cordoned = false;
	n->ready = COND_UNKNOWN;
	mem_strset(&n->node_uid, "");
	set_node_selection(c, n, &none);
	res_row_set(c, n, ROW_ALLOC, &nothing);
	n->caps_dirty = true;
	node_dirty(c, n);
}

/* A resource that another owner kept, and has taken out, is nobody's. */
static void leave_in(const struct core *c, struct mnode *n)
{
	for (uint32_t r = bitset_next(&n->leave_out, 0); r < c->nres;
	     r = bitset_next(&n->leave_out, r + 1)) {
		if (res_row(c, n, ROW_SPEC)[r] == RES_ABSENT)
			bitset_clear(&n->leave_out, r);
	}
}

void node_on_cnode(struct core *c, const struct cnode *cn)
{
	struct mnode *n = node_get(c, cn->meta.name);
	n->has_cnode = true;
	n->owned = cn->owned_by_node;
	n->own_cordoned = cn->unschedulable;
	n->generation = cn->meta.generation;
	mem_strset(&n->uid, cn->meta.uid);
	if (!labels_same(c, &n->own_labels, &cn->meta.labels)) {
		match_node_out(c, n);
		labels_set(c, &n->own_labels, &cn->meta.labels);
		match_node_in(c, n);
	}
	res_row_set(c, n, ROW_SPEC, &cn->resources);
	leave_in(c, n);
	node_apply_soon(c, n);
	/* What the leader before us wrote holds until the node is heard (DESIGN: liveness). */
	if (!n->heard && n->state == CNODE_NONE) {
		n->state = cn->status.state;
		n->inherited = n->state != CNODE_NONE;
		n->since_ms = cn->status.since_ms;
		mem_strset(&n->version, cn->status.agent_version);
		mem_strset(&n->boot_id, cn->status.boot_id);
	}
	node_status_echo(c, n, &cn->status, cn->meta.rv);
	n->caps_dirty = true;
	node_dirty(c, n);
}

void node_on_cnode_gone(struct core *c, const struct meta *gone)
{
	static const struct kvs none;
	static const struct reslist nothing;
	struct mnode *n = node_find(c, gone->name);
	if (!n || !n->has_cnode)
		return;
	n->has_cnode = n->own_cordoned = n->owned = false;
	n->mark = MARK_NONE;
	n->base = n->sent = n->echo = n->base_head = n->sent_head = 0;
	node_apply_again(c, n);
	bitset_zero(&n->leave_out);
	match_node_out(c, n);
	labels_set(c, &n->own_labels, &none);
	match_node_in(c, n);
	res_row_set(c, n, ROW_SPEC, &nothing);
	n->caps_dirty = true;
	node_dirty(c, n);
}

bool node_cordoned(const struct mnode *n)
{
	return n->node_cordoned || n->own_cordoned;
}
