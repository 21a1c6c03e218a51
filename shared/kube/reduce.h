/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: objects that are too much for a tree. Whoever may create an object may give
 * it a million values, or a thousand levels, in fields that Muster never reads. Then the text is
 * copied without those fields before it becomes a tree. The walk keeps no tree and does not recurse
 * with the text. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "sync/api.h"

/* Appends what is read of an object of this kind, or of a watch frame with such an object, as JSON.
 * A kept value of more than REDUCED_VALUES_MAX values or REDUCED_DEPTH_MAX levels is left out, too.
 * RC_MALFORMED: the text is no JSON object. RC_TOOBIG: out is full, or no fields of this kind can
 * be left out. */
enum { REDUCED_VALUES_MAX = 16 * 1024, REDUCED_DEPTH_MAX = 32 };
enum rc reduce(enum api_kind kind, bool frame, const char *text, size_t len,
	       struct buf *out) must_use;
