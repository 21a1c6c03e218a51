/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/nominated.h"

#include <stdlib.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"

static void requests_free(struct nominated *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		free(p->name[i]);
	free(p->name);
	free(p->milli);
	p->name = NULL;
	p->milli = NULL;
	p->n = 0;
}

static void requests_copy(struct nominated *p, const struct reslist *l)
{
	requests_free(p);
	p->name = mem_zalloc(l->n + 1, sizeof *p->name);
	p->milli = mem_zalloc(l->n + 1, sizeof *p->milli);
	for (; p->n < l->n; p->n++) {
		p->name[p->n] = mem_strdup(l->v[p->n].name);
		p->milli[p->n] = l->v[p->n].milli;
	}
}

static void drop(struct core *c, struct nominated *p)
{
	HASH_DEL(c->nominated.all, p);
	requests_free(p);
	free(p->uid);
	free(p->node);
	free(p);
}

static void recount(struct core *c, const char *node, int64_t at_ms)
{
	struct node_record *n = node_find(c, node);
	if (n)
		node_caps_dirty(c, n);
	if (n && at_ms)
		node_set_room_timer(c, n, at_ms);
}

/* Those of nodes that went are found by nobody else. */
static void drop_expired(struct core *c)
{
	struct nominated *p, *tmp;
	HASH_ITER (hh, c->nominated.all, p, tmp) {
		if (p->left_ms && p->left_ms <= c->now_ms)
			drop(c, p);
	}
}

void nominated_set(struct core *c, const struct pod *pod)
{
	struct nominated *p;
	const char *uid = str_or_empty(pod->meta.uid), *node = str_or_empty(pod->nominated);
	HASH_FIND_STR(c->nominated.all, uid, p);
	if (!p)
		drop_expired(c);
	if (!p && HASH_COUNT(c->nominated.all) >= NOMINATED_MAX)
		return;
	if (!p) {
		p = mem_zalloc(1, sizeof *p);
		p->uid = mem_strdup(uid);
		p->node = mem_strdup(node);
		HASH_ADD_KEYPTR(hh, c->nominated.all, p->uid, strlen(p->uid), p);
	}
	if (!str_eq(p->node, node)) {
		recount(c, p->node, 0);
		mem_strset(&p->node, node);
	}
	p->left_ms = 0;
	requests_copy(p, &pod->requests);
	recount(c, node, 0);
}

void nominated_left(struct core *c, const char *uid)
{
	struct nominated *p;
	HASH_FIND_STR(c->nominated.all, str_or_empty(uid), p);
	if (!p)
		return;
	p->left_ms = c->now_ms + NOMINATED_LEFT_MS;
	const struct node_record *n = node_find(c, p->node);
	if (n && n->kube.exists)
		recount(c, p->node, p->left_ms);
	else
		drop(c, p);
}

void nominated_node_deleted(struct core *c, const char *node)
{
	struct nominated *p, *tmp;
	HASH_ITER (hh, c->nominated.all, p, tmp) {
		if (p->left_ms && str_eq(p->node, node))
			drop(c, p);
	}
}

void nominated_count(struct core *c, struct node_record *n)
{
	struct nominated *p, *tmp;
	res_nominated_clear(c, n);
	HASH_ITER (hh, c->nominated.all, p, tmp) {
		if (!str_eq(p->node, n->name))
			continue;
		if (p->left_ms && p->left_ms <= c->now_ms) {
			drop(c, p);
			continue;
		}
		if (p->left_ms)
			node_set_room_timer(c, n, p->left_ms);
		res_nominated_add(c, n, "pods", 1000);
		for (uint32_t i = 0; i < p->n; i++)
			res_nominated_add(c, n, p->name[i], p->milli[i]);
	}
}

void nominated_forget(struct core *c)
{
	struct nominated *p, *tmp;
	HASH_ITER (hh, c->nominated.all, p, tmp)
		drop(c, p);
}
