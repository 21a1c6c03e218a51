/* SPDX-License-Identifier: Apache-2.0 */
/* Interned strings: equal strings share one small id, counted by reference, so that tables hold
 * numbers. Ids are dense, from 1, and used again after their last put; 0 is "none". */
#pragma once

#include <stdint.h>

struct intern;

struct intern *intern_new(void);
struct intern *intern_free(struct intern *t); /* NULL in, NULL out */
uint32_t intern_get(struct intern *t,
		    const char *s); /* takes a reference; NULL and "" get an id too */
uint32_t intern_find(const struct intern *t, const char *s); /* 0 when unknown; no reference */
const char *intern_str(const struct intern *t, uint32_t id); /* "" for 0 */
void intern_ref(struct intern *t, uint32_t id);              /* 0 is ignored */
void intern_put(struct intern *t, uint32_t id);              /* 0 is ignored */
uint32_t intern_count(const struct intern *t);
