/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/families.h"

#include "base/mem.h"

static const struct metric_rule rules[METRIC_N] = {
#define METRIC(id, name, type, who, label_a, label_b, help) \
	[METRIC_##id] = {name, METRIC_##type, METRIC_OF_##who, label_a, label_b, help},
#include "serve/metrics.def"
#undef METRIC
};

const struct metric_rule *metric_rule(enum metric id)
{
	must(id < METRIC_N);
	return &rules[id];
}
