/* SPDX-License-Identifier: Apache-2.0 */
/* Who has a place at the port, and who gives it up. */
#include "link/front_places.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "link/front_shakes.h"
#include "test/lib/check.h"

enum { ALL = 64, ADDRESS = 8, MANY = 4096 };

struct port {
	struct front f;
	struct conn conns[MANY];
	uint32_t n;
};

static struct port *port_new(void)
{
	struct port *p = mem_zalloc(1, sizeof *p);
	p->f.now_ms = 1000000;
	p->f.cfg.strangers_max = ALL;
	p->f.cfg.address_max = ADDRESS;
	p->f.rng = (struct rng){7};
	return p;
}

static void port_free(struct port *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		places_leave(&p->f, &p->conns[i]);
	p->f.now_ms += 3600000;
	shakes_forget(&p->f);
	assert_null(p->f.addresses);
	free(p->f.strangers);
	free(p);
}

static struct sockaddr_storage four(uint32_t last)
{
	struct sockaddr_storage s = {.ss_family = AF_INET};
	((struct sockaddr_in *)&s)->sin_addr.s_addr = htonl(0x0a000000U + last);
	return s;
}

static struct sockaddr_storage six(const char *text)
{
	struct sockaddr_storage s = {.ss_family = AF_INET6};
	assert_int_equal(inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&s)->sin6_addr), 1);
	return s;
}

/* A stranger comes as the port lets it: who gives way goes first. */
static enum place_answer come(struct port *p, struct sockaddr_storage from, struct conn **ret_whose)
{
	struct conn *whose = NULL;
	enum place_answer answer = places_ask(&p->f, &from, p->f.now_ms, &whose);
	*ret_whose = answer == PLACE_OF ? whose : NULL;
	if (*ret_whose)
		places_leave(&p->f, whose);
	if (answer != PLACE_FREE && answer != PLACE_OF)
		return answer;
	struct conn *c = &p->conns[p->n++];
	assert_in_range(p->n, 0, MANY);
	*c = (struct conn){.front = &p->f, .number = p->n, .since_ms = p->f.now_ms};
	places_take(&p->f, c, &from);
	return answer;
}

static void an_address_has_so_many(void **state)
{
	struct port *p = port_new();
	struct conn *whose;
	(void)state;
	for (int i = 0; i < ADDRESS; i++)
		assert_int_equal(come(p, four(1), &whose), PLACE_FREE);
	p->f.now_ms += 999;
	assert_int_equal(come(p, four(1), &whose), PLACE_ADDRESS_FULL);
	assert_int_equal(come(p, four(2), &whose), PLACE_FREE);
	p->f.now_ms += 1;
	assert_int_equal(come(p, four(1), &whose), PLACE_OF); /* the oldest of that address */
	assert_ptr_equal(whose, &p->conns[0]);
	assert_int_equal(p->f.nstrangers, ADDRESS + 1);
	port_free(p);
}

static void all_have_so_many(void **state)
{
	struct port *p = port_new();
	struct conn *whose;
	(void)state;
	for (uint32_t i = 0; i < ALL; i++)
		assert_int_equal(come(p, four(i), &whose), PLACE_FREE);
	p->f.now_ms += 999;
	assert_int_equal(come(p, four(9999), &whose), PLACE_FULL);
	p->f.now_ms += 1;
	for (uint32_t i = 0; i < 200; i++) {
		enum place_answer a = come(p, four(10000 + i), &whose);
		assert_true(a == PLACE_OF || a == PLACE_FULL);
		assert_true(!whose || p->f.now_ms - whose->since_ms >= 1000);
		assert_int_equal(p->f.nstrangers, ALL);
	}
	port_free(p);
}

/* One that is on its way to the program does not give way. */
static void who_is_handed_over_stays(void **state)
{
	struct port *p = port_new();
	struct conn *whose;
	(void)state;
	for (int i = 0; i < ADDRESS; i++)
		come(p, four(1), &whose);
	p->conns[0].state = CONN_HANDING;
	p->f.now_ms += 5000;
	assert_int_equal(come(p, four(1), &whose), PLACE_ADDRESS_FULL);
	p->conns[0].state = CONN_GONE;
	port_free(p);
}

/* Who has shown a good token takes no stranger's place, and has an agent's budget. */
static void who_is_vouched_for_has_no_place(void **state)
{
	struct port *p = port_new();
	struct conn *whose;
	(void)state;
	for (int i = 0; i < ADDRESS; i++)
		come(p, four(1), &whose);
	places_vouch(&p->f, p->conns[3].number);
	assert_null(p->conns[3].place.address);
	assert_int_equal(p->f.nstrangers, ADDRESS - 1);
	assert_true(p->conns[3].budget.bytes > 1024 * 1024);
	assert_int_equal(come(p, four(1), &whose), PLACE_FREE);
	places_vouch(&p->f, 987654321);
	port_free(p);
}

/* A machine has all addresses of a /64; an IPv4 address in IPv6 form is itself. */
static void addresses(void **state)
{
	struct port *p = port_new();
	struct conn *whose;
	(void)state;
	for (int i = 0; i < ADDRESS; i++)
		come(p, six(i % 2 ? "2001:db8::1" : "2001:db8::ffff:2"), &whose);
	assert_int_equal(come(p, six("2001:db8::3"), &whose), PLACE_ADDRESS_FULL);
	assert_int_equal(come(p, six("2001:db8:0:1::3"), &whose), PLACE_FREE);
	for (int i = 0; i < ADDRESS; i++)
		come(p, four(5), &whose);
	assert_int_equal(come(p, six("::ffff:10.0.0.5"), &whose), PLACE_ADDRESS_FULL);
	assert_int_equal(come(p, six("::ffff:10.0.0.6"), &whose), PLACE_FREE);
	port_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_so_many),
		cmocka_unit_test(all_have_so_many),
		cmocka_unit_test(who_is_handed_over_stays),
		cmocka_unit_test(who_is_vouched_for_has_no_place),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
