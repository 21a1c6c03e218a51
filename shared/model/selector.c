/* SPDX-License-Identifier: Apache-2.0 */
#include "model/selector.h"

#include <string.h>

#include "base/mem.h"

const char *kvs_get(const struct kvs *l, const char *key)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].key, key))
			return l->v[i].val;
	}
	return NULL;
}

static bool strs_have(const struct strs *l, const char *s)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i], s))
			return true;
	}
	return false;
}

/* An optional minus and digits, as far as int64 reaches: a larger number is none. */
static bool parse_int(const char *s, int64_t *ret)
{
	int64_t n = 0;
	bool minus = *s == '-';
	size_t digits = strspn(s += minus, "0123456789");
	if (!digits || s[digits])
		return false;
	for (; *s; s++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s - '0', &n))
			return false;
	}
	*ret = minus ? -n : n;
	return true;
}

/* Gt and Lt: both sides integers, else no match (component-helpers nodeaffinity). */
static bool compares(const struct sel_expr *e, const char *value)
{
	int64_t have, want;
	if (!value || e->values.n != 1 || !parse_int(value, &have) ||
	    !parse_int(e->values.v[0], &want))
		return false;
	return e->op == SEL_GT ? have > want : have < want;
}

bool sel_expr_matches_value(const struct sel_expr *e, const char *value)
{
	switch (e->op) {
	case SEL_IN: return value && strs_have(&e->values, value);
	case SEL_NOT_IN: return !value || !strs_have(&e->values, value);
	case SEL_EXISTS: return value;
	case SEL_DOES_NOT_EXIST: return !value;
	case SEL_GT:
	case SEL_LT: return compares(e, value);
	}
	return false;
}

bool toleration_tolerates(const struct toleration *t, const struct taint *taint)
{
	if (t->effect != EFFECT_ANY && t->effect != taint->effect)
		return false;
	/* core/v1: an empty key with Exists matches every taint. */
	if (!*str_or_empty(t->key))
		return t->exists;
	if (!str_eq(t->key, taint->key))
		return false;
	return t->exists || str_eq(t->value, taint->value);
}

static bool tolerated(const struct taint *taint, const struct toleration *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (toleration_tolerates(&v[i], taint))
			return true;
	}
	return false;
}

bool taint_blocks(const struct taint *taint, const struct toleration *v, uint32_t n)
{
	if (taint->effect != EFFECT_NO_SCHEDULE && taint->effect != EFFECT_NO_EXECUTE)
		return false;
	return !tolerated(taint, v, n);
}

/* As kube-scheduler scores (TaintToleration). */
bool taint_avoids(const struct taint *taint, const struct toleration *v, uint32_t n)
{
	return taint->effect == EFFECT_PREFER_NO_SCHEDULE && !tolerated(taint, v, n);
}

int64_t tolerations_stay_ms(const struct toleration *v, uint32_t n, const char *key)
{
	const struct taint taint = {key, "", EFFECT_NO_EXECUTE};
	for (uint32_t i = 0; i < n; i++) {
		if (!toleration_tolerates(&v[i], &taint))
			continue;
		if (v[i].timed)
			return v[i].seconds * 1000;
		return *str_or_empty(v[i].key) ? INT64_MAX : -1;
	}
	return -1;
}

static bool domain_is(const char *key, size_t len, const char *domain)
{
	size_t dlen = strlen(domain);
	if (len < dlen || memcmp(key + len - dlen, domain, dlen) != 0)
		return false;
	return len == dlen || key[len - dlen - 1] == '.';
}

bool label_may_overlay(const char *key)
{
	const char *slash = strchr(key, '/');
	size_t len = slash ? (size_t)(slash - key) : 0;
	return !domain_is(key, len, "kubernetes.io") && !domain_is(key, len, "k8s.io");
}
