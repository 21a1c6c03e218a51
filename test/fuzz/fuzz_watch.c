/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and watches from anywhere, cut anywhere: no crash, and the same items whatever the pieces.
 * Of each item less can be read.
 * The first byte says list or watch, the second how it is cut. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "kube/decode.h"
#include "kube/reduce.h"
#include "kube/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct taken {
	struct buf text;
	struct arena *arena; /* NULL: not decoded again */
};

static void decode_item(struct arena *a, const json_t *o, bool lines)
{
	static struct decoded d;
	for (unsigned kind = 0; kind < API_KIND_N; kind++) {
		struct err e;
		arena_reset(a);
		enum rc rc =
			decode_object((enum api_kind)kind, lines ? json_object_get(o, "object") : o,
				      "i:1", a, &d, &e);
		must(rc == RC_OK || rc == RC_MALFORMED || rc == RC_TOOBIG);
	}
}

/* What a tree can be made of is an object (or a frame) of which less can be read, as JSON again.
 * The text is of the exact size. */
static void reduce_item(const char *text, size_t len, bool good)
{
	for (unsigned i = 0; i < 2 * API_KIND_N; i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(SPLIT_ITEM_MAX);
		enum rc rc = reduce((enum api_kind)(i / 2), i % 2, text, len, &out);
		must(rc == RC_OK || rc == RC_TOOBIG || rc == RC_MALFORMED);
		must(!good || rc != RC_MALFORMED);
		AUTO(js_freep) json_t *o = rc == RC_OK ? js_load(out.data, out.len, NULL) : NULL;
		must(!good || rc != RC_OK || o);
	}
}

static bool take(void *self, const char *text, size_t len)
{
	struct taken *t = self;
	must(text && strlen(text) <= len);
	buf_put(&t->text, text, len);
	buf_putc(&t->text, '|');
	AUTO(js_freep) json_t *o = t->arena ? js_load(text, len, NULL) : NULL;
	if (t->arena) {
		AUTO(mem_freep) char *copy = mem_alloc(len ? len : 1);
		memcpy(copy, text, len);
		/* jansson passes over a NUL behind a number, which no JSON has. */
		reduce_item(copy, len, json_is_object(o) && !memchr(text, 0, len));
	}
	if (o)
		decode_item(t->arena, o, text[0] == '{' && strstr(text, "\"type\""));
	return true;
}

/* What the pieces gave, owned by the caller. */
static struct buf split(const uint8_t *data, size_t len, bool lines, struct rng *rng,
			struct arena *arena)
{
	struct taken t = {.text = BUF_INIT(8 << 20), .arena = arena};
	struct splitter s;
	enum rc rc = RC_OK;
	splitter_init(&s, lines, &t, take);
	for (size_t i = 0; i < len && rc == RC_OK;) {
		size_t n = rng ? 1 + rng_below(rng, 16) : len;
		n = n < len - i ? n : len - i;
		rc = splitter_feed(&s, (const char *)data + i, n);
		i += n;
	}
	/* A rest that is too big is noticed at the end of a piece: earlier in small ones. */
	buf_printf(&t.text, "%s", rc == RC_OK ? str_or_empty(splitter_rest(&s)) : "");
	if (rc != RC_OK)
		buf_reset(&t.text);
	splitter_done(&s);
	return t.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct arena arena = ARENA_INIT(4 << 20);
	if (len < 2)
		return 0;
	struct rng rng = {data[1]};
	bool lines = data[0] & 1;
	AUTO(buf_done) struct buf whole = split(data + 2, len - 2, lines, NULL, &arena);
	AUTO(buf_done) struct buf pieces = split(data + 2, len - 2, lines, &rng, NULL);
	must(!strcmp(buf_str(&whole), buf_str(&pieces)) || !whole.len || !pieces.len);
	arena_done(&arena);
	return 0;
}
