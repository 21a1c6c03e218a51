/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign load: what the pods of the node request that are no members, which host ports they have,
 * and how many they are. The
 * coordinator subtracts it from the node's capacity. */
#pragma once

#include "model/message.h"

/* One pod's share. */
struct pod_load {
	bool counts; /* the pod is alive, not terminal and no member */
	struct res *res;
	uint32_t nres;
	struct host_ports ports;
};

struct foreign {
	struct res *sums; /* the names are borrowed from the loads */
	uint32_t nsums, cap, pods;
	bool left_out, left_out_told; /* there are more than FOREIGN_NAMES_MAX names */
	struct res *node; /* what the node has, by name; NULL: not known yet, so all names count */
	uint32_t nnode;
	struct host_ports ports; /* at most NODE_PORTS_MAX, those with the lowest numbers */
	uint32_t ports_cap;
	bool dirty;   /* a load changed: the sums are out of date */
	bool changed; /* the sums differ from what was told */
	uint64_t hash;
};

enum { FOREIGN_NAMES_MAX = 64 }; /* as the wire takes them */

void foreign_done(struct foreign *f);
/* What the node has. A pod may ask for what the node does not have, and its kubelet takes no notice
 * (kubelet, removeMissingExtendedResources): such a name does not count. */
void foreign_set_node(struct foreign *f, const struct reslist *allocatable);
/* Sets one pod's load, a copy of what the pod has; pod is not read where counts is false. */
void foreign_set(struct foreign *f, struct pod_load *load, bool counts, const struct pod *pod);

/* A new sum: begin, add each load, end. End says whether the sums are others than before. */
void foreign_sum_begin(struct foreign *f);
void foreign_sum_add(struct foreign *f, const struct pod_load *load);
bool foreign_sum_end(struct foreign *f);

struct capacity foreign_capacity(const struct foreign *f); /* borrowed until the next sum */
