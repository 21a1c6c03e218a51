/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/node_seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "coordinator/core/life/node_apply.h"
#include "coordinator/core/life/node_state.h"
#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/nominated.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/volumes.h"
#include "coordinator/core/tell/node_status.h"

#define TAINT_OUT_OF_SERVICE "node.kubernetes.io/out-of-service"
#define TAINT_UNSCHEDULABLE "node.kubernetes.io/unschedulable"

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
	if (n->kube.ntaints != node->ntaints)
		return false;
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		if (!str_eq(intern_str(c->strs, n->kube.taints[i].key), node->taints[i].key) ||
		    !str_eq(intern_str(c->strs, n->kube.taints[i].val), node->taints[i].value) ||
		    n->kube.taints[i].effect != node->taints[i].effect)
			return false;
	}
	return true;
}

static void taints_set(struct core *c, struct node_record *n, const struct node *node)
{
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		intern_put(c->strs, n->kube.taints[i].key);
		intern_put(c->strs, n->kube.taints[i].val);
	}
	free(n->kube.taints);
	n->kube.taints = mem_zalloc(node->ntaints, sizeof *n->kube.taints);
	n->kube.ntaints = node->ntaints;
	n->kube.out_of_service = false;
	for (uint32_t i = 0; i < n->kube.ntaints; i++) {
		const struct taint *t = &node->taints[i];
		n->kube.taints[i] = (struct node_taint){intern_get(c->strs, t->key),
							intern_get(c->strs, t->value), t->effect};
		n->kube.out_of_service |= str_eq(t->key, TAINT_OUT_OF_SERVICE);
	}
}

/* The node lifecycle controller taints a cordoned Node too. The cordon itself is known, and a node
 * that is cordoned matches a job as before. */
static struct node without_cordon_taint(const struct node *node, struct taint *v)
{
	struct node ret = *node;
	ret.ntaints = 0;
	ret.taints = v;
	for (uint32_t i = 0; i < node->ntaints; i++) {
		if (!str_eq(node->taints[i].key, TAINT_UNSCHEDULABLE))
			v[ret.ntaints++] = node->taints[i];
	}
	return ret;
}

static void set_node_selection(struct core *c, struct node_record *n, const struct node *seen)
{
	AUTO(mem_freep) struct taint *v = mem_zalloc(seen->ntaints, sizeof *v);
	const struct node effective = without_cordon_taint(seen, v), *node = &effective;
	if (labels_same(c, &n->kube.labels, &node->meta.labels) && taints_same(c, n, node))
		return;
	labels_node_out(c, n);
	labels_set(c, &n->kube.labels, &node->meta.labels);
	taints_set(c, n, node);
	labels_node_in(c, n);
}

/* Neither heartbeats nor room. */
static uint64_t print_of(const struct node *node)
{
	uint64_t h = hash_mix_str(hash_mix_str(3, node->meta.uid), str_or_empty(node->boot_id));
	h = hash_mix_str(h, str_or_empty(node->kubelet_version));
	h = hash_mix(hash_mix(h, (uint64_t)node->ready), (uint64_t)node->ready_since_ms);
	h = hash_mix(h, node->unschedulable);
	for (uint32_t i = 0; i < node->meta.labels.n; i++) {
		h = hash_mix_str(h, node->meta.labels.v[i].key);
		h = hash_mix_str(h, node->meta.labels.v[i].val);
	}
	for (uint32_t i = 0; i < node->ntaints; i++) {
		h = hash_mix_str(h, node->taints[i].key);
		h = hash_mix(hash_mix_str(h, node->taints[i].value), node->taints[i].effect);
	}
	return h;
}

static void note_change(const struct core *c, struct node_record *n, uint64_t print)
{
	if (n->kube.print != print)
		n->kube.changed_ms = c->now_ms;
	n->kube.print = print;
}

void node_seen(struct core *c, const struct node *node)
{
	struct node_record *n = node_get(c, node->meta.name);
	bool other = !str_eq(n->kube.uid, node->meta.uid);
	if (!n->kube.exists || other) {
		n->kube.came_ms = c->now_ms;
		lookups_node_came(c);
	}
	n->kube.exists = true;
	if (other)
		node_apply_renew(n);
	mem_strset(&n->kube.uid, node->meta.uid);
	n->kube.cordoned = node->unschedulable;
	n->kube.ready = node->ready;
	if (!n->agent.heard && *str_or_empty(node->boot_id) && !*n->agent.boot_id)
		mem_strset(&n->agent.boot_id, node->boot_id);
	set_node_selection(c, n, node);
	note_change(c, n, print_of(node));
	volumes_kubelet_set(c, n, &node->in_use);
	res_row_set(c, n, ROW_ALLOC, &node->allocatable);
	node_caps_dirty(c, n);
}

void node_deleted(struct core *c, const struct meta *gone)
{
	static const struct node none;
	static const struct reslist nothing;
	struct node_record *n = node_find(c, gone->name);
	if (!n || !n->kube.exists)
		return;
	n->kube.exists = false;
	n->kube.cordoned = false;
	n->kube.ready = COND_UNKNOWN;
	mem_strset(&n->kube.uid, "");
	set_node_selection(c, n, &none);
	note_change(c, n, 0);
	volumes_forget(c, n);
	nominated_node_deleted(c, n->name);
	res_row_set(c, n, ROW_ALLOC, &nothing);
	node_caps_dirty(c, n);
}

/* What the previous leader wrote is kept until the agent is heard. */
static void inherit(struct node_record *n, const struct compute_node_status *st)
{
	if (n->verdict.state == COMPUTE_NODE_NONE) {
		mem_strset(&n->agent.version, st->agent_version);
		mem_strset(&n->agent.boot_id, st->boot_id);
	}
	node_state_inherit(n, st);
}

void compute_node_seen(struct core *c, const struct compute_node *cn)
{
	struct node_record *n = node_get(c, cn->meta.name);
	n->compute.exists = true;
	n->compute.owned = cn->owned_by_node;
	n->compute.cordoned = cn->unschedulable;
	n->compute.generation = cn->meta.generation;
	mem_strset(&n->compute.uid, cn->meta.uid);
	if (!labels_same(c, &n->compute.labels, &cn->meta.labels)) {
		labels_node_out(c, n);
		labels_set(c, &n->compute.labels, &cn->meta.labels);
		labels_node_in(c, n);
	}
	res_row_set(c, n, ROW_SPEC, &cn->resources);
	node_apply_leave_in(c, n);
	node_apply_soon(c, n);
	if (!n->agent.heard)
		inherit(n, &cn->status);
	node_status_seen(n, &cn->status, cn->meta.rv);
	node_caps_dirty(c, n);
}

void compute_node_deleted(struct core *c, const struct meta *gone)
{
	static const struct kvs none;
	static const struct reslist nothing;
	struct node_record *n = node_find(c, gone->name);
	if (!n || !n->compute.exists)
		return;
	n->compute.exists = n->compute.cordoned = n->compute.owned = false;
	node_status_forget(n);
	node_apply_again(c, n);
	labels_node_out(c, n);
	labels_set(c, &n->compute.labels, &none);
	labels_node_in(c, n);
	res_row_set(c, n, ROW_SPEC, &nothing);
	node_caps_dirty(c, n);
}
