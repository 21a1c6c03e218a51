/* SPDX-License-Identifier: Apache-2.0 */
#include "link/peers.h"

#include <stdlib.h>
#include <string.h>

struct peer *peers_find_nng(const struct link_listener *l, uint32_t nng_id)
{
	struct peer *p = NULL;
	HASH_FIND(hh_nng, l->by_nng, &nng_id, sizeof nng_id, p);
	return p;
}

struct peer *peers_find(const struct link_listener *l, uint64_t id)
{
	struct peer *p = NULL;
	HASH_FIND(hh, l->by_id, &id, sizeof id, p);
	return p;
}

struct peer *peers_add(struct link_listener *l, uint32_t nng_id, uint64_t conn, const char *host)
{
	must(!peers_find_nng(l, nng_id));
	struct peer *p = mem_zalloc(1, sizeof *p);
	p->id = ++l->last_peer;
	p->nng_id = nng_id;
	p->conn = conn;
	memcpy(p->host, host, strnlen(host, sizeof p->host - 1));
	HASH_ADD(hh, l->by_id, id, sizeof p->id, p);
	HASH_ADD(hh_nng, l->by_nng, nng_id, sizeof p->nng_id, p);
	return p;
}

void peers_remove(struct link_listener *l, struct peer *own)
{
	HASH_DELETE(hh, l->by_id, own);
	HASH_DELETE(hh_nng, l->by_nng, own);
	free(own);
}

void peers_greeted(struct link_listener *l, struct peer *p)
{
	if (p->greeted)
		return;
	p->greeted = true;
	atomic_fetch_sub(&l->pipes_waiting, 1);
}
