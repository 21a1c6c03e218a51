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

void proven_order(struct coordinator *c, const char *node, const struct order *o,
		  char ret[PROOF_TEXT_BYTES])
{
	ret[0] = 0;
	if (c->proofs)
		proofs_sign_order(c->proofs, node, o, ret);
}

void proven_create(struct coordinator *c, const struct pod_create *p, char ret[PROOF_TEXT_BYTES])
{
	ret[0] = 0;
	if (c->proofs)
		proofs_sign_create(c->proofs, p, ret);
}
