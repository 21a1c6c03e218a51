/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/proven.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void proven_member(const struct coordinator *c, const char *node, struct member *m)
{
	m->proven = c->proofs ? proofs_check(c->proofs, node, m) : PROOF_VALID;
}

struct member *proven_members(const struct coordinator *c, const char *node, const struct member *v,
			      uint32_t n)
{
	struct member *own = mem_alloc(((size_t)n + 1) * sizeof *own);
	for (uint32_t i = 0; i < n; i++) {
		own[i] = v[i];
		proven_member(c, node, &own[i]);
	}
	return own;
}

static void reserve(struct proven_orders *p, uint32_t n)
{
	if (n <= p->cap)
		return;
	p->v = mem_realloc(p->v, n, sizeof *p->v);
	p->texts = mem_realloc(p->texts, n, sizeof *p->texts);
	p->cap = n;
}

const struct order *proven_orders(struct coordinator *c, const char *node, const struct order *v,
				  uint32_t n)
{
	struct proven_orders *p = &c->proven;
	if (!c->proofs)
		return v;
	reserve(p, n);
	for (uint32_t i = 0; i < n; i++) {
		p->v[i] = v[i];
		p->texts[i][0] = 0;
		if (v[i].by_agent)
			proofs_sign_order(c->proofs, node, &v[i], p->texts[i]);
		p->v[i].proof = p->texts[i];
	}
	return p->v;
}

void proven_create(struct coordinator *c, const struct pod_create *p, char ret[PROOF_TEXT_BYTES])
{
	ret[0] = 0;
	if (c->proofs)
		proofs_sign_create(c->proofs, p, ret);
}

void proven_done(struct coordinator *c)
{
	free(c->proven.v);
	free(c->proven.texts);
	c->proven = (struct proven_orders){0};
}
