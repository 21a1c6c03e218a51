/* SPDX-License-Identifier: Apache-2.0 */
/* A bump allocator with a hard cap: what one turn or one decoded object needs, freed at once.
 * Allocations are aligned for any type and zeroed. Past the cap, alloc returns NULL and toobig
 * stays set until reset. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	size_t used; /* bytes given out since the last reset */
	size_t max;  /* cap on used */
	bool toobig;
};

#define ARENA_INIT(max_bytes) ((struct arena){.max = (max_bytes)})

void *arena_alloc(struct arena *a, size_t size);               /* NULL past the cap */
char *arena_strdup(struct arena *a, const char *s);            /* NULL past the cap or for NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n); /* NULL past the cap */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a); /* frees all but one small block */
void arena_done(struct arena *a);  /* frees all */
