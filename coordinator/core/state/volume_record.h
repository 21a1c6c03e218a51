/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes of CSI drivers that claims of jobs are bound to, and the nodes where they are in use. */
#pragma once

#include "base/bitset.h"
#include "base/table.h"

/* Volumes as numbers, in rising order, each once. A number is made of the driver (16 bits) and of
 * a hash of driver and handle (48 bits). Where two volumes share it, a free volume counts as in
 * use. */
struct volume_keys {
	uint64_t *v;
	uint32_t n;
};

/* One volume, of all that name it. */
struct volume_use {
	UT_hash_handle hh;
	uint64_t key;
	uint32_t refs;
	struct bitset kubelets, members; /* nodes whose kubelet says so; nodes with a member that
					    has it */
};

struct volume_table {
	struct volume_use *all;
};
