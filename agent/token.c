/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/token.h"

#include <string.h>

#include "model/message.h"

void token_init(struct token_source *t, const char *path, const struct log *log)
{
	*t = (struct token_source){.path = path, .log = log, .text = BUF_INIT(TOKEN_BYTES_MAX)};
}

void token_done(struct token_source *t)
{
	buf_done(&t->text);
}

static void trim(struct buf *b)
{
	while (b->len > 0 && strchr(" \t\r\n", b->data[b->len - 1]))
		b->data[--b->len] = '\0';
}

static void tell_failure(struct token_source *t, const struct err *e)
{
	if (!t->failing)
		log_warn(t->log, "token not read, trying again", KS("file", t->path),
			 KS("error", e->msg));
	t->failing = true;
}

const char *token_get(struct token_source *t)
{
	struct err e = {0};
	if (!file_changed(t->path, &t->stamp) && t->text.len > 0)
		return buf_str(&t->text);
	AUTO(buf_done) struct buf b = BUF_INIT(TOKEN_BYTES_MAX);
	if (file_read(t->path, &b, &e) != RC_OK) {
		tell_failure(t, &e);
		return buf_str(&t->text);
	}
	trim(&b);
	t->failing = false;
	buf_reset(&t->text);
	buf_put(&t->text, buf_str(&b), b.len);
	return buf_str(&t->text);
}
