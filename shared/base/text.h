/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of records that are mostly empty. A text is a copy of its own, or the shared "", which
 * costs no memory; so it is never NULL, and only text_free frees it. */
#pragma once

/* Replaces *p, a text or NULL, by a copy of s (NULL gives ""). s may be *p, or a part of it. */
void text_set(const char **p, const char *s);
void text_free(const char *p); /* NULL does nothing */
