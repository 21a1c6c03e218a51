/* SPDX-License-Identifier: Apache-2.0 */
/* Host ports that requests ask for, and the nodes where they are taken. */
#pragma once

#include "base/bitset.h"
#include "base/table.h"
#include "model/host_port.h"

/* One port, of any request that asks for it. */
struct asked_port {
	struct asked_port *next; /* of the same protocol and number, with another address */
	uint64_t port;
	uint32_t refs;
	struct bitset foreign, members; /* nodes where a pod of others, or a member, has it */
};

struct port_key {
	UT_hash_handle hh;
	uint32_t key; /* host_port_key */
	struct asked_port *asked;
};

struct port_table {
	struct port_key *keys;
};
