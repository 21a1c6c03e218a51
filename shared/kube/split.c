/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/split.h"

#include <string.h>

#include "base/mem.h"

void splitter_init(struct splitter *s, bool lines, void *self,
		   bool (*on_item)(void *self, const char *text, size_t len))
{
	*s = (struct splitter){.lines = lines,
			       .item = BUF_INIT(SPLIT_ITEM_MAX),
			       .rest = BUF_INIT(SPLIT_REST_MAX),
			       .key = BUF_INIT(SPLIT_REST_MAX),
			       .self = self,
			       .on_item = on_item};
}

void splitter_done(struct splitter *s)
{
	buf_done(&s->item);
	buf_done(&s->rest);
	buf_done(&s->key);
}

/* Passes the item on and keeps only a small buffer. */
static enum rc emit(struct splitter *s)
{
	bool whole = buf_rc(&s->item) == RC_OK;
	bool go_on = s->on_item(s->self, whole ? buf_str(&s->item) : NULL, s->item.len);
	enum rc rc = go_on ? RC_OK : RC_CANCELED;
	if (s->item.cap > 64 * 1024)
		buf_done(&s->item);
	else
		buf_reset(&s->item);
	return rc;
}

static enum rc feed_lines(struct splitter *s, const char *data, size_t len)
{
	while (len) {
		const char *end = memchr(data, '\n', len);
		size_t n = end ? (size_t)(end - data) : len;
		buf_put(&s->item, data, n);
		enum rc rc = end && (s->item.len || s->item.toobig) ? emit(s) : RC_OK;
		if (rc != RC_OK)
			return rc;
		n += end != NULL;
		data += n;
		len -= n;
	}
	return RC_OK;
}

/* Takes a character of a string, which is kept as the key at the top level. */
static void in_string(struct splitter *s, char c)
{
	if (s->escaped)
		s->escaped = false;
	else if (c == '\\')
		s->escaped = true;
	else if (c == '"')
		s->in_string = false;
	if (s->in_string && s->depth == 1 && !s->expect_value)
		buf_putc(&s->key, c);
}

static void open_bracket(struct splitter *s, char c)
{
	if (s->depth == 1 && c == '[' && s->expect_value && !strcmp(buf_str(&s->key), "items"))
		s->in_items = true;
	else if (s->depth == 2 && s->in_items)
		s->in_item = true;
	s->depth++;
}

/* True if this character closed an item. */
static bool close_bracket(struct splitter *s)
{
	s->depth--;
	if (s->depth == 1)
		s->in_items = false;
	return s->in_item && s->depth == 2;
}

static void top_level(struct splitter *s, char c)
{
	if (s->depth != 1)
		return;
	if (c == ':')
		s->expect_value = true;
	if (c == ',') {
		s->expect_value = false;
		buf_reset(&s->key);
	}
}

/* Takes one character. True if it closed an item; it still belongs to the item. */
static bool step(struct splitter *s, char c)
{
	if (s->in_string)
		in_string(s, c);
	else if (c == '"')
		s->in_string = true;
	else if (c == '{' || c == '[')
		open_bracket(s, c);
	else if (c == '}' || c == ']')
		return close_bracket(s);
	else
		top_level(s, c);
	return false;
}

/* Copies items in runs, not by character. */
static enum rc feed_list(struct splitter *s, const char *data, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i < len; i++) {
		bool was_in_item = s->in_item, ended = step(s, data[i]);
		if (s->in_item && !was_in_item)
			from = i;
		/* Between items there are only commas and white space, which are dropped. */
		if (!s->in_item && (!s->in_items || s->depth < 2 || data[i] == '['))
			buf_putc(&s->rest, data[i]);
		if (!ended)
			continue;
		buf_put(&s->item, data + from, i + 1 - from);
		s->in_item = false;
		enum rc rc = emit(s);
		if (rc != RC_OK)
			return rc;
	}
	if (s->in_item)
		buf_put(&s->item, data + from, len - from);
	return buf_rc(&s->rest);
}

enum rc splitter_feed(struct splitter *s, const char *data, size_t len)
{
	return s->lines ? feed_lines(s, data, len) : feed_list(s, data, len);
}

const char *splitter_rest(struct splitter *s)
{
	return s->depth == 0 && s->rest.len && !s->in_string ? buf_str(&s->rest) : NULL;
}
