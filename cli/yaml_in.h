/* SPDX-License-Identifier: Apache-2.0 */
/* YAML (and JSON, which is YAML) as values, with the types that kubectl gives plain words. Bounds:
 * 64 levels, 100,000 values with all aliases followed. A key that is there twice and a merge key
 * (<<) are refused. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/must.h"

/* All documents of the text, as an array that the caller owns; empty ones are left out. lines: of
 * each, where it begins, as numbers; owned by the caller, too. RC_BADREQUEST: "line N: …". */
enum rc yaml_read(const char *text, size_t len, json_t **ret_docs, json_t **ret_lines,
		  struct err *e) must_use;
