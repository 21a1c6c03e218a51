/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of nodes, and what members need of them. */
#pragma once

#include <stdint.h>

enum { RES_CPU, RES_MEMORY, RES_PODS, RES_EPHEMERAL, RES_NAMES_MAX = 1024 };
/* The rows of a node: the Node's allocatable, the ComputeNode's spec, what pods that are no members
 * use, what such pods are promised, what Muster may use (the result of these four), what it might
 * use without such pods, what members use. */
enum res_row {
	ROW_ALLOC,
	ROW_SPEC,
	ROW_FOREIGN,
	ROW_NOMINATED,
	ROW_CAP,
	ROW_WHOLE,
	ROW_USED,
	ROW_N
};
enum { RES_ABSENT = -1 };
/* What a ComputeNode lists in each map of resources: maxProperties in the CRD. */
enum { RES_LISTED_MAX = 64 };

/* How much of one resource a member's pod requests. */
struct need {
	uint32_t res;
	int64_t milli;
};

struct needs {
	struct need *v;
	uint32_t n;
};

/* The names of resources, numbered in the order in which they came. When there are too many, the
 * numbers of names that are not used any more are given to others. */
struct resource_table {
	char *names[RES_NAMES_MAX]; /* NULL: the number is free */
	uint32_t n, cap;            /* cap: the length of the rows of every node */
	uint32_t nfree;
	uint32_t version; /* changes with each new name */
	uint32_t sweeps;  /* changes when numbers became free */
	int64_t full_ms; /* no number became free then: they are not looked through again so soon */
};
