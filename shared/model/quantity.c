/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of apimachinery's resource.Quantity: number = digits[.digits], then a suffix (n u m k M G
 * T P E, Ki…Ei) or an exponent (e3, E3). Arithmetic in 128 bits, so that no order of operations
 * overflows before the clamp to int64. */
#include "model/quantity.h"

#include <string.h>

#include "base/mem.h"

typedef unsigned __int128 u128;

struct suffix {
	const char *text;
	int pow10; /* of a thousandth: "" is 3 */
	int pow2;
};

static const struct suffix suffixes[] = {
	{"n", -6, 0},  {"u", -3, 0},  {"m", 0, 0},   {"", 3, 0},    {"k", 6, 0},   {"M", 9, 0},
	{"G", 12, 0},  {"T", 15, 0},  {"P", 18, 0},  {"E", 21, 0},  {"Ki", 3, 10}, {"Mi", 3, 20},
	{"Gi", 3, 30}, {"Ti", 3, 40}, {"Pi", 3, 50}, {"Ei", 3, 60},
};

enum { DIGITS_MAX = 20, EXP_MAX = 40 }; /* 10^20 * 2^60 stays below 2^127 */

/* Up to DIGITS_MAX significant digits around a point; *ret_exp is the power of ten to apply. */
static const char *parse_number(const char *s, u128 *ret_value, int *ret_exp)
{
	int seen = 0, significant = 0;
	bool point = false;
	*ret_value = 0;
	*ret_exp = 0;
	for (;; s++) {
		if (*s == '.' && !point) {
			point = true;
			continue;
		}
		if (*s < '0' || *s > '9')
			return seen ? s : NULL;
		seen++;
		if (*ret_value || *s != '0')
			significant++;
		if (significant > DIGITS_MAX) {
			/* Digits that int64 cannot hold: the value only grows by them. */
			if (*s != '0' && significant == DIGITS_MAX + 1)
				*ret_value += 1;
			*ret_exp += point ? 0 : 1;
			continue;
		}
		*ret_value = *ret_value * 10 + (unsigned)(*s - '0');
		*ret_exp -= point;
	}
}

static bool parse_exponent(const char *s, int *ret)
{
	int sign = 1, n = 0;
	if ((*s != 'e' && *s != 'E') || !s[1])
		return false;
	s++;
	if (*s == '+' || *s == '-')
		sign = *s++ == '-' ? -1 : 1;
	if (!*s)
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n > EXP_MAX ? n : n * 10 + (*s - '0');
	*ret = sign * n;
	return !*s;
}

static bool parse_suffix(const char *s, int *ret_pow10, int *ret_pow2)
{
	*ret_pow2 = 0;
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		if (!strcmp(s, suffixes[i].text)) {
			*ret_pow10 = suffixes[i].pow10;
			*ret_pow2 = suffixes[i].pow2;
			return true;
		}
	}
	if (!parse_exponent(s, ret_pow10))
		return false;
	*ret_pow10 += 3;
	return true;
}

static int64_t clamp(u128 v)
{
	return v > (u128)INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* v * 10^pow10 * 2^pow2, rounded up, clamped. */
static int64_t scale(u128 v, int pow10, int pow2)
{
	for (; v && pow2 > 0; pow2--) {
		if (v > (u128)INT64_MAX && pow10 >= 0)
			return INT64_MAX;
		v *= 2;
	}
	for (; v && pow10 > 0; pow10--) {
		if (v > (u128)INT64_MAX)
			return INT64_MAX;
		v *= 10;
	}
	bool rest = false;
	for (; v && pow10 < 0; pow10++) {
		rest |= v % 10 != 0;
		v /= 10;
	}
	/* A positive value never becomes nothing: it rounds up. */
	return clamp(rest ? v + 1 : v);
}

enum rc quantity_parse(const char *s, int64_t *ret_milli)
{
	u128 value;
	int exp, pow10, pow2;
	if (*s == '+')
		s++;
	const char *rest = parse_number(s, &value, &exp);
	if (!rest || !parse_suffix(rest, &pow10, &pow2))
		return RC_MALFORMED;
	*ret_milli = scale(value, pow10 + exp, pow2);
	return RC_OK;
}

void quantity_format(struct buf *out, int64_t milli)
{
	static const char *const binary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
	unsigned i = 0;
	if (milli % 1000) {
		buf_printf(out, "%lldm", (long long)milli);
		return;
	}
	int64_t v = milli / 1000;
	while (v && v % 1024 == 0 && i + 1 < ARRAY_LEN(binary)) {
		v /= 1024;
		i++;
	}
	buf_printf(out, "%lld%s", (long long)v, binary[i]);
}

int64_t reslist_get(const struct reslist *l, const char *name)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].name, name))
			return l->v[i].milli;
	}
	return 0;
}

struct res *reslist_copy(const struct reslist *l)
{
	size_t bytes = 0;
	for (uint32_t i = 0; i < l->n; i++)
		bytes += strlen(l->v[i].name) + 1;
	struct res *v = mem_alloc(l->n * sizeof *v + bytes);
	char *at = (char *)(v + l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i].name) + 1;
		memcpy(at, l->v[i].name, len);
		v[i] = (struct res){at, l->v[i].milli};
		at += len;
	}
	return v;
}

static bool has_all_of(const struct reslist *a, const struct reslist *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		bool found = false;
		for (uint32_t j = 0; j < a->n && !found; j++)
			found = !strcmp(a->v[j].name, b->v[i].name) &&
				a->v[j].milli == b->v[i].milli;
		if (!found)
			return false;
	}
	return true;
}

bool reslist_eq(const struct reslist *a, const struct reslist *b)
{
	return a->n == b->n && has_all_of(a, b);
}
