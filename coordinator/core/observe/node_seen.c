/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/node_seen.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/life/node_apply.h"
#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/node_status.h"

#define TAINT_OUT_OF_SERVICE "node.kubernetes.io/out-of-service"

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

static bool taints_same(const struct core *c, const struct node_record *n, const struct node *node)
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

static void taints_set(struct core *c, struct node_record *n, const struct node *node)
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
		n->taints[i] = (struct node_taint){intern_get(c->strs, t->key),
						   intern_get(c->strs, t->value), t->effect};
		n->out_of_service |= str_eq(t->key, TAINT_OUT_OF_SERVICE);
	}
}

static void set_node_selection(struct core *c, struct node_record *n, const struct node *node)
{
	if (labels_same(c, &n->node_labels, &node->meta.labels) && taints_same(c, n, node))
		return;
	labels_node_out(c, n);
	labels_set(c, &n->node_labels, &node->meta.labels);
	taints_set(c, n, node);
	labels_node_in(c, n);
}

void node_seen(struct core *c, const struct node *node)
{
	struct node_record *n = node_get(c, node->meta.name);
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

void node_deleted(struct core *c, const struct meta *gone)
{
	static const struct node none;
	static const struct reslist nothing;
	struct node_record *n = node_find(c, gone->name);
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
static void leave_in(const struct core *c, struct node_record *n)
{
	for (uint32_t r = bitset_next(&n->leave_out, 0); r < c->nres;
	     r = bitset_next(&n->leave_out, r + 1)) {
		if (res_row(c, n, ROW_SPEC)[r] == RES_ABSENT)
			bitset_clear(&n->leave_out, r);
	}
}

void compute_node_seen(struct core *c, const struct cnode *cn)
{
	struct node_record *n = node_get(c, cn->meta.name);
	n->has_cnode = true;
	n->owned = cn->owned_by_node;
	n->own_cordoned = cn->unschedulable;
	n->generation = cn->meta.generation;
	mem_strset(&n->uid, cn->meta.uid);
	if (!labels_same(c, &n->own_labels, &cn->meta.labels)) {
		labels_node_out(c, n);
		labels_set(c, &n->own_labels, &cn->meta.labels);
		labels_node_in(c, n);
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
	node_status_seen(n, &cn->status, cn->meta.rv);
	n->caps_dirty = true;
	node_dirty(c, n);
}

void compute_node_deleted(struct core *c, const struct meta *gone)
{
	static const struct kvs none;
	static const struct reslist nothing;
	struct node_record *n = node_find(c, gone->name);
	if (!n || !n->has_cnode)
		return;
	n->has_cnode = n->own_cordoned = n->owned = false;
	n->mark = MARK_NONE;
	n->base = n->sent = n->echo = n->base_head = n->sent_head = 0;
	node_apply_again(c, n);
	bitset_zero(&n->leave_out);
	labels_node_out(c, n);
	labels_set(c, &n->own_labels, &none);
	labels_node_in(c, n);
	res_row_set(c, n, ROW_SPEC, &nothing);
	n->caps_dirty = true;
	node_dirty(c, n);
}
