/* SPDX-License-Identifier: Apache-2.0 */
/* An agent has shown who it is within some 100 ms. Who has not after GRACE_MS is slow, or holds the
 * place on purpose. One of these, drawn at random, gives way when the places are full: a newcomer
 * is served, and who wants to hold all places has to come anew each second, from many addresses. A
 * newcomer takes no place from somebody who came just now: when thousands of agents come at once,
 * those that were first are served first. */
#include "link/front_places.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "link/front_budget.h"
#include "link/front_shakes.h"

enum {
	GRACE_MS = 1000,
	DRAWS = 16, /* if a quarter has had its time, 99 of 100 newcomers find one */
};

static void key_of(const struct sockaddr_storage *from, uint8_t ret[ADDRESS_BYTES])
{
	const struct in6_addr *six = &((const struct sockaddr_in6 *)from)->sin6_addr;
	const struct in_addr *four = &((const struct sockaddr_in *)from)->sin_addr;
	memset(ret, 0, ADDRESS_BYTES);
	ret[0] = 4;
	if (from->ss_family != AF_INET6) {
		memcpy(ret + 1, four, sizeof *four);
	} else if (IN6_IS_ADDR_V4MAPPED(six)) {
		memcpy(ret + 1, &six->s6_addr[12], sizeof *four);
	} else {
		ret[0] = 6;
		memcpy(ret + 1, six, 8);
	}
}

static struct address *address_find(const struct front *f, const uint8_t key[ADDRESS_BYTES])
{
	struct address *a = NULL;
	HASH_FIND(hh, f->addresses, key, ADDRESS_BYTES, a);
	return a;
}

/* One that is on its way into nng cannot be dropped. */
static bool gives_way(const struct conn *c, int64_t now_ms)
{
	return c->state != CONN_HANDING && now_ms - c->since_ms >= GRACE_MS;
}

static struct conn *draw(struct front *f, int64_t now_ms)
{
	for (int i = 0; i < DRAWS; i++) {
		struct conn *c = f->strangers[rng_below(&f->rng, f->nstrangers)];
		if (gives_way(c, now_ms))
			return c;
	}
	return NULL;
}

enum place_answer places_ask(struct front *f, const struct sockaddr_storage *from, int64_t now_ms,
			     struct conn **ret_whose)
{
	uint8_t key[ADDRESS_BYTES];
	key_of(from, key);
	const struct address *a = address_find(f, key);
	if (a && f->cfg.address_max > 0 && a->n >= f->cfg.address_max) {
		*ret_whose = a->first;
		return gives_way(a->first, now_ms) ? PLACE_OF : PLACE_ADDRESS_FULL;
	}
	if (f->nstrangers < f->cfg.strangers_max)
		return PLACE_FREE;
	*ret_whose = draw(f, now_ms);
	return *ret_whose ? PLACE_OF : PLACE_FULL;
}

static struct address *address_get(struct front *f, const struct sockaddr_storage *from)
{
	uint8_t key[ADDRESS_BYTES];
	key_of(from, key);
	struct address *a = address_find(f, key);
	if (a)
		return a;
	a = mem_zalloc(1, sizeof *a);
	memcpy(a->key, key, ADDRESS_BYTES);
	HASH_ADD(hh, f->addresses, key, ADDRESS_BYTES, a);
	return a;
}

void places_take(struct front *f, struct conn *c, const struct sockaddr_storage *from)
{
	struct place *p = &c->place;
	p->address = address_get(f, from);
	shakes_back(f, p->address);
	p->address->n++;
	DL_APPEND2(p->address->first, c, place.prev, place.next);
	HASH_ADD(place.hh, f->by_number, number, sizeof c->number, c);
	VEC_GROW(f->strangers, f->nstrangers, f->cap_strangers);
	p->index = f->nstrangers;
	f->strangers[f->nstrangers++] = c;
	atomic_store(&f->nplaces, f->nstrangers);
}

void places_leave(struct front *f, struct conn *c)
{
	struct place *p = &c->place;
	struct address *a = p->address;
	if (!a)
		return;
	shakes_leave(c);
	p->address = NULL;
	DL_DELETE2(a->first, c, place.prev, place.next);
	HASH_DELETE(place.hh, f->by_number, c);
	f->strangers[p->index] = f->strangers[--f->nstrangers];
	f->strangers[p->index]->place.index = p->index;
	atomic_store(&f->nplaces, f->nstrangers);
	if (--a->n == 0)
		shakes_keep(f, a);
}

void places_vouch(struct front *f, uint64_t number)
{
	struct conn *c = NULL;
	HASH_FIND(place.hh, f->by_number, &number, sizeof number, c);
	if (!c)
		return;
	shakes_vouched(c);
	places_leave(f, c);
	budget_vouched(c);
}
