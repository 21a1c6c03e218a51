/* SPDX-License-Identifier: Apache-2.0 */
/* Memory. Small fixed allocations abort on NULL; sizes that a peer can influence are capped by the
 * caller before they come here. AUTO frees at the end of the scope; STEAL takes it out. */
#pragma once

#include <stddef.h>

#include "base/must.h"

#define AUTO(fn) __attribute__((cleanup(fn)))
#define STEAL(p)                             \
	({                                   \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* All abort when memory is out or the size overflows; a zero size gives a valid pointer. */
void *mem_alloc(size_t size) must_use;
void *mem_zalloc(size_t n, size_t size) must_use;
void *mem_realloc(void *p, size_t n, size_t size) must_use;
char *mem_strdup(const char *s) must_use; /* NULL gives "" */
char *mem_strndup(const char *s, size_t n) must_use;
/* Replaces *p by a copy of s (NULL gives ""). */
void mem_strset(char **p, const char *s);
void mem_freep(void *pp); /* for AUTO: frees *(void **)pp */

/* Makes room for one more in a dynamic array of a at least doubling capacity. */
#define VEC_GROW(v, n, cap)                                         \
	do {                                                        \
		if ((n) >= (cap)) {                                 \
			(cap) = (cap) ? (cap) * 2 : 8;              \
			(v) = mem_realloc((v), (cap), sizeof *(v)); \
		}                                                   \
	} while (0)

/* s, or "" when NULL. */
static inline const char *str_or_empty(const char *s)
{
	return s ? s : "";
}
int str_eq(const char *a, const char *b); /* NULL equals "" */
