/* SPDX-License-Identifier: Apache-2.0 */
/* A number for each node is kept as sets, one for each bit: a few sets hold any number of grades,
 * and nodes are parted by them as by all that decides on nodes. */
#include "coordinator/core/state/preference.h"

void preferences_put(struct buf *b, const struct sel_preference *v, uint32_t n)
{
	put_u32(b, n);
	for (uint32_t i = 0; i < n; i++) {
		put_u32(b, v[i].weight);
		terms_put(b, &v[i].term, 1);
	}
}

static void add(uint32_t *sums, const struct bitset *nodes, uint32_t nnodes, uint32_t weight)
{
	for (uint32_t i = bitset_next(nodes, 0); i < nnodes; i = bitset_next(nodes, i + 1))
		sums[i] += weight;
}

static void set_bits(struct bitset ret[PREFER_BITS], uint32_t node, uint32_t value)
{
	for (uint32_t bit = 0; bit < PREFER_BITS; bit++) {
		if (value >> bit & 1)
			bitset_set(&ret[bit], node);
	}
}

bool preferences_match(const struct core *c, struct reader *r, const struct bitset *match,
		       struct bitset ret[PREFER_BITS])
{
	uint32_t n = get_u32(r), nnodes = c->nodes.n, most = 0;
	for (uint32_t bit = 0; bit < PREFER_BITS; bit++)
		bitset_zero(&ret[bit]);
	AUTO(mem_freep) uint32_t *sums = mem_zalloc(n ? nnodes + 1 : 1, sizeof *sums);
	for (; n; n--) {
		AUTO(bitset_done) struct bitset ok = {0};
		uint32_t weight = get_u32(r);
		terms_match(c, r, &ok);
		bitset_and(&ok, match);
		add(sums, &ok, nnodes, weight);
		for (uint32_t i = 0; i < nnodes; i++)
			most = sums[i] > most ? sums[i] : most;
	}
	uint32_t scale = most > PREFER_MOST ? most : PREFER_MOST;
	for (uint32_t i = 0; most && i < nnodes; i++)
		set_bits(ret, i, sums[i] * PREFER_MOST / scale);
	return most;
}
