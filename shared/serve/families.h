/* SPDX-License-Identifier: Apache-2.0 */
/* The families of metrics, as serve/metrics.def lists them. */
#pragma once

enum metric {
#define METRIC(id, name, type, who, label_a, label_b, help) METRIC_##id,
#include "serve/metrics.def"
#undef METRIC
	METRIC_N
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
enum metric_who { METRIC_OF_COORDINATOR = 1, METRIC_OF_AGENT = 2, METRIC_OF_BOTH = 3 };

struct metric_rule {
	const char *name; /* of the family; a counter's ends in _total */
	enum metric_type type;
	enum metric_who who;
	const char *label_a, *label_b; /* NULL: none */
	const char *help;
};
const struct metric_rule *metric_rule(enum metric id); /* never NULL */
