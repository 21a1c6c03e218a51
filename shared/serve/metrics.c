/* SPDX-License-Identifier: Apache-2.0 */
/* The store: a few series for each family, found by walking them, since there are never many. */
#include "serve/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "serve/metrics_store.h"

const struct metric_bound metric_bounds[METRIC_BUCKETS] = {
	{0.001, "0.001"}, {0.0025, "0.0025"}, {0.005, "0.005"}, {0.01, "0.01"}, {0.025, "0.025"},
	{0.05, "0.05"},   {0.1, "0.1"},       {0.25, "0.25"},   {0.5, "0.5"},   {1, "1.0"},
	{2.5, "2.5"},     {5, "5.0"},         {10, "10.0"},     {30, "30.0"},   {60, "60.0"},
};

static struct series *add(struct family *f, const char *a, const char *b)
{
	VEC_GROW(f->v, f->n, f->cap);
	struct series *s = &f->v[f->n++];
	*s = (struct series){.a = mem_strdup(a), .b = mem_strdup(b)};
	return s;
}

struct metrics *metrics_new(enum metric_who who)
{
	struct metrics *m = mem_zalloc(1, sizeof *m);
	m->who = who;
	/* What has no labels is there from the start, at 0, so that rates can be computed. */
	for (int id = 0; id < METRIC_N; id++) {
		const struct metric_rule *r = metric_rule((enum metric)id);
		if (!r->label_a && (r->who & who))
			add(&m->f[id], NULL, NULL);
	}
	return m;
}

void metrics_clear(struct metrics *m, enum metric id)
{
	if (!m)
		return;
	struct family *f = &m->f[id];
	for (uint32_t i = 0; i < f->n; i++) {
		free(f->v[i].a);
		free(f->v[i].b);
	}
	f->n = 0;
}

struct metrics *metrics_free(struct metrics *m)
{
	for (int id = 0; m && id < METRIC_N; id++) {
		metrics_clear(m, (enum metric)id);
		free(m->f[id].v);
	}
	free(m);
	return NULL;
}

/* Labels are given exactly where the family has them: anything else is our own bug. */
static void check_labels(const struct metric_rule *r, const char *a, const char *b)
{
	must(!r->label_a == !a);
	must(!r->label_b == !b);
}

static struct series *series(struct metrics *m, enum metric id, const char *a, const char *b)
{
	check_labels(metric_rule(id), a, b);
	struct family *f = &m->f[id];
	for (uint32_t i = 0; i < f->n; i++) {
		if (str_eq(f->v[i].a, a) && str_eq(f->v[i].b, b))
			return &f->v[i];
	}
	if (f->n >= METRIC_SERIES_MAX || strlen(str_or_empty(a)) > METRIC_LABEL_MAX ||
	    strlen(str_or_empty(b)) > METRIC_LABEL_MAX) {
		m->f[METRIC_METRICS_DROPPED].v[0].value++;
		return NULL;
	}
	return add(f, a, b);
}

void metrics_set(struct metrics *m, enum metric id, const char *a, const char *b, double value)
{
	struct series *s = m ? series(m, id, a, b) : NULL;
	if (!s)
		return;
	must(metric_rule(id)->type != METRIC_HISTOGRAM);
	/* A counter never goes back, whatever the program's own count does. */
	if (metric_rule(id)->type == METRIC_GAUGE || value > s->value)
		s->value = value;
}

void metrics_add(struct metrics *m, enum metric id, const char *a, const char *b, double delta)
{
	struct series *s = m ? series(m, id, a, b) : NULL;
	if (!s)
		return;
	must(metric_rule(id)->type != METRIC_HISTOGRAM);
	must(metric_rule(id)->type == METRIC_GAUGE || delta >= 0);
	s->value += delta;
}

void metrics_observe(struct metrics *m, enum metric id, const char *a, const char *b,
		     double seconds)
{
	struct series *s = m ? series(m, id, a, b) : NULL;
	if (!s)
		return;
	must(metric_rule(id)->type == METRIC_HISTOGRAM);
	s->count++;
	s->value += seconds;
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		if (seconds <= metric_bounds[i].le) {
			s->bucket[i]++;
			return;
		}
	}
}
