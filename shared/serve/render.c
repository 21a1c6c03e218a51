/* SPDX-License-Identifier: Apache-2.0 */
/* The two expositions differ in two things: OpenMetrics names a counter's family without _total and
 * closes with # EOF. No help text holds a quote, which only OpenMetrics escapes there. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "serve/metrics.h"
#include "serve/metrics_store.h"

static void put_escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			buf_puts(out, "\\n");
		else if (*s == '\\' || *s == '"')
			buf_printf(out, "\\%c", *s);
		else /* the format is UTF-8 and our texts are ASCII; other bytes come from peers */
			buf_putc(out, (unsigned char)*s >= 0x80 ? '?' : *s);
	}
}

static void put_value(struct buf *out, double v)
{
	if (v == floor(v) && fabs(v) < 9007199254740992.0)
		buf_printf(out, " %.0f\n", v);
	else
		buf_printf(out, " %.9g\n", v);
}

struct line {
	const struct metric_rule *rule;
	const struct series *s;
	const char *suffix, *le;
};

static void put_label(struct buf *out, bool *first, const char *name, const char *value)
{
	buf_puts(out, *first ? "{" : ",");
	*first = false;
	buf_printf(out, "%s=\"", name);
	put_escaped(out, value);
	buf_putc(out, '"');
}

static void put_line(struct buf *out, const struct line *l, double value)
{
	bool first = true;
	buf_printf(out, "%s%s", l->rule->name, l->suffix);
	if (l->rule->label_a)
		put_label(out, &first, l->rule->label_a, l->s->a);
	if (l->rule->label_b)
		put_label(out, &first, l->rule->label_b, l->s->b);
	if (l->le)
		put_label(out, &first, "le", l->le);
	if (!first)
		buf_putc(out, '}');
	put_value(out, value);
}

static void put_histogram(struct buf *out, struct line l)
{
	uint64_t below = 0;
	l.suffix = "_bucket";
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		below += l.s->bucket[i];
		l.le = metric_bounds[i].text;
		put_line(out, &l, (double)below);
	}
	l.le = "+Inf";
	put_line(out, &l, (double)l.s->count);
	l.le = NULL;
	l.suffix = "_sum";
	put_line(out, &l, l.s->value);
	l.suffix = "_count";
	put_line(out, &l, (double)l.s->count);
}

static const char *type_text(enum metric_type t)
{
	static const char *const texts[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
	};
	return texts[t];
}

static void put_head(struct buf *out, const struct metric_rule *r, enum metrics_format format)
{
	static const char total[] = "_total";
	size_t len = strlen(r->name);
	if (format == METRICS_OPENMETRICS && r->type == METRIC_COUNTER) {
		must(len > sizeof total && !strcmp(r->name + len - (sizeof total - 1), total));
		len -= sizeof total - 1;
	}
	buf_printf(out, "# HELP %.*s ", (int)len, r->name);
	put_escaped(out, r->help);
	buf_printf(out, "\n# TYPE %.*s %s\n", (int)len, r->name, type_text(r->type));
}

void metrics_render(const struct metrics *m, enum metrics_format format, struct buf *out)
{
	for (int id = 0; id < METRIC_N; id++) {
		const struct metric_rule *r = metric_rule((enum metric)id);
		if (!(r->who & m->who))
			continue;
		put_head(out, r, format);
		for (uint32_t i = 0; i < m->f[id].n; i++) {
			struct line l = {.rule = r, .s = &m->f[id].v[i], .suffix = ""};
			if (r->type == METRIC_HISTOGRAM)
				put_histogram(out, l);
			else
				put_line(out, &l, l.s->value);
		}
	}
	if (format == METRICS_OPENMETRICS)
		buf_puts(out, "# EOF\n");
}
