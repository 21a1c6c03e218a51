/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of pod templates by their hash. Orders, pods and jobs carry only the hash; the text, up
 * to POD_BYTES_MAX, is kept once for all of them. The owner drops a text that nobody needs. */
#pragma once

#include "model/object.h"

struct template_text;

struct template_store { /* all zeros: empty */
	struct template_text *by_hash;
	const char **hashes; /* of the last list */
	uint32_t hashes_cap;
};

void template_store_done(struct template_store *s); /* empty afterwards */
const char *template_store_find(const struct template_store *s,
				const char *hash); /* NULL: unknown */
/* Copies both. A known hash keeps its text. Without a hash or a text nothing is kept. */
void template_store_keep(struct template_store *s, const char *hash, const char *text);
void template_store_drop(struct template_store *s, const char *hash);
uint32_t template_store_count(const struct template_store *s);
/* All hashes, the oldest first; borrowed until the next call of this store. */
struct strs template_store_hashes(struct template_store *s);
