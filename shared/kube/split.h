/* SPDX-License-Identifier: Apache-2.0 */
/* Splits an answer that arrives in pieces of any size, without parsing it: a list into its items
 * and the rest (metadata may come after the items), a watch into its lines. Each item is
 * complete when it is passed on. Bounds: SPLIT_ITEM_MAX bytes for an item or line (a longer one
 * is dropped and reported as NULL), SPLIT_REST_MAX for the rest of a list (RC_TOOBIG). */
#pragma once

#include "base/buf.h"

enum { SPLIT_ITEM_MAX = 3 * 1024 * 1024, SPLIT_REST_MAX = 64 * 1024 };

struct splitter {
	bool lines; /* a watch */
	struct buf item, rest, key;
	int depth;
	bool in_string, escaped, in_items, in_item, expect_value;
	void *self;
	/* Called with one item or line, terminated, or with NULL for one that is too long. False
	 * stops the split (feed returns RC_CANCELED). */
	bool (*on_item)(void *self, const char *text, size_t len);
};

void splitter_init(struct splitter *s, bool lines, void *self,
		   bool (*on_item)(void *self, const char *text, size_t len));
void splitter_done(struct splitter *s);
enum rc splitter_feed(struct splitter *s, const char *data, size_t len) must_use;
/* At the end of a list: the document without its items ("items":[]), or NULL if it is
 * incomplete. */
const char *splitter_rest(struct splitter *s);
