/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/foreign.h"

#include <stdlib.h>

#include "agent/core/member_copy.h"
#include "base/hash.h"
#include "base/mem.h"

void foreign_done(struct foreign *f)
{
	free(f->sums);
}

void foreign_set(struct foreign *f, struct pod_load *load, bool counts,
		 const struct reslist *requests)
{
	f->dirty = f->dirty || load->counts || counts;
	free(load->res);
	*load = (struct pod_load){.counts = counts};
	if (!counts || requests->n == 0)
		return;
	load->res = resources_copy(requests);
	load->nres = requests->n;
}

void foreign_sum_begin(struct foreign *f)
{
	f->dirty = false;
	f->nsums = f->pods = 0;
}

static void add_resource(struct foreign *f, const struct res *r)
{
	for (uint32_t i = 0; i < f->nsums; i++) {
		if (str_eq(f->sums[i].name, r->name)) {
			if (__builtin_add_overflow(f->sums[i].milli, r->milli, &f->sums[i].milli))
				f->sums[i].milli = INT64_MAX;
			return;
		}
	}
	VEC_GROW(f->sums, f->nsums, f->cap);
	f->sums[f->nsums++] = *r;
}

void foreign_sum_add(struct foreign *f, const struct pod_load *load)
{
	f->pods += load->counts;
	for (uint32_t i = 0; i < load->nres; i++)
		add_resource(f, &load->res[i]);
}

/* Does not depend on the order of the resources. */
static uint64_t sum_hash(const struct foreign *f)
{
	uint64_t h = hash_u64(1, f->pods);
	for (uint32_t i = 0; i < f->nsums; i++)
		h += hash_u64(hash_str(2, f->sums[i].name), (uint64_t)f->sums[i].milli);
	return h;
}

bool foreign_sum_end(struct foreign *f)
{
	uint64_t h = sum_hash(f);
	if (h == f->hash)
		return false;
	f->hash = h;
	f->changed = true;
	return true;
}

struct capacity foreign_capacity(const struct foreign *f)
{
	return (struct capacity){.foreign = {f->sums, f->nsums}, .foreign_pods = f->pods};
}
