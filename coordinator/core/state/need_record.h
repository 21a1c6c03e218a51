/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of nodes, and what members need of them. */
#pragma once

#include <stdint.h>

enum { RES_CPU, RES_MEMORY, RES_PODS, RES_EPHEMERAL, RES_NAMES_MAX = 128 };
/* The rows of a node: the Node's allocatable, the ComputeNode's spec, what pods that are no members
 * use, what Muster may use (the result of these three), what members use. */
enum res_row { ROW_ALLOC, ROW_SPEC, ROW_FOREIGN, ROW_CAP, ROW_USED, ROW_N };
enum { RES_ABSENT = -1 };

/* How much of one resource a member's pod requests. */
struct need {
	uint32_t res;
	int64_t milli;
};

struct needs {
	struct need *v;
	uint32_t n;
};
