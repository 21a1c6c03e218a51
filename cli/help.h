/* SPDX-License-Identifier: Apache-2.0 */
/* Help, man page and completion, all made from the tables of commands and flags. */
#pragma once

#include "base/buf.h"
#include "cli/command.h"

/* command: NULL for the whole program. */
void help_put(struct buf *out, const struct command *c);
void help_man(struct buf *out); /* troff, the page kubectl-muster(1) */
/* The words that may stand at the end of words[0…n), of which the last one is begun: one a line,
 * then
 * ":" and kubectl's directive. */
void help_complete(struct buf *out, const char *const *words, uint32_t n);
/* The script of a shell; RC_BADREQUEST if it is unknown. */
enum rc help_completion(struct buf *out, const char *shell, struct err *e) must_use;

enum rc completion_run(struct session *s, struct err *e) must_use;
enum rc help_run(struct session *s, struct err *e) must_use;
enum rc version_run(struct session *s, struct err *e) must_use;
