/* SPDX-License-Identifier: Apache-2.0 */
/* Which connections begin their TLS handshakes, and when. */
#include "link/front_shakes.h"

#include <stdlib.h>

#include "test/lib/check.h"

enum { CONNS = 4096, BURST = 128, ALL = 2000 };

static struct conn *conn_at(struct front *f, struct address *a)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->front = f;
	c->place.address = a;
	a->n++;
	return c;
}

static void gone(struct conn *own)
{
	shakes_leave(own);
	own->place.address->n--;
	free(own);
}

/* How many of n new connections begin at once; those that wait go to v. */
static uint32_t begin(struct front *f, struct address *a, uint32_t n, struct conn **v)
{
	uint32_t k = 0, waits = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct conn *c = conn_at(f, a);
		if (shakes_take(c)) {
			k++;
			gone(c);
		} else {
			v[waits++] = c;
		}
	}
	return k;
}

static void all_gone(struct conn **v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		gone(v[i]);
}

static void an_address_has_so_many(void **state)
{
	static struct conn *v[CONNS];
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}};
	struct address a = {.n = 0}, b = {.n = 0};
	(void)state;
	assert_int_equal(begin(&f, &a, BURST + 3, v), BURST);
	assert_int_equal(f.shakes_delayed, 3);
	assert_null(shakes_next(&f));
	/* Others need not wait for it. */
	assert_int_equal(begin(&f, &b, 5, v + 3), 5);
	f.now_ms += 1000;
	for (int i = 0; i < 3; i++) /* the first come first */
		assert_ptr_equal(shakes_next(&f), v[i]);
	assert_null(shakes_next(&f));
	assert_null(f.shakers);
	all_gone(v, 3);
	assert_int_equal(begin(&f, &a, BURST, v), 1000 / 62 - 3);
	all_gone(v, BURST - (1000 / 62 - 3));
	assert_null(f.shakers);
}

/* Without a bound for an address, that of all holds. */
static void all_have_so_many_and_take_turns(void **state)
{
	static struct conn *v[CONNS];
	struct front f = {.now_ms = 1000000};
	struct address a = {.n = 0}, b = {.n = 0};
	(void)state;
	assert_int_equal(begin(&f, &a, ALL + 10, v), ALL);
	assert_int_equal(begin(&f, &b, 2, v + 10), 0);
	f.now_ms += 5;
	assert_ptr_equal(shakes_next(&f), v[0]);
	assert_ptr_equal(shakes_next(&f), v[10]);
	assert_ptr_equal(shakes_next(&f), v[1]);
	gone(v[11]); /* it waits no more */
	assert_ptr_equal(shakes_next(&f), v[2]);
	assert_ptr_equal(shakes_next(&f), v[3]);
	assert_null(shakes_next(&f));
	all_gone(v, 11);
	assert_null(f.shakers);
}

static void who_is_vouched_for_costs_nothing(void **state)
{
	static struct conn *v[CONNS];
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}};
	struct address a = {.n = 0};
	(void)state;
	for (uint32_t i = 0; i < 10 * BURST; i++) {
		struct conn *c = conn_at(&f, &a);
		assert_true(shakes_take(c));
		shakes_vouched(c);
		gone(c);
	}
	assert_int_equal(begin(&f, &a, BURST + 1, v), BURST);
	all_gone(v, 1);
}

/* An address without a connection is remembered for as long as it makes a difference. */
static void an_address_is_kept(void **state)
{
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}};
	struct address *a = mem_zalloc(1, sizeof *a), *b = mem_zalloc(1, sizeof *b), *found = NULL;
	(void)state;
	a->key[0] = 1;
	b->key[0] = 2;
	HASH_ADD(hh, f.addresses, key, ADDRESS_BYTES, a);
	HASH_ADD(hh, f.addresses, key, ADDRESS_BYTES, b);
	gone(conn_at(&f, b));
	shakes_keep(&f, b); /* it has begun none */
	assert_int_equal(HASH_COUNT(f.addresses), 1);
	struct conn *c = conn_at(&f, a);
	assert_true(shakes_take(c));
	gone(c);
	shakes_keep(&f, a);
	HASH_FIND(hh, f.addresses, a->key, ADDRESS_BYTES, found);
	assert_ptr_equal(found, a);
	shakes_back(&f, a);
	shakes_back(&f, a);
	assert_int_equal(f.nkept, 0);
	shakes_keep(&f, a);
	f.now_ms += 7000;
	shakes_forget(&f);
	assert_int_equal(f.nkept, 1);
	f.now_ms += 1000;
	shakes_forget(&f);
	assert_int_equal(f.nkept, 0);
	assert_null(f.addresses);
}

/* Who comes from ever new addresses takes no more memory than this. */
static void so_many_are_kept(void **state)
{
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}};
	(void)state;
	for (uint32_t i = 1; i <= 5000; i++) {
		struct address *a = mem_zalloc(1, sizeof *a);
		memcpy(a->key, &i, sizeof i);
		a->shakes_paid_ms = f.now_ms + 1;
		HASH_ADD(hh, f.addresses, key, ADDRESS_BYTES, a);
		shakes_keep(&f, a);
	}
	assert_int_equal(f.nkept, 4096);
	assert_int_equal(HASH_COUNT(f.addresses), 4096);
	f.now_ms += 10000;
	shakes_forget(&f);
	assert_null(f.addresses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_so_many),
		cmocka_unit_test(all_have_so_many_and_take_turns),
		cmocka_unit_test(who_is_vouched_for_costs_nothing),
		cmocka_unit_test(an_address_is_kept),
		cmocka_unit_test(so_many_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
