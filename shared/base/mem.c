/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *mem_realloc(void *p, size_t n, size_t size)
{
	size_t total;
	must(!__builtin_mul_overflow(n, size, &total));
	void *q = realloc(p, total ? total : 1);
	must(q);
	return q;
}

void *mem_alloc(size_t size)
{
	return mem_realloc(NULL, 1, size);
}

void *mem_zalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	must(p);
	return p;
}

char *mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);
	memcpy(p, s, n);
	p[n] = 0;
	return p;
}

char *mem_strdup(const char *s)
{
	s = str_or_empty(s);
	return mem_strndup(s, strlen(s));
}

void mem_strset(char **p, const char *s)
{
	char *copy = mem_strdup(s);
	free(*p);
	*p = copy;
}

void mem_freep(void *pp)
{
	void *p;
	memcpy(&p, pp, sizeof p);
	free(p);
}

int str_eq(const char *a, const char *b)
{
	return !strcmp(str_or_empty(a), str_or_empty(b));
}
