/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/metrics.md from serve/metrics.def to standard output. */
#include <stdio.h>

#include "serve/metrics.h"

static const char head[] =
	"# Metrics\n\n"
	"Both programs serve their metrics at `/metrics`, as OpenMetrics text. A scraper whose "
	"`Accept`\n"
	"names only the Prometheus text format gets that format. A family has at most 64 series; "
	"values\n"
	"beyond are dropped and counted in `muster_metrics_dropped_total`.\n\n"
	"This page is generated from `shared/serve/metrics.def`\n"
	"(`build/dev/bin/muster-metrics-doc > docs/metrics.md`).\n";

/* Markdown takes <error> for an HTML tag, and shows nothing. */
static void put_text(const char *s)
{
	for (; *s; s++)
		printf(*s == '<' ? "\\%c" : "%c", *s);
}

static void put_section(const char *title, enum metric_who who)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	printf("\n## %s\n\n| name | type | labels | meaning |\n|---|---|---|---|\n", title);
	for (int id = 0; id < METRIC_N; id++) {
		const struct metric_rule *r = metric_rule((enum metric)id);
		if (r->who != who)
			continue;
		printf("| `%s` | %s | %s%s%s | ", r->name, types[r->type],
		       r->label_a ? r->label_a : "", r->label_b ? ", " : "",
		       r->label_b ? r->label_b : "");
		put_text(r->help);
		puts(" |");
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
