/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK_BYTES = 4096, ALIGN = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

static struct arena_block *block_new(struct arena *a, size_t size)
{
	size_t n = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *b = mem_alloc(sizeof *b + n);
	*b = (struct arena_block){.next = a->head, .size = n};
	a->head = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t n = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (a->toobig || size > a->max || n > a->max || a->used > a->max - n) {
		a->toobig = true;
		return NULL;
	}
	struct arena_block *b = a->head;
	if (!b || b->size - b->used < n)
		b = block_new(a, n);
	void *p = b->data + b->used;
	b->used += n;
	a->used += n;
	memset(p, 0, n);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);
	if (p)
		memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;
	if (keep && keep->size > BLOCK_BYTES)
		keep = NULL;
	free_blocks(keep ? keep->next : a->head);
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->head = keep;
	a->used = 0;
	a->toobig = false;
}

void arena_done(struct arena *a)
{
	free_blocks(a->head);
	*a = ARENA_INIT(a->max);
}
