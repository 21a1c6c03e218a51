/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the metrics: the record that the store and the renderer share. Not for others. */
#pragma once

#include <stdint.h>

#include "serve/families.h"

enum { METRIC_BUCKETS = 15 };

struct metric_bound {
	double le;
	const char *text; /* OpenMetrics' canonical float */
};
extern const struct metric_bound metric_bounds[METRIC_BUCKETS];

struct series {
	char *a, *b;
	double value; /* of a histogram: the sum */
	uint64_t count;
	uint64_t bucket[METRIC_BUCKETS]; /* not cumulated */
};

struct family {
	struct series *v;
	uint32_t n, cap;
};

struct metrics {
	enum metric_who who;
	struct family f[METRIC_N];
};
