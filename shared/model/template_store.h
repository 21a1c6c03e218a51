/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of pod templates by their name, which is the namespace and the hash: what one namespace
 * asks for is never taken for what another one does. Orders, pods and jobs carry only the hash; the
 * text, up to POD_BYTES_MAX, is kept once for all of a namespace. The owner drops a text that
 * nobody needs. */
#pragma once

#include "model/object.h"

struct template_text;

struct template_store { /* all zeros: empty */
	struct template_text *by_name;
	const char **names; /* of the last list */
	uint32_t names_cap;
};

/* "namespace/hash"; the hash alone where no namespace is known (coordinators up to 0.1 do not tell
 * it).
 * "" without a hash. Owned. */
char *template_name(const char *ns, const char *hash);

void template_store_done(struct template_store *s); /* empty afterwards */
const char *template_store_find(const struct template_store *s,
				const char *name); /* NULL: unknown */
/* Copies both. A known name keeps its text. Without a name or a text nothing is kept. */
void template_store_keep(struct template_store *s, const char *name, const char *text);
void template_store_drop(struct template_store *s, const char *name);
uint32_t template_store_count(const struct template_store *s);
/* All names, the oldest first; borrowed until the next call of this store. */
struct strs template_store_names(struct template_store *s);
