/* SPDX-License-Identifier: Apache-2.0 */
/* The projected token that proves which node this is; read again when the file changes. */
#pragma once

#include "base/buf.h"
#include "base/log.h"
#include "os/file.h"

struct token_source {
	const char *path; /* borrowed */
	const struct log *log;
	struct file_stamp stamp;
	struct buf text;
	bool failing;
};

void token_init(struct token_source *t, const char *path, const struct log *log);
void token_done(struct token_source *t);
/* The newest token, borrowed until the next call; "" while there is none. A file that cannot be
 * read now leaves the token before it in use. */
const char *token_get(struct token_source *t);
