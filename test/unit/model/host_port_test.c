/* SPDX-License-Identifier: Apache-2.0 */
/* Which host ports conflict, and lists of them. */
#include "test/lib/check.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/host_port.h"

/* HostPortInfo.CheckConflict of kube-scheduler. */
static void which_ones_conflict(void **state)
{
	static const struct {
		const char *name;
		const char *protocol_a, *address_a;
		uint16_t a;
		const char *protocol_b, *address_b;
		uint16_t b;
		bool conflict;
	} cases[] = {
		{"the same", "TCP", "", 80, "TCP", "", 80, true},
		{"TCP by default", NULL, NULL, 80, "TCP", NULL, 80, true},
		{"another port", NULL, NULL, 80, NULL, NULL, 81, false},
		{"another protocol", "UDP", NULL, 80, NULL, NULL, 80, false},
		{"SCTP", "SCTP", NULL, 80, "SCTP", NULL, 80, true},
		{"one that nobody knows is not TCP", "QUIC", NULL, 80, "TCP", NULL, 80, false},
		{"another address", NULL, "10.0.0.1", 80, NULL, "10.0.0.2", 80, false},
		{"the same address", NULL, "10.0.0.1", 80, NULL, "10.0.0.1", 80, true},
		{"all addresses", NULL, "0.0.0.0", 80, NULL, "10.0.0.1", 80, true},
		{"all on the other side", NULL, "10.0.0.1", 80, NULL, NULL, 80, true},
		{"an address of IPv6", NULL, "fd00::1", 80, NULL, "fd00::2", 80, false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t a = host_port(cases[i].protocol_a, cases[i].address_a, cases[i].a);
		uint64_t b = host_port(cases[i].protocol_b, cases[i].address_b, cases[i].b);
		CASE(cases[i].name, host_port_conflicts(a, b) == cases[i].conflict);
		CASE(cases[i].name, host_port_conflicts(b, a) == cases[i].conflict);
		CASE(cases[i].name, host_port_number(a) == cases[i].a);
	}
	assert_string_equal(host_port_protocol(host_port(NULL, "10.0.0.1", 80)), "TCP");
	assert_string_equal(host_port_protocol(host_port("UDP", NULL, 65535)), "UDP");
	/* Part of the agent protocol: agents and coordinators of all versions make the same. */
	assert_true(host_port(NULL, NULL, 80) == 80);
	assert_true(host_port("UDP", NULL, 53) == (1U << 16 | 53));
	assert_true(host_port(NULL, "10.0.0.1", 80) == UINT64_C(0x6e1fbd99e1880050));
}

static void lists(void **state)
{
	uint64_t v[] = {90, 80, 90, 70}, other[] = {71, 80};
	(void)state;
	struct host_ports a = {v, host_ports_sort(v, ARRAY_LEN(v))}, b = {other, 2}, none = {0};
	assert_int_equal(a.n, 3);
	assert_true(v[0] == 70 && v[1] == 80 && v[2] == 90);
	assert_int_equal(host_ports_sort(NULL, 0), 0);
	assert_int_equal(host_ports_conflict(&a, &b), 80);
	assert_int_equal(host_ports_conflict(&a, &none), 0);
	struct host_ports copy = host_ports_copy(&a), empty = host_ports_copy(&none);
	assert_true(host_ports_same(&copy, &a));
	assert_false(host_ports_same(&copy, &b));
	copy.v[0]++;
	assert_false(host_ports_same(&copy, &a));
	assert_true(host_ports_same(&empty, &none));
	free(copy.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_ones_conflict),
		cmocka_unit_test(lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
