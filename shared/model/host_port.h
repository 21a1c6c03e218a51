/* SPDX-License-Identifier: Apache-2.0 */
/* Host ports: ports of a node that a pod takes for itself. A host port is one number, made of
 * protocol, address and port, so that a node's ports are a short list in records and frames. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	POD_PORTS_MAX = 256,  /* of one pod that Muster makes */
	NODE_PORTS_MAX = 512, /* of one node that an agent tells */
};

struct host_ports { /* in rising order, each once */
	uint64_t *v;
	uint32_t n;
};

/* Absent protocol and address (NULL, "") are TCP and all addresses, 0.0.0.0. The address is told as
 * 46 bits of a hash, which are part of the agent protocol: where two addresses share them, a free
 * port counts as taken. */
uint64_t host_port(const char *protocol, const char *address, uint16_t port);
/* Protocol and port: what ports have in common that may conflict. */
uint32_t host_port_key(uint64_t port);
/* Whether no two pods of a node may have both: same protocol and port, and the same address or all
 * addresses on either side (HostPortInfo.CheckConflict of kube-scheduler; the kubelet uses it too).
 */
bool host_port_conflicts(uint64_t a, uint64_t b);
/* The first port of a that conflicts with one of b; 0: there is none. */
uint64_t host_ports_conflict(const struct host_ports *a, const struct host_ports *b);
/* Puts n ports in order and leaves out what is there twice. Returns how many are left. */
uint32_t host_ports_sort(uint64_t *v, uint32_t n);
/* A copy, which the caller frees. */
struct host_ports host_ports_copy(const struct host_ports *p);
bool host_ports_same(const struct host_ports *a, const struct host_ports *b);
/* The number as it is told to people, and its protocol: "TCP"… */
uint16_t host_port_number(uint64_t port);
const char *host_port_protocol(uint64_t port);
