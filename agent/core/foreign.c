/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "model/quantity.h"

void foreign_done(struct foreign *f)
{
	free(f->sums);
	free(f->ports.v);
	free(f->node);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct res *)a)->name, ((const struct res *)b)->name);
}

void foreign_set_node(struct foreign *f, const struct reslist *allocatable)
{
	free(f->node);
	f->node = reslist_copy(allocatable);
	f->nnode = allocatable->n;
	qsort(f->node, f->nnode, sizeof *f->node, by_name);
	f->dirty = true;
}

enum { NATIVE_N = 3 };

/* Of every node; a place among the sums is kept for each. */
static bool is_native(const char *name)
{
	return str_eq(name, "cpu") || str_eq(name, "memory") || str_eq(name, "ephemeral-storage");
}

static bool counts_here(const struct foreign *f, const struct res *r)
{
	return is_native(r->name) || !f->node || bsearch(r, f->node, f->nnode, sizeof *r, by_name);
}

void foreign_set(struct foreign *f, struct pod_load *load, bool counts, const struct pod *pod)
{
	f->dirty = f->dirty || load->counts || counts;
	free(load->res);
	free(load->ports.v);
	*load = (struct pod_load){.counts = counts};
	if (!counts)
		return;
	load->res = pod->requests.n ? reslist_copy(&pod->requests) : NULL;
	load->nres = pod->requests.n;
	load->ports = host_ports_copy(&pod->ports);
}

void foreign_sum_begin(struct foreign *f)
{
	f->dirty = false;
	f->nsums = f->pods = f->ports.n = 0;
	f->left_out = false;
}

static void add_resource(struct foreign *f, const struct res *r)
{
	for (uint32_t i = 0; i < f->nsums; i++) {
		if (str_eq(f->sums[i].name, r->name)) {
			f->sums[i].milli = quantity_sum(f->sums[i].milli, r->milli);
			return;
		}
	}
	if (f->nsums >= FOREIGN_NAMES_MAX - (is_native(r->name) ? 0 : NATIVE_N)) {
		f->left_out = true;
		return;
	}
	VEC_GROW(f->sums, f->nsums, f->cap);
	f->sums[f->nsums++] = *r;
}

void foreign_sum_add(struct foreign *f, const struct pod_load *load)
{
	f->pods += load->counts;
	for (uint32_t i = 0; i < load->nres; i++) {
		if (counts_here(f, &load->res[i]))
			add_resource(f, &load->res[i]);
	}
	for (uint32_t i = 0; i < load->ports.n; i++) {
		VEC_GROW(f->ports.v, f->ports.n, f->ports_cap);
		f->ports.v[f->ports.n++] = load->ports.v[i];
	}
}

/* Does not depend on the order of the resources. */
static uint64_t sum_hash(const struct foreign *f)
{
	uint64_t h = hash_u64(1, f->pods);
	for (uint32_t i = 0; i < f->nsums; i++)
		h += hash_u64(hash_str(2, f->sums[i].name), (uint64_t)f->sums[i].milli);
	for (uint32_t i = 0; i < f->ports.n; i++)
		h += hash_u64(3, f->ports.v[i]);
	return h;
}

bool foreign_sum_end(struct foreign *f)
{
	f->ports.n = host_ports_sort(f->ports.v, f->ports.n);
	if (f->ports.n > NODE_PORTS_MAX)
		f->ports.n = NODE_PORTS_MAX;
	uint64_t h = sum_hash(f);
	if (h == f->hash)
		return false;
	f->hash = h;
	f->changed = true;
	return true;
}

struct capacity foreign_capacity(const struct foreign *f)
{
	return (struct capacity){
		.foreign = {f->sums, f->nsums}, .foreign_pods = f->pods, .ports = f->ports};
}
