/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/place/places.h"

#include <stdlib.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/resources.h"

enum { TERMS = 8 }; /* of the sum that is told */

void places_begin(const struct core *c, const struct job_record *j, uint32_t busy,
		  struct places *ret)
{
	*ret = (struct places){
		.job = j, .busy = busy, .per_node = job_most_on_node(j), .there = job_there(c, j)};
}

void places_done(struct places *p)
{
	free(p->there);
	p->there = NULL;
}

static uint32_t there(const struct places *p, uint32_t node)
{
	return p->there ? p->there[node] : 0;
}

bool places_full(const struct places *p, uint32_t node)
{
	return there(p, node) >= p->per_node;
}

uint32_t places_fit(const struct core *c, struct places *p, const struct passer *passer,
		    const struct node_record *n)
{
	uint32_t most = p->per_node - there(p, n->idx);
	if (most > 1) {
		most = res_room(c, n, &p->job->spec.request->needs, most);
		most = passer_most(c, passer, n->idx, most);
	}
	p->fit += most;
	p->nodes[most]++;
	return most;
}

void places_count(const struct core *c, struct places *p, const struct node_record *n,
		  uint32_t kind, bool passes)
{
	uint32_t is = there(p, n->idx);
	if (p->per_node == 1) {
		p->of[kind]++;
		return;
	}
	uint32_t empty = res_room_empty(c, n, &p->job->spec.request->needs, p->per_node);
	if (kind != p->busy)
		p->of[kind] += empty > is ? empty - is : !empty;
	if (passes)
		p->of[p->busy] += is;
}

void places_put(const struct places *p, uint32_t need, bool more, struct buf *b)
{
	const char *sep = " (";
	uint32_t terms = 0;
	buf_printf(b, "needs room for %u%s member%s, at most %u on a node: %u fit%s", need,
		   more ? " more" : "", need == 1 ? "" : "s", p->per_node, p->fit,
		   p->fit == 1 ? "s" : "");
	for (uint32_t i = PER_NODE_MAX; i > 0 && terms < TERMS; i--) {
		if (!p->nodes[i])
			continue;
		buf_puts(b, sep);
		if (p->nodes[i] > 1)
			buf_printf(b, "%u x ", p->nodes[i]);
		buf_printf(b, "%u", i);
		sep = " + ";
		terms++;
	}
	if (terms)
		buf_puts(b, ")");
}
