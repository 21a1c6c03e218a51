/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static const char empty[] = "";

void text_set(const char **p, const char *s)
{
	const char *old = *p;
	*p = *str_or_empty(s) ? mem_strdup(s) : empty;
	text_free(old);
}

void text_free(const char *p)
{
	if (p != empty)
		free((void *)(uintptr_t)p); /* not empty: made by text_set, which alone owns it */
}
