/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/lease_record.h"

#include <stdlib.h>

#include "base/mem.h"

void record_init(struct lease_record *r)
{
	*r = (struct lease_record){
		.rv = mem_strdup(""), .holder = mem_strdup(""), .address = mem_strdup("")};
}

void record_done(struct lease_record *r)
{
	free(r->rv);
	free(r->holder);
	free(r->address);
}

bool record_set(struct lease_record *r, const struct lease *l, int64_t now_ms)
{
	bool same = r->known && str_eq(r->holder, l->holder) && r->renew_ms == l->renew_ms &&
		    r->acquire_ms == l->acquire_ms && r->transitions == l->transitions;
	bool leader_changed = !str_eq(r->holder, l->holder) || !str_eq(r->address, l->address);
	if (!same)
		r->changed_ms = now_ms;
	r->known = true;
	r->duration_s = l->duration_s;
	r->acquire_ms = l->acquire_ms;
	r->renew_ms = l->renew_ms;
	r->transitions = l->transitions;
	mem_strset(&r->rv, l->meta.rv);
	mem_strset(&r->holder, l->holder);
	mem_strset(&r->address, l->address);
	return leader_changed;
}
