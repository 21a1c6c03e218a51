/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "base/runs.h"

enum { SECOND = 1000, MINUTE = 60, HOUR = 3600, DAY = 86400, YEAR = 365 * 86400 };

/* Two units, the second one left out where it is 0. */
static void two(struct buf *out, int64_t s, int64_t unit, char name, int64_t less, char less_name)
{
	buf_printf(out, "%lld%c", (long long)(s / unit), name);
	if (s % unit / less)
		buf_printf(out, "%lld%c", (long long)(s % unit / less), less_name);
}

static void one(struct buf *out, int64_t s, int64_t unit, char name)
{
	buf_printf(out, "%lld%c", (long long)(s / unit), name);
}

void text_span(struct buf *out, int64_t ms)
{
	int64_t s = ms > 0 ? ms / SECOND : 0;
	if (s < 2 * MINUTE)
		one(out, s, 1, 's');
	else if (s < 10 * MINUTE)
		two(out, s, MINUTE, 'm', 1, 's');
	else if (s < 3 * HOUR)
		one(out, s, MINUTE, 'm');
	else if (s < 8 * HOUR)
		two(out, s, HOUR, 'h', MINUTE, 'm');
	else if (s < 2 * DAY)
		one(out, s, HOUR, 'h');
	else if (s < 8 * DAY)
		two(out, s, DAY, 'd', HOUR, 'h');
	else if (s < 2 * (int64_t)YEAR)
		one(out, s, DAY, 'd');
	else if (s < 8 * (int64_t)YEAR)
		two(out, s, YEAR, 'y', DAY, 'd');
	else
		one(out, s, YEAR, 'y');
}

void text_since(struct buf *out, int64_t then_ms, int64_t now_ms)
{
	if (then_ms)
		text_span(out, now_ms - then_ms);
	else
		buf_putc(out, '-');
}

/* v in parts of unit, with digits behind the point, cut down; zeros at the end are left out. */
static void decimal(struct buf *out, int64_t v, int64_t unit, int digits)
{
	int64_t scale = 1, whole = v / unit, rest = v % unit;
	for (int i = 0; i < digits; i++)
		scale *= 10;
	int64_t part = (int64_t)((__int128)rest * scale / unit);
	while (digits && part % 10 == 0) {
		part /= 10;
		digits--;
	}
	buf_printf(out, "%lld", (long long)whole);
	if (digits)
		buf_printf(out, ".%0*lld", digits, (long long)part);
}

void text_memory(struct buf *out, int64_t milli)
{
	int64_t bytes = milli / 1000;
	if (bytes >= 1 << 30)
		decimal(out, bytes, 1 << 30, 1);
	else
		decimal(out, bytes, bytes >= 1 << 20 ? 1 << 20 : 1 << 10, 0);
	buf_puts(out, bytes >= 1 << 30 ? "Gi" : bytes >= 1 << 20 ? "Mi" : bytes ? "Ki" : "");
}

void text_cpus(struct buf *out, int64_t milli)
{
	decimal(out, milli, 1000, 2);
}

/* ---- names of hosts ---- */

struct host { /* a name, cut before the digits at its end */
	size_t prefix;
	uint64_t number;
	size_t digits; /* 0: it ends with no number that fits */
};

static struct host host_of(const char *s)
{
	struct host h = {.prefix = strlen(s)};
	while (h.prefix && isdigit((unsigned char)s[h.prefix - 1]) && h.digits < 18) {
		h.prefix--;
		h.digits++;
	}
	for (const char *p = s + h.prefix; *p; p++)
		h.number = h.number * 10 + (uint64_t)(*p - '0');
	return h;
}

static int by_host(const void *pa, const void *pb)
{
	const char *a = *(const char *const *)pa, *b = *(const char *const *)pb;
	struct host x = host_of(a), y = host_of(b);
	size_t least = x.prefix < y.prefix ? x.prefix : y.prefix;
	int c = memcmp(a, b, least);
	if (c || x.prefix != y.prefix)
		return c ? c : x.prefix < y.prefix ? -1 : 1;
	if (x.digits != y.digits)
		return x.digits < y.digits ? -1 : 1;
	return x.number < y.number ? -1 : x.number > y.number;
}

/* Numbers of as many digits are of one group: node-7 and node-07 are two hosts. */
static bool together(const char *a, const char *b)
{
	struct host x = host_of(a), y = host_of(b);
	return x.digits && x.digits == y.digits && x.prefix == y.prefix && !memcmp(a, b, x.prefix);
}

/* Appends the run of numbers at v[0…n) and returns how many names are in it. */
static uint32_t put_run(struct buf *out, const char **v, uint32_t n)
{
	uint32_t len = 1;
	while (len < n && host_of(v[len]).number == host_of(v[len - 1]).number + 1)
		len++;
	buf_puts(out, v[0] + host_of(v[0]).prefix);
	if (len > 1)
		buf_printf(out, "-%s", v[len - 1] + host_of(v[0]).prefix);
	return len;
}

/* Appends v[0…n), all of one prefix, in groups of runs; stops behind max bytes. Returns how many.
 */
static uint32_t put_group(struct buf *out, const char **v, uint32_t n, size_t max)
{
	uint32_t i = 0;
	if (n == 1) {
		buf_puts(out, v[0]);
		return 1;
	}
	buf_printf(out, "%.*s[", (int)host_of(v[0]).prefix, v[0]);
	while (i < n && (!i || out->len < max)) {
		buf_puts(out, i ? "," : "");
		i += put_run(out, v + i, n - i);
	}
	buf_putc(out, ']');
	return i;
}

void text_hosts(struct buf *out, const char **v, uint32_t n, size_t max)
{
	uint32_t i = 0;
	size_t end = out->len + max;
	if (n)
		qsort(v, n, sizeof *v, by_host);
	while (i < n && (!i || out->len < end)) {
		uint32_t len = 1;
		while (i + len < n && together(v[i], v[i + len]))
			len++;
		buf_puts(out, i ? "," : "");
		i += put_group(out, v + i, len, end);
	}
	if (i < n)
		buf_printf(out, ",+%u", n - i);
}

/* ---- what people write ---- */

bool text_number(const char *s, uint32_t max, uint32_t *ret)
{
	uint64_t v = 0;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > max)
			return false;
	}
	*ret = (uint32_t)v;
	return true;
}

/* runs_parse wants the order of numbers and a hyphen for three and more; people do not. */
static bool add_part(const char *s, size_t len, uint32_t max, struct runs *ret)
{
	AUTO(mem_freep) char *first = mem_strndup(s, len);
	char *hyphen = strchr(first, '-');
	uint32_t a, b;
	if (hyphen)
		*hyphen = 0;
	if (!text_number(first, max, &a) || !text_number(hyphen ? hyphen + 1 : first, max, &b) ||
	    a > b)
		return false;
	for (uint32_t i = a; i <= b; i++)
		runs_add(ret, i);
	return true;
}

enum rc text_indexes(const char *s, uint32_t max, struct runs *ret, struct err *e)
{
	for (const char *p = s;; p++) {
		size_t len = strcspn(p, ",");
		if (!add_part(p, len, max, ret)) {
			runs_done(ret);
			return err_set(
				e, RC_BADREQUEST,
				"\"%.100s\" is no selection of indexes up to %u; write 3,5-9", s,
				max);
		}
		p += len;
		if (!*p)
			return RC_OK;
	}
}

enum rc text_parse_span(const char *s, int64_t *ret_ms, struct err *e)
{
	uint32_t seconds;
	if (text_number(s, INT32_MAX, &seconds)) {
		*ret_ms = (int64_t)seconds * 1000;
		return RC_OK;
	}
	if (clocktext_parse_duration(s, ret_ms) == RC_OK)
		return RC_OK;
	return err_set(e, RC_BADREQUEST,
		       "\"%.100s\" is no time; write 30s, 5m or a number of seconds", s);
}
