/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/draft.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sync/msgcopy.h"

enum { DRAFT_BYTES_MAX = 8 * 1024 * 1024 };

struct server_draft *server_draft_free(struct server_draft *d)
{
	if (!d)
		return NULL;
	arena_done(&d->arena);
	free(d->members);
	free(d);
	return NULL;
}

size_t server_draft_bytes(const struct server_draft *d)
{
	return sizeof *d + d->arena.used + d->cap * sizeof *d->members;
}

bool server_draft_add(struct server_draft *d, const struct msg_hello *h)
{
	if (h->nmembers > PAGE_MEMBERS_MAX || d->nmembers + h->nmembers > NODE_PODS_MAX)
		return false;
	for (uint32_t i = 0; i < h->nmembers; i++) {
		VEC_GROW(d->members, d->nmembers, d->cap);
		struct member *m = &d->members[d->nmembers];
		if (!msgcopy_member(&d->arena, &h->members[i], m))
			return false;
		m->node = d->hello.node; /* an agent speaks for its own node only */
		d->nmembers++;
	}
	d->next_page++;
	d->hello.last_page = h->last_page;
	return true;
}

struct server_draft *server_draft_new(const struct msg_hello *h)
{
	struct server_draft *d = mem_zalloc(1, sizeof *d);
	d->arena = ARENA_INIT(DRAFT_BYTES_MAX);
	d->hello = (struct msg_hello){.protocol = h->protocol,
				      .node = arena_strdup(&d->arena, h->node),
				      .boot_id = arena_strdup(&d->arena, str_or_empty(h->boot_id)),
				      .version = arena_strdup(&d->arena, str_or_empty(h->version)),
				      .agent = arena_strdup(&d->arena, str_or_empty(h->agent)),
				      .proofs = h->proofs,
				      .deltas = h->deltas,
				      .completions = h->completions,
				      .capacity.foreign_pods = h->capacity.foreign_pods};
	if (!msgcopy_reslist(&d->arena, &h->capacity.foreign, &d->hello.capacity.foreign) ||
	    !msgcopy_ports(&d->arena, &h->capacity.ports, &d->hello.capacity.ports) ||
	    !server_draft_add(d, h) || d->arena.toobig)
		return server_draft_free(d);
	return d;
}
