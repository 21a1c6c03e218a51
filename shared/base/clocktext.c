/* SPDX-License-Identifier: Apache-2.0 */
/* Own arithmetic instead of gmtime/timegm: the pure rooms use no function that looks at the
 * environment (TZ). Days are counted in the proleptic Gregorian calendar from 0000-03-01. */
#include "base/clocktext.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000 };

static int64_t days_from_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil {
	int64_t year;
	int month, day, hour, minute, second, milli;
};

static struct civil civil_of(int64_t ms)
{
	int64_t days = ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
	int rest = (int)(ms - days * DAY_MS);
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (int)((5 * doy + 2) / 153);
	int month = mp < 10 ? mp + 3 : mp - 9;
	return (struct civil){yoe + era * 400 + (month <= 2),
			      month,
			      (int)(doy - (153 * mp + 2) / 5 + 1),
			      rest / 3600000,
			      rest / 60000 % 60,
			      rest / 1000 % 60,
			      rest % 1000};
}

static void format(int64_t wall_ms, const char *fraction_fmt, char *ret)
{
	struct civil c = civil_of(wall_ms);
	char frac[16] = "";
	if (fraction_fmt[0] == 'u')
		snprintf(frac, sizeof frac, ".%03d000", c.milli);
	else if (fraction_fmt[0] == 'm')
		snprintf(frac, sizeof frac, ".%03d", c.milli);
	snprintf(ret, CLOCKTEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", (int)c.year, c.month,
		 c.day, c.hour, c.minute, c.second, frac);
}

void clocktext_seconds(int64_t wall_ms, char ret[CLOCKTEXT_BYTES])
{
	format(wall_ms, "", ret);
}

void clocktext_micros(int64_t wall_ms, char ret[CLOCKTEXT_BYTES])
{
	format(wall_ms, "u", ret);
}

void clocktext_millis(int64_t wall_ms, char ret[CLOCKTEXT_BYTES])
{
	format(wall_ms, "m", ret);
}

/* Exactly n digits at *s. */
static bool digits(const char **s, int n, int *ret)
{
	*ret = 0;
	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*ret = *ret * 10 + (**s - '0');
	}
	return true;
}

static bool literal(const char **s, char c)
{
	return *(*s)++ == c;
}

static void fraction(const char **s, int *ret_milli)
{
	int scale = 100;
	if (**s != '.')
		return;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
		*ret_milli += (**s - '0') * scale;
}

/* "Z" or "+hh:mm"; the end of the string must follow. */
static bool zone(const char *s, int *ret_minutes)
{
	int h, m, sign = *s == '-' ? -1 : 1;
	*ret_minutes = 0;
	if (*s == 'Z' || *s == 'z')
		return !s[1];
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!digits(&s, 2, &h) || *s != ':' || (s++, !digits(&s, 2, &m)) || *s || h > 23 || m > 59)
		return false;
	*ret_minutes = sign * (h * 60 + m);
	return true;
}

static bool civil_valid(const struct civil *c)
{
	return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= 31 &&
	       c->hour < 24 && c->minute < 60 && c->second <= 60;
}

enum rc clocktext_parse(const char *s, int64_t *ret_wall_ms)
{
	struct civil c = {0};
	int year, offset;
	if (!digits(&s, 4, &year) || !literal(&s, '-') || !digits(&s, 2, &c.month) ||
	    !literal(&s, '-') || !digits(&s, 2, &c.day) || (*s != 'T' && *s != 't') ||
	    (s++, !digits(&s, 2, &c.hour)) || !literal(&s, ':') || !digits(&s, 2, &c.minute) ||
	    !literal(&s, ':') || !digits(&s, 2, &c.second))
		return RC_MALFORMED;
	c.year = year;
	fraction(&s, &c.milli);
	if (!zone(s, &offset) || !civil_valid(&c))
		return RC_MALFORMED;
	int64_t minutes = days_from_civil(c.year, c.month, c.day) * 1440 + c.hour * 60 + c.minute;
	*ret_wall_ms = (minutes - offset) * 60000 + c.second * 1000 + c.milli;
	return RC_OK;
}

/* One of "h", "m", "s", "ms" at s that comes after the unit before; its index, or -1. */
static int duration_unit(const char **s, int before)
{
	static const char *const units[] = {"h", "m", "s", "ms"};
	size_t len = strspn(*s, "hms");
	for (int i = before + 1; i < 4; i++) {
		if (strlen(units[i]) == len && !strncmp(units[i], *s, len)) {
			*s += len;
			return i;
		}
	}
	return -1;
}

enum rc clocktext_parse_duration(const char *s, int64_t *ret_ms)
{
	static const int64_t unit_ms[] = {3600000, 60000, 1000, 1};
	int64_t total = 0;
	int unit = -1;
	if (!strcmp(s, "0")) {
		*ret_ms = 0;
		return RC_OK;
	}
	if (!*s)
		return RC_MALFORMED;
	while (*s) {
		int64_t n = 0;
		const char *start = s;
		for (; *s >= '0' && *s <= '9' && n < INT64_C(1000000000); s++)
			n = n * 10 + (*s - '0');
		if (s == start || (unit = duration_unit(&s, unit)) < 0)
			return RC_MALFORMED;
		total += n * unit_ms[unit];
	}
	*ret_ms = total;
	return RC_OK;
}

int64_t whole_seconds(int64_t wall_ms)
{
	return wall_ms - ((wall_ms % 1000) + 1000) % 1000;
}
