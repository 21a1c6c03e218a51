/* SPDX-License-Identifier: Apache-2.0 */
#include "model/host_port.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

/* Bits 0-15: the port; 16-17: the protocol; 18-63: the address, 0 for all of them. */
enum { PROTOCOL_SHIFT = 16, ADDRESS_SHIFT = 18, PROTOCOL_OTHER = 3 };

static const char *const protocols[] = {"TCP", "UDP", "SCTP", "other"};

static uint64_t protocol_of(const char *s)
{
	for (uint64_t i = 0; i < PROTOCOL_OTHER; i++) {
		if (str_eq(s, protocols[i]))
			return i;
	}
	return *str_or_empty(s) ? PROTOCOL_OTHER : 0;
}

static uint64_t address_of(const char *s)
{
	if (!*str_or_empty(s) || str_eq(s, "0.0.0.0"))
		return 0;
	uint64_t h = hash_str(0, s) >> ADDRESS_SHIFT;
	return h ? h : 1;
}

uint64_t host_port(const char *protocol, const char *address, uint16_t port)
{
	return address_of(address) << ADDRESS_SHIFT | protocol_of(protocol) << PROTOCOL_SHIFT |
	       port;
}

uint32_t host_port_key(uint64_t port)
{
	return (uint32_t)(port & ((1U << ADDRESS_SHIFT) - 1));
}

bool host_port_conflicts(uint64_t a, uint64_t b)
{
	uint64_t of_a = a >> ADDRESS_SHIFT, of_b = b >> ADDRESS_SHIFT;
	return host_port_key(a) == host_port_key(b) && (of_a == of_b || !of_a || !of_b);
}

uint64_t host_ports_conflict(const struct host_ports *a, const struct host_ports *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		for (uint32_t k = 0; k < b->n; k++) {
			if (host_port_conflicts(a->v[i], b->v[k]))
				return a->v[i];
		}
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

uint32_t host_ports_sort(uint64_t *v, uint32_t n)
{
	uint32_t k = 0;
	if (n)
		qsort(v, n, sizeof *v, by_number);
	for (uint32_t i = 0; i < n; i++) {
		if (!i || v[i] != v[i - 1])
			v[k++] = v[i];
	}
	return k;
}

struct host_ports host_ports_copy(const struct host_ports *p)
{
	uint64_t *v = p->n ? mem_alloc(p->n * sizeof *v) : NULL;
	if (v)
		memcpy(v, p->v, p->n * sizeof *v);
	return (struct host_ports){v, p->n};
}

bool host_ports_same(const struct host_ports *a, const struct host_ports *b)
{
	return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof *a->v));
}

uint16_t host_port_number(uint64_t port)
{
	return (uint16_t)port;
}

const char *host_port_protocol(uint64_t port)
{
	return protocols[port >> PROTOCOL_SHIFT & PROTOCOL_OTHER];
}
