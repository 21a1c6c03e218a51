/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/limits.h"

#include <stdlib.h>

#include "coordinator/core/state/node.h"

static void list_free(struct limit *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(v[i].node);
	free(v);
}

static void set(struct lookup *l, uint32_t idx, const char *node, uint32_t most)
{
	while (l->nlimits_next <= idx) {
		VEC_GROW(l->limits_next, l->nlimits_next, l->limits_cap);
		l->limits_next[l->nlimits_next++] = (struct limit){0};
	}
	struct limit *at = &l->limits_next[idx];
	mem_strset(&at->node, node);
	at->most = most;
}

void limits_add(const struct core *c, struct lookup *l, const struct needed *csi_node)
{
	const struct node_record *n = node_find(c, csi_node->meta.name);
	for (uint32_t i = 0; n && i < csi_node->nlimits; i++) {
		if (str_eq(csi_node->limits[i].driver, l->name))
			set(l, n->idx, n->name, csi_node->limits[i].most);
	}
}

void limits_end(struct lookup *l, bool complete)
{
	if (complete) {
		list_free(l->limits, l->nlimits);
		l->limits = l->limits_next;
		l->nlimits = l->nlimits_next;
	} else {
		list_free(l->limits_next, l->nlimits_next);
	}
	l->limits_next = NULL;
	l->nlimits_next = l->limits_cap = 0;
}

void limits_done(struct lookup *l)
{
	limits_end(l, false);
	list_free(l->limits, l->nlimits);
}
