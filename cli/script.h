/* SPDX-License-Identifier: Apache-2.0 */
/* A script with #SBATCH and #MUSTER lines, as sbatch reads it: its options stand before the first
 * command. No I/O. What a line says and nobody knows is an error with the number of the line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum script_option {
#define OPTION(id, name, short_, who, becomes) SCRIPT_##id,
#include "cli/script.def"
#undef OPTION
	SCRIPT_OPTION_N
};

enum {
	SCRIPT_MAX = 16384, /* bytes: of one word of spec.command */
	SCRIPT_WORDS_MAX = 16,
	SCRIPT_VALUE_MAX = 1024,
};

struct script_value {
	char *text; /* NULL: not given */
	uint32_t line;
};

struct script {
	const char *text; /* all of it, borrowed */
	size_t len;
	struct script_value v[SCRIPT_OPTION_N];  /* the last one counts, as for sbatch */
	char *interpreter[SCRIPT_WORDS_MAX + 1]; /* of the first line, without "#!" */
	uint32_t late; /* the first #SBATCH or #MUSTER line behind a command; 0: none */
};

/* RC_BADREQUEST: "line N: …". script_done frees. */
enum rc script_parse(const char *text, size_t len, struct script *ret, struct err *e) must_use;
void script_done(struct script *s);
/* Appends a text so that a container's command has it as it is: Kubernetes makes $ of $$ and the
 * value of a variable of $(NAME), so a $ before $ or ( is doubled. */
void script_literal(struct buf *out, const char *s, size_t len);

/* Sizes as sbatch has them: a number of MB, or with K, M, G or T. In bytes. */
bool script_size(const char *s, uint64_t *ret_bytes);
/* Times as sbatch has them: M, M:S, H:M:S, D-H, D-H:M, D-H:M:S. In seconds, rounded up to whole
 * ones; 0 for 0, UNLIMITED and INFINITE: no limit. */
bool script_time(const char *s, uint64_t *ret_s);
