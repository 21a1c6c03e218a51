/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/metrics.md from serve/metrics.def to standard output. */
#include <stdio.h>

#include "serve/metrics.h"

static const char head[] =
	"# Metrics\n\n"
	"Both programs serve these at `/metrics`: OpenMetrics text, or the Prometheus text format "
	"for\n"
	"a scraper whose `Accept` names only that. This page is generated from\n"
	"`shared/serve/metrics.def` (`build/dev/bin/muster-metrics-doc > docs/metrics.md`).\n\n"
	"A family has at most 64 series; what would pass that is counted in\n"
	"`muster_metrics_dropped_total`.\n";

static void put_section(const char *title, enum metric_who who)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	printf("\n## %s\n\n| name | type | labels | meaning |\n|---|---|---|---|\n", title);
	for (int id = 0; id < METRIC_N; id++) {
		const struct metric_rule *r = metric_rule((enum metric)id);
		if (r->who != who)
			continue;
		printf("| `%s` | %s | %s%s%s | %s |\n", r->name, types[r->type],
		       r->label_a ? r->label_a : "", r->label_b ? ", " : "",
		       r->label_b ? r->label_b : "", r->help);
	}
}

int main(void)
{
	fputs(head, stdout);
	put_section("Both programs", METRIC_OF_BOTH);
	put_section("Coordinator", METRIC_OF_COORDINATOR);
	put_section("Agent", METRIC_OF_AGENT);
	return fflush(stdout) ? 1 : 0;
}
