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
	c->since_ms = f->now_ms;
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
	f.now_ms += 250;
	for (int i = 0; i < 3; i++) /* the first come first */
		assert_ptr_equal(shakes_next(&f), v[i]);
	assert_null(shakes_next(&f));
	assert_null(f.shakers);
	all_gone(v, 3);
	f.now_ms += 750;
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

/* The oldest may have given up by the end of its handshake; a flood must not keep it waiting. */
static void in_a_late_line_every_other_is_the_newest(void **state)
{
	static struct conn *v[CONNS];
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}};
	struct address a = {.n = 0};
	(void)state;
	begin(&f, &a, BURST + 5, v);
	f.now_ms += 501;
	assert_ptr_equal(shakes_next(&f), v[4]);
	assert_ptr_equal(shakes_next(&f), v[0]);
	assert_ptr_equal(shakes_next(&f), v[3]);
	assert_ptr_equal(shakes_next(&f), v[1]);
	assert_ptr_equal(shakes_next(&f), v[2]);
	assert_null(shakes_next(&f));
	all_gone(v, 5);
}

/* How much a turn begins depends on how long it takes. */
static void a_turn_has_a_moment(void **state)
{
	static struct conn *v[CONNS];
	struct front f = {.now_ms = 1000000, .cfg = {.address_max = 128}, .shakes_us = 50000};
	struct address a = {.n = 0};
	(void)state;
	assert_int_equal(begin(&f, &a, BURST + 2, v), 0);
	assert_null(shakes_next(&f));
	f.shakes_us = 0; /* the next turn */
	for (uint32_t i = 0; i < BURST; i++)
		assert_ptr_equal(shakes_next(&f), v[i]);
	/* Who waited for the turn alone is not counted as delayed; who waits for its address is. */
	assert_int_equal(f.shakes_delayed, 0);
	assert_null(shakes_next(&f));
	assert_null(shakes_next(&f));
	assert_int_equal(f.shakes_delayed, 1);
	f.now_ms += 62;
	assert_ptr_equal(shakes_next(&f), v[BURST]);
	assert_null(shakes_next(&f));
	assert_int_equal(f.shakes_delayed, 2);
	all_gone(v, BURST + 2);
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

/* ---- many agents behind one address ---- */

enum { AGENTS = 500, PLACES = 128, PATIENCE_MS = 3000, TICK_MS = 10 };

/* One agent: it dials, gives up after 3 s, and comes again later and later. */
struct dialer {
	struct conn *conn; /* NULL: it pauses, or is connected */
	int64_t since_ms, next_ms;
	uint32_t tries;
	bool begun, connected;
};

struct crowd {
	struct front f;
	struct address address;
	struct rng rng;
	struct dialer v[AGENTS];
	struct dialer *working; /* whose handshake the machine is at */
	int64_t work_ms;        /* how long one takes */
	int64_t done_ms;
	uint32_t connected;
};

static void leave(struct crowd *w, struct dialer *d)
{
	int64_t ms = d->tries < 5 ? INT64_C(200) << d->tries : 5000;
	if (w->working == d)
		w->working = NULL;
	gone(d->conn);
	d->conn = NULL;
	d->begun = false;
	d->tries++;
	d->next_ms = w->f.now_ms + ms / 2 + (int64_t)rng_below(&w->rng, (uint64_t)ms / 2);
}

/* As front_places.c: the oldest gives way after a second. */
static bool place(struct crowd *w)
{
	struct dialer *oldest = NULL;
	if (w->address.n < PLACES)
		return true;
	for (uint32_t i = 0; i < AGENTS; i++) {
		struct dialer *d = &w->v[i];
		if (d->conn && (!oldest || d->since_ms < oldest->since_ms))
			oldest = d;
	}
	if (w->f.now_ms - oldest->since_ms < 1000)
		return false;
	leave(w, oldest);
	return true;
}

static void begins(struct crowd *w, struct dialer *d)
{
	d->begun = true;
	w->working = d;
	w->done_ms = w->f.now_ms + w->work_ms;
	w->f.shakes_us = w->work_ms * 1000; /* a turn has one */
}

static void come(struct crowd *w, struct dialer *d)
{
	if (!place(w)) {
		d->next_ms = w->f.now_ms + 200 + (int64_t)rng_below(&w->rng, 5000);
		return;
	}
	d->since_ms = w->f.now_ms;
	d->conn = conn_at(&w->f, &w->address);
	if (shakes_take(d->conn))
		begins(w, d);
}

static void work(struct crowd *w)
{
	if (w->working && w->f.now_ms >= w->done_ms) {
		struct dialer *d = w->working;
		w->working = NULL;
		d->connected = true;
		w->connected++;
		shakes_vouched(d->conn);
		gone(d->conn);
		d->conn = NULL;
	}
	w->f.shakes_us = w->working ? w->work_ms * 1000 : 0;
	struct conn *c = shakes_next(&w->f);
	for (uint32_t i = 0; c && i < AGENTS; i++) {
		if (w->v[i].conn == c)
			begins(w, &w->v[i]);
	}
}

static void look(struct crowd *w, struct dialer *d)
{
	if (d->connected)
		return;
	if (d->conn && w->f.now_ms - d->since_ms > PATIENCE_MS)
		leave(w, d); /* the front sees the end: it waits in the line no more */
	else if (!d->conn && w->f.now_ms >= d->next_ms)
		come(w, d);
}

/* On a machine that has time for few handshakes, too, an agent comes in for each of them. */
static void all_behind_one_address_come_in(void **state)
{
	static const int64_t work_ms[] = {70, 100, 200};
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(work_ms); k++) {
		struct crowd *w = mem_zalloc(1, sizeof *w);
		w->f = (struct front){.now_ms = 1000000, .cfg = {.address_max = PLACES}};
		w->rng.s = 1;
		w->work_ms = work_ms[k];
		int64_t end_ms = w->f.now_ms + 3 * AGENTS * work_ms[k];
		while (w->connected < AGENTS && w->f.now_ms < end_ms) {
			w->f.now_ms += TICK_MS;
			for (uint32_t i = 0; i < AGENTS; i++)
				look(w, &w->v[i]);
			work(w);
		}
		assert_int_equal(w->connected, AGENTS);
		free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_so_many),
		cmocka_unit_test(all_have_so_many_and_take_turns),
		cmocka_unit_test(in_a_late_line_every_other_is_the_newest),
		cmocka_unit_test(a_turn_has_a_moment),
		cmocka_unit_test(who_is_vouched_for_costs_nothing),
		cmocka_unit_test(an_address_is_kept),
		cmocka_unit_test(so_many_are_kept),
		cmocka_unit_test(all_behind_one_address_come_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
