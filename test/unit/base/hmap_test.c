/* SPDX-License-Identifier: Apache-2.0 */
/* The hash table, against a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/hmap.h"
#include "base/rng.h"

enum { ENTRIES = 3000, STEPS = 40000 };

struct entry {
	struct hlink link;
	uint32_t key;
	bool in;
};

static bool same(struct hlink *x, const void *key)
{
	return OWNER_OF(x, struct entry, link)->key == *(const uint32_t *)key;
}

static struct entry *find(const struct hmap *m, uint32_t key, uint64_t hash)
{
	struct hlink *x = hmap_find(m, hash, same, &key);
	return x ? OWNER_OF(x, struct entry, link) : NULL;
}

/* few: so few hashes that entries collide. */
static void against_an_array(uint64_t few)
{
	static struct entry v[ENTRIES];
	struct hmap m = {0};
	struct rng r = {few};
	uint32_t n = 0;
	for (uint32_t i = 0; i < ENTRIES; i++)
		v[i] = (struct entry){.key = i};
	for (uint32_t s = 0; s < STEPS; s++) {
		struct entry *e = &v[rng_below(&r, s < STEPS / 2 ? ENTRIES : ENTRIES / 8)];
		uint64_t hash = hash_u64(3, e->key) % few;
		if (e->in)
			hmap_del(&m, &e->link);
		else
			hmap_add(&m, &e->link, hash);
		e->in = !e->in;
		n += e->in ? 1 : -1U;
		assert_int_equal(m.n, n);
		uint32_t other = (uint32_t)rng_below(&r, ENTRIES);
		struct entry *found = find(&m, other, hash_u64(3, other) % few);
		assert_ptr_equal(found, v[other].in ? &v[other] : NULL);
	}
	hmap_done(&m);
}

static void spread_hashes(void **state)
{
	(void)state;
	against_an_array(UINT64_MAX);
}

static void colliding_hashes(void **state)
{
	(void)state;
	against_an_array(97);
}

static void empty(void **state)
{
	struct hmap m = {0};
	(void)state;
	assert_null(find(&m, 1, 1));
	hmap_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spread_hashes),
		cmocka_unit_test(colliding_hashes),
		cmocka_unit_test(empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
