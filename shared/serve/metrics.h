/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics: every family stands in serve/metrics.def (name, type, labels, help, which program), from
 * which docs/metrics.md is generated. A program sets values whenever it likes, mostly right before
 * a scrape. One thread. Bounds: METRIC_SERIES_MAX series a family and METRIC_LABEL_MAX bytes a
 * label value; what passes them is counted in muster_metrics_dropped_total and otherwise ignored,
 * so that no peer makes the program grow. Nothing here fails. */
#pragma once

#include "base/buf.h"
#include "serve/families.h"

enum { METRIC_SERIES_MAX = 64, METRIC_LABEL_MAX = 64 };

struct metrics;

struct metrics *metrics_new(enum metric_who who); /* who: one program; only its families render */
struct metrics *metrics_free(struct metrics *m);
/* a and b are the values of the family's labels, NULL where it has none. m may be NULL. */
/* The value as it is now (of a counter: its absolute total, never less than before). */
void metrics_set(struct metrics *m, enum metric id, const char *a, const char *b, double value);
void metrics_add(struct metrics *m, enum metric id, const char *a, const char *b, double delta);
/* Histograms: one observation, in seconds. */
void metrics_observe(struct metrics *m, enum metric id, const char *a, const char *b,
		     double seconds);
/* Forgets the family's series (a gauge whose label values are gone). */
void metrics_clear(struct metrics *m, enum metric id);
/* process_*: from /proc; called by serve before each scrape. */
void metrics_process(struct metrics *m);

enum metrics_format { METRICS_OPENMETRICS, METRICS_PROMETHEUS };
/* The whole exposition: OpenMetrics 1.0 (ends in "# EOF") or Prometheus text 0.0.4. */
void metrics_render(const struct metrics *m, enum metrics_format format, struct buf *out);
