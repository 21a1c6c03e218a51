/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/elect/lease_record.h"

#include <stdlib.h>

#include "base/mem.h"

void lease_record_init(struct lease_record *r)
{
	*r = (struct lease_record){.uid = mem_strdup(""),
				   .rv = mem_strdup(""),
				   .holder = mem_strdup(""),
				   .address = mem_strdup("")};
}

void lease_record_done(struct lease_record *r)
{
	free(r->uid);
	free(r->rv);
	free(r->holder);
	free(r->address);
}

bool lease_record_set(struct lease_record *r, const struct lease *l, int64_t now_ms)
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
	mem_strset(&r->uid, l->meta.uid);
	mem_strset(&r->rv, l->meta.rv);
	mem_strset(&r->holder, l->holder);
	mem_strset(&r->address, l->address);
	return leader_changed;
}

bool lease_record_held_by(const struct lease_record *r, const char *identity)
{
	return r->known && str_eq(r->holder, identity);
}

bool lease_record_may_take(const struct lease_record *r, const char *identity, int64_t default_ms,
			   int64_t now_ms)
{
	int64_t duration_ms = r->duration_s > 0 ? r->duration_s * 1000 : default_ms;
	return r->holder[0] == '\0' || lease_record_held_by(r, identity) ||
	       now_ms >= r->changed_ms + duration_ms;
}

uint64_t lease_record_version(const struct lease_record *r)
{
	char *end;
	unsigned long long n = strtoull(r->rv, &end, 10);
	return r->rv[0] != '\0' && *end == '\0' ? n : 0;
}
