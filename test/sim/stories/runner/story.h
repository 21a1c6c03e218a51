/* SPDX-License-Identifier: Apache-2.0 */
/* Stories: a scenario in a readable file, run on virtual time, whose expectations and log lines
 * are compared. docs/design/0003-simulator.md has the words. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must.h"

/* RC_OK: it went as told. trace: its log goes to stdout as it comes. update: the log lines in the
 * file are written anew. */
enum rc story_run(const char *path, bool trace, bool update, struct err *e) must_use;
/* Tells all of them; RC_INVALID, with their names, if a reason of the table came up in none. */
enum rc story_reasons(char *const *paths, int n, struct err *e) must_use;
/* What the stories show, as a page of Markdown: docs/messages.md. */
enum rc story_page(char *const *paths, int n, struct buf *page, struct err *e) must_use;
