/* SPDX-License-Identifier: Apache-2.0 */
#include "refmatch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool number(const char *s, long long *ret)
{
	char *end;
	*ret = strtoll(s, &end, 10);
	return *s && !*end;
}

static bool listed(const struct sel_expr *e, const char *value)
{
	for (uint32_t i = 0; i < e->values.n; i++) {
		if (!strcmp(e->values.v[i], value))
			return true;
	}
	return false;
}

bool ref_expr_holds(const struct sel_expr *e, const char *have)
{
	long long a, b;
	switch (e->op) {
	case SEL_IN: return have && listed(e, have);
	case SEL_NOT_IN: return !have || !listed(e, have);
	case SEL_EXISTS: return have;
	case SEL_DOES_NOT_EXIST: return !have;
	case SEL_GT: return have && number(have, &a) && number(e->values.v[0], &b) && a > b;
	case SEL_LT: return have && number(have, &a) && number(e->values.v[0], &b) && a < b;
	}
	return false;
}

bool ref_tolerates(const struct toleration *v, uint32_t n, const struct taint *t)
{
	for (uint32_t i = 0; i < n; i++) {
		bool any_key = !v[i].key || !*v[i].key;
		if (v[i].effect != EFFECT_ANY && v[i].effect != t->effect)
			continue;
		if (any_key ? v[i].exists
			    : !strcmp(v[i].key, t->key) &&
				      (v[i].exists || str_eq(v[i].value, t->value)))
			return true;
	}
	return false;
}

bool ref_repels(const struct taint *t, const struct toleration *v, uint32_t n)
{
	return t->effect != EFFECT_PREFER_NO_SCHEDULE && !ref_tolerates(v, n, t);
}

/* "7" or "3-5", all above *above, which is the last one then. */
static bool put_part(struct bitset *b, const char *part, long long *above, uint32_t below)
{
	char *end;
	long long from = strtoll(part, &end, 10), to = from;
	if (!isdigit((unsigned char)*part))
		return false;
	if (*end == '-' && !isdigit((unsigned char)end[1]))
		return false;
	if (*end == '-')
		to = strtoll(end + 1, &end, 10);
	if (*end || from <= *above || to < from || to >= (long long)below)
		return false;
	for (*above = from - 1; *above < to;)
		bitset_set(b, (uint32_t)++*above);
	return true;
}

bool ref_indexes(struct bitset *ret, const char *text, uint32_t below)
{
	long long above = -1;
	bool good = true;
	bitset_zero(ret);
	for (const char *p = text; good && *text; p = strchr(p, ',') + 1) {
		size_t len = strcspn(p, ",");
		char part[32] = "";
		good = len < sizeof part;
		if (good)
			memcpy(part, p, len);
		good = good && put_part(ret, part, &above, below);
		if (!p[len])
			break;
	}
	if (!good)
		bitset_zero(ret);
	return good;
}
