/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of wire: a walk over a frame's bytes before anything is allocated for it. Not for others.
 */
#pragma once

#include <muster/muster.pb-c.h>

#include "wire/wire.h"

enum { WIRE_REASON_MAX = 256 };

/* Whether the bytes are a Frame within every bound of fields.def: RC_MALFORMED or RC_TOOBIG. What
 * passes costs the unpacker memory in proportion to the bounds, not to what the peer thinks up. */
enum rc scan_frame(const uint8_t *p, size_t len, struct err *e) must_use;
/* How many bytes of s, at most max, end between two characters. */
size_t scan_cut(const char *s, size_t max);
